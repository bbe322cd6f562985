package dev.exchequer.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Command.Stand.Standing;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Balance;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What people do to money: each refusal provoked, and nothing changed by it. A request is held at 0.1011 and charged 0.10003. */
class AdministrationTest {
  private static final long CHARGE = Money.parse("0.10003");
  private static final ObjectName NONE = World.name("none");
  private final World world = new World();
  private int keys;

  @BeforeEach
  void start() {
    world.start();
  }

  private String key() {
    return "k" + ++keys;
  }

  private Account account() {
    return world.state.account(World.CREDIT).orElseThrow();
  }

  private Entry last() {
    return world.entries.get(world.entries.size() - 1);
  }

  private void charged(String request) {
    world.admit(request);
    world.settle(request, 1, World.ok(20, 10));
  }

  private void refused(String code, Command.Administer command) {
    Account credit = account();
    int entries = world.entries.size();
    Result result = world.apply(command);
    assertThat(result).isInstanceOf(Result.Rejected.class);
    assertThat(((Result.Rejected) result).code()).as(((Result.Rejected) result).message()).isEqualTo(code);
    assertThat(account()).isEqualTo(credit);
    assertThat(world.entries).hasSize(entries);
  }

  private Result.Booked booked(Command.Administer command) {
    Result result = world.apply(command);
    assertThat(result).isInstanceOf(Result.Booked.class);
    return (Result.Booked) result;
  }

  private Command.Adjust adjust(String amount) {
    return new Command.Adjust(World.CREDIT, amount.startsWith("-") ? -Money.parse(amount.substring(1)) : Money.parse(amount), "bob", "count", key());
  }

  private Command.Refund refund(String request, long nanos) {
    return new Command.Refund(request, 1, nanos, "bob", "bad answer", key());
  }

  private Command.Stand stand(Standing standing) {
    return new Command.Stand(World.CREDIT, standing, "bob", "audit", key());
  }

  private Command.VoidGrant voiding(String grant) {
    return new Command.VoidGrant(World.CREDIT, grant, "bob", "mistake", key());
  }

  @Test
  void theSameCommandTwiceIsOneAndItsKeyWithOtherContentIsAConflict() {
    Command.Adjust command = new Command.Adjust(World.CREDIT, 5, "bob", "count", "k");
    Result.Booked first = booked(command);
    Result.Booked again = booked(command);
    assertThat(again).isEqualTo(new Result.Booked(World.CREDIT, first.sequence(), first.beforeNanos(), first.afterNanos(), true));
    assertThat(world.posted(World.CREDIT)).isEqualTo(Money.parse("10") + 5);
    refused("idempotency_conflict", new Command.Adjust(World.CREDIT, 6, "bob", "count", "k"));
    refused("idempotency_conflict", new Command.Grant(World.CREDIT, 5, "bob", "count", "k"));
    refused("idempotency_conflict", new Command.Adjust(World.WALLET, 5, "bob", "count", "k"));
    Command.Grant grant = new Command.Grant(World.CREDIT, 5, "bob", "count", "g");
    world.apply(grant);
    refused("idempotency_conflict", new Command.Grant(World.CREDIT, 5, new GrantTerms(true, 50, 0, 0), "bob", "count", "g"));
  }

  @Test
  void adjustmentWithoutReasonOrActorIsRejected() {
    refused("reason_missing", new Command.Adjust(World.CREDIT, 5, "bob", " ", key()));
    refused("actor_missing", new Command.Adjust(World.CREDIT, 5, "", "count", key()));
    refused("reason_missing", new Command.Refund("r", 1, 5, "bob", "", key()));
    refused("reason_missing", new Command.Grant(World.CREDIT, 5, "bob", "", key()));
  }

  @Test
  void amountsThatMeanNothingOrCannotBeCountedAreRefused() {
    refused("amount_invalid", adjust("0"));
    refused("amount_invalid", new Command.Adjust(World.CREDIT, Long.MIN_VALUE, "bob", "count", key()));
    refused("amount_invalid", new Command.Adjust(World.CREDIT, Long.MAX_VALUE, "bob", "count", key()));
    refused("amount_invalid", new Command.Grant(World.CREDIT, -1, "bob", "count", key()));
    refused("amount_invalid", new Command.Grant(World.CREDIT, Long.MAX_VALUE, new GrantTerms(false, 50, world.now + 1, 0), "bob", "count", key()));
    refused("expiry_past", new Command.Grant(World.CREDIT, 5, new GrantTerms(false, 50, 0, world.now), "bob", "count", key()));
    charged("r");
    refused("amount_invalid", refund("r", 0));
    refused("amount_invalid", refund("r", -5));
    booked(new Command.Adjust(World.CREDIT, Long.MAX_VALUE - world.posted(World.CREDIT), "bob", "count", key()));
    refused("amount_invalid", refund("r", 1));
  }

  @Test
  void unknownBalancesAndGrantsAreNamed() {
    refused("balance_not_found", new Command.Adjust(NONE, 5, "bob", "count", key()));
    refused("balance_not_found", new Command.Stand(NONE, Standing.OPEN, "bob", "count", key()));
    refused("balance_not_found", new Command.VoidGrant(NONE, "g", "bob", "count", key()));
    refused("balance_not_found", new Command.Grant(NONE, 5, "bob", "count", key()));
    refused("grant_not_found", voiding("initial/default/wallet/opening"));
  }

  @Test
  void aNegativeAdjustmentTakesInBurnOrderAndReachesTheOverdraftNotFurther() {
    world.overdraft = "2";
    world.apply(new Command.Activate(world.policy()));
    world.admit("r");
    refused("balance_insufficient", adjust("-12"));
    long available = account().available(Money.parse("2"));
    booked(new Command.Adjust(World.CREDIT, -available, "bob", "count", key()));
    assertThat(account().available(Money.parse("2"))).isZero();
    assertThat(last().kind()).isEqualTo(Entry.Kind.ADJUSTMENT);
    assertThat(last().actor()).isEqualTo("bob");
    refused("balance_insufficient", new Command.Adjust(World.CREDIT, -1, "bob", "count", key()));
  }

  @Test
  void aVoidTakesWhatIsLeftAndNotReserved() {
    world.admit("r");
    booked(voiding("initial/default/credit/opening"));
    assertThat(world.posted(World.CREDIT)).isEqualTo(Money.parse("0.1011"));
    refused("grant_empty", voiding("initial/default/credit/opening"));
    world.settle("r", 1, World.ok(20, 10));
    booked(voiding("initial/default/credit/opening"));
    assertThat(world.posted(World.CREDIT)).isZero();
    refused("grant_empty", voiding("initial/default/credit/opening"));
  }

  @Test
  void aGrantThatHasNotStartedIsVoidedBeforeItEverWas() {
    world.apply(new Command.Grant(World.CREDIT, 5, new GrantTerms(false, 50, world.now + 10, 0), "ann", "later", "later"));
    booked(voiding("admin/later"));
    world.now += 10;
    world.apply(new Command.Sweep());
    assertThat(world.posted(World.CREDIT)).isEqualTo(Money.parse("10"));
  }

  @Test
  void aRefundGivesBackAtMostWhatWasCaptured() {
    charged("r");
    refused("receipt_not_found", refund("nobody", 1));
    refused("attempt_not_charged", new Command.Refund("r", 2, 1, "bob", "bad answer", key()));
    world.admit("open");
    refused("attempt_not_charged", refund("open", 1));
    refused("refund_exceeds_charge", refund("r", CHARGE + 1));
    booked(refund("r", 1));
    refused("refund_exceeds_charge", refund("r", CHARGE));
    booked(refund("r", CHARGE - 1));
    assertThat(world.posted(World.CREDIT)).isEqualTo(Money.parse("10"));
    assertThat(last().receipt()).isEqualTo("r");
    assertThat(last().kind()).isEqualTo(Entry.Kind.REFUND);
    refused("refund_exceeds_charge", refund("r", 1));
  }

  @Test
  void aRefundReversesTheAllocationsInReverseOrder() {
    world.pricePerMillionTokens = 0;
    world.pricePerRequest = Money.parse("11");
    world.apply(new Command.Activate(world.policy()));
    world.apply(new Command.Grant(World.CREDIT, Money.parse("5"), new GrantTerms(true, 10, 0, 0), "ann", "gift", "gift"));
    charged("r");
    booked(refund("r", Money.parse("7")));
    assertThat(last().allocations())
        .containsExactly(new Allocation("initial/default/credit/opening", Money.parse("6")), new Allocation("admin/gift", Money.parse("1")));
  }

  @Test
  void refundOfAChargePaidByAnExpiredGrantShowsBoth() {
    world.apply(new Command.Grant(World.CREDIT, Money.parse("1"), new GrantTerms(true, 10, 0, world.now + 1_000), "ann", "gift", "gift"));
    charged("r");
    world.now += 1_000;
    world.apply(new Command.Sweep());
    long posted = world.posted(World.CREDIT);
    booked(refund("r", CHARGE));
    assertThat(world.posted(World.CREDIT)).as("refunded, and gone at once").isEqualTo(posted);
    Entry refund = world.entries.get(world.entries.size() - 2);
    assertThat(refund.kind()).isEqualTo(Entry.Kind.REFUND);
    assertThat(refund.allocations()).containsExactly(new Allocation("admin/gift", CHARGE));
    assertThat(last().kind()).isEqualTo(Entry.Kind.EXPIRY);
    assertThat(last().amount()).isEqualTo(-CHARGE);
  }

  @Test
  void aCorrectionLeavesWhatWasRefunded() {
    world.admit("r");
    world.settle("r", 1, World.cut(false, dev.exchequer.pricing.Usage.NOTHING, 40));
    long estimated = Objects.requireNonNull(world.everyHold.get(new HoldId("r", 1))).charged();
    booked(refund("r", estimated));
    world.settle("r", 1, World.ok(1, 1));
    Hold hold = Objects.requireNonNull(world.everyHold.get(new HoldId("r", 1)));
    assertThat(hold.charged()).as("never below what was refunded").isEqualTo(estimated);
    assertThat(world.posted(World.CREDIT)).isEqualTo(Money.parse("10"));
  }

  @Test
  void whatWasWrittenOffIsNotRefunded() {
    world.onExcess = Balance.OnExcess.WRITE_OFF;
    world.apply(new Command.Activate(world.policy()));
    world.admit("r");
    world.settle("r", 1, World.ok(1_000_000, 0));
    refused("refund_exceeds_charge", refund("r", Money.parse("0.1011") + 1));
    booked(refund("r", Money.parse("0.1011")));
    assertThat(world.posted(World.CREDIT)).isEqualTo(Money.parse("10"));
  }

  @Test
  void aFrozenBalanceTakesNoNewHoldsAndStillSettles() {
    world.withConsent = false;
    world.apply(new Command.Activate(world.policy()));
    world.admit("open");
    booked(stand(Standing.SUSPENDED));
    Result.Refused refused = (Result.Refused) world.admit("r");
    assertThat(refused.ending().code()).isEqualTo("balance_suspended");
    assertThat(world.settle("open", 1, World.ok(20, 10)).chargeNanos()).isEqualTo(CHARGE);
    booked(refund("open", 1));
    booked(stand(Standing.OPEN));
    assertThat(world.admit("s")).isInstanceOf(Result.Held.class);
    assertThat(world.entries.stream().filter(e -> e.amount() == 0).map(Entry::reason)).containsExactly("suspended: audit", "resumed: audit");
  }

  @Test
  void onlyAnEmptyBalanceIsClosedAndForEver() {
    world.withConsent = false;
    world.apply(new Command.Activate(world.policy()));
    world.admit("r");
    refused("balance_in_use", stand(Standing.CLOSED));
    world.settle("r", 1, World.cut(false, dev.exchequer.pricing.Usage.NOTHING, 40));
    refused("balance_not_empty", stand(Standing.CLOSED));
    booked(new Command.Adjust(World.CREDIT, -world.posted(World.CREDIT), "bob", "end", key()));
    world.apply(new Command.Grant(World.CREDIT, 5, new GrantTerms(false, 50, world.now + 10, 0), "ann", "later", "later"));
    refused("balance_not_empty", stand(Standing.CLOSED));
    booked(voiding("admin/later"));
    booked(stand(Standing.CLOSED));
    assertThat(((Result.Refused) world.admit("s")).ending().code()).isEqualTo("balance_suspended");
    for (Command.Administer command :
        List.of(adjust("1"), refund("r", 1), stand(Standing.OPEN), stand(Standing.CLOSED), new Command.Grant(World.CREDIT, 5, "ann", "top up", key()))) {
      refused("balance_closed", command);
    }
    world.settle("r", 1, World.ok(20, 10));
    assertThat(world.posted(World.CREDIT)).as("a late correction is still posted").isNotZero();
  }
}
