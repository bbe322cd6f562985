package dev.exchequer.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.money.Money;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Budget;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Allowances: granted once for each window of the calendar, in a time zone with DST. */
class AllowanceTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private final World world = new World();

  private void start(String at, Budget.Window period, int anchor, boolean carryOver) {
    world.credit = "0";
    world.withConsent = false;
    world.recurringGrants = List.of(new Balance.RecurringGrant("free", Money.parse("5"), true, 50, period, anchor, BERLIN, carryOver));
    look(at);
    world.start();
  }

  private void look(String at) {
    world.now = Instant.parse(at).toEpochMilli();
    if (world.state.policy().isPresent()) {
      world.apply(new Command.Sweep());
    }
  }

  private long grants() {
    return world.entries.stream().filter(entry -> entry.kind() == Entry.Kind.GRANT && entry.balance().equals(World.CREDIT)).count();
  }

  @Test
  void aWindowIsGrantedOnceWhoeverLooksHowOften() {
    start("2027-01-10T12:00:00Z", Budget.Window.MONTH, 1, false);
    assertThat(world.posted(World.CREDIT)).isEqualTo(Money.parse("5"));
    look("2027-01-20T12:00:00Z");
    world.apply(new Command.Activate(world.policy()));
    world.recurringGrants = List.of(new Balance.RecurringGrant("free", Money.parse("9"), true, 50, Budget.Window.MONTH, 1, BERLIN, false));
    world.apply(new Command.Activate(world.policy()));
    assertThat(grants()).as("a changed amount counts from the next window on").isEqualTo(1);
    look("2027-01-31T22:59:59.999Z");
    assertThat(grants()).isEqualTo(1);
    look("2027-01-31T23:00:00Z");
    assertThat(world.posted(World.CREDIT)).as("midnight in Berlin: what was left is gone, the next is there").isEqualTo(Money.parse("9"));
    assertThat(world.entries.get(world.entries.size() - 2).kind()).isEqualTo(Entry.Kind.EXPIRY);
  }

  @Test
  void daysOfADaylightSavingChangeHave23And25Hours() {
    start("2027-03-27T23:00:00Z", Budget.Window.DAY, 1, false);
    look("2027-03-28T21:59:59Z");
    assertThat(grants()).isEqualTo(1);
    look("2027-03-28T22:00:00Z");
    assertThat(grants()).as("23 hours later").isEqualTo(2);
    look("2027-10-30T22:00:00Z");
    assertThat(grants()).isEqualTo(3);
    look("2027-10-31T22:59:59Z");
    assertThat(grants()).isEqualTo(3);
    look("2027-10-31T23:00:00Z");
    assertThat(grants()).as("25 hours later").isEqualTo(4);
  }

  @Test
  void windowsThatPassedWhileNobodyLookedAreNotMadeUpFor() {
    start("2027-01-10T12:00:00Z", Budget.Window.WEEK, 1, true);
    look("2027-03-10T12:00:00Z");
    assertThat(grants()).isEqualTo(2);
    assertThat(world.posted(World.CREDIT)).as("carried over").isEqualTo(Money.parse("10"));
  }

  @Test
  void whatAnOpenHoldReservedMayStillSettleInTheNextWindow() {
    start("2027-01-10T22:59:59Z", Budget.Window.DAY, 1, false);
    assertThat(world.admit("r")).isInstanceOf(Result.Held.class);
    look("2027-01-10T23:00:00Z");
    world.settle("r", 1, World.ok(20, 10));
    assertThat(world.posted(World.CREDIT)).as("the charge was paid by the window before").isEqualTo(Money.parse("5"));
  }

  @Test
  void aRequestFindsTheAllowanceOfItsWindow() {
    start("2027-01-10T12:00:00Z", Budget.Window.DAY, 1, false);
    world.pricePerRequest = Money.parse("4");
    world.pricePerMillionTokens = 0;
    world.apply(new Command.Activate(world.policy()));
    assertThat(world.admit("a")).isInstanceOf(Result.Held.class);
    assertThat(world.admit("b")).isInstanceOf(Result.Refused.class);
    world.settle("a", 1, World.ok(20, 10));
    world.now = Instant.parse("2027-01-10T23:00:00Z").toEpochMilli();
    assertThat(world.admit("c")).as("the first command of the next day").isInstanceOf(Result.Held.class);
  }
}
