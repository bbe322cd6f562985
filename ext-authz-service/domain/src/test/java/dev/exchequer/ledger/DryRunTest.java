package dev.exchequer.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.money.Money;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Budget;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A dry run tells what the next command would find, whatever time did since the last one. A request holds 1. */
class DryRunTest {
  private static final long HOUR_MS = 3_600_000;
  private final World world = new World();

  private void start(String credit) {
    world.pricePerMillionTokens = 0;
    world.pricePerRequest = Money.parse("1");
    world.credit = credit;
    world.withConsent = false;
    world.start();
  }

  private void grant(String amount, long startsAtMs, long expiresAtMs) {
    world.apply(new Command.Grant(World.CREDIT, Money.parse(amount), new GrantTerms(false, 50, startsAtMs, expiresAtMs), "ann", "trial", "g" + world.now));
  }

  private DryRun look() {
    Account before = world.state.account(World.CREDIT).orElseThrow();
    long recurring = world.state.recurringDueMs();
    DryRun run = LedgerCore.dryRun(world.state, world.facts("asks", "", null), world.providers, world.now);
    assertThat(world.state.account(World.CREDIT)).as("only looked").contains(before);
    assertThat(world.state.recurringDueMs()).isEqualTo(recurring);
    return run;
  }

  private static List<Object> told(DryRun run) {
    return List.of(run.refusal() == null, run.hops().isEmpty() ? "" : Objects.requireNonNullElse(run.hops().getFirst().skipReason(), "none"));
  }

  @Test
  void valueThatEndedPaysNothing() {
    start("0.5");
    grant("1", 0, world.now + HOUR_MS);
    assertThat(told(look())).isEqualTo(List.of(true, "none"));
    world.now += HOUR_MS;
    assertThat(told(look())).as("nothing was decided since it ended").isEqualTo(List.of(false, "balance_insufficient"));
    assertThat(world.admit("r")).isInstanceOf(Result.Refused.class);
  }

  @Test
  void aGrantThatHasStartedPays() {
    start("0.5");
    grant("1", world.now + HOUR_MS, 0);
    assertThat(told(look())).isEqualTo(List.of(false, "balance_insufficient"));
    world.now += HOUR_MS;
    assertThat(told(look())).isEqualTo(List.of(true, "none"));
    assertThat(world.admit("r")).isInstanceOf(Result.Held.class);
  }

  @Test
  void anAllowanceOfANewDayPaysOnceItIsThere() {
    world.recurringGrants = List.of(new Balance.RecurringGrant("daily", Money.parse("1"), true, 50, Budget.Window.DAY, 1, ZoneOffset.UTC, false));
    start("0.5");
    assertThat(told(look())).isEqualTo(List.of(true, "none"));
    assertThat(world.admit("r")).isInstanceOf(Result.Held.class);
    world.settle("r", 1, World.ok(1, 1));
    assertThat(told(look())).isEqualTo(List.of(false, "balance_insufficient"));
    world.now += 24 * HOUR_MS;
    assertThat(told(look())).as("supposed, not granted").isEqualTo(List.of(true, "none"));
    assertThat(told(look())).as("and not twice").isEqualTo(List.of(true, "none"));
    assertThat(world.admit("s")).isInstanceOf(Result.Held.class);
    assertThat(told(look())).as("it was one allowance").isEqualTo(List.of(false, "balance_insufficient"));
  }

  /** Whatever is due: what is told is what the same request gets a moment later. */
  @Test
  void whatIsToldIsWhatTheRequestGets() {
    start("3");
    SplittableRandom random = new SplittableRandom(42);
    int refused = 0;
    for (int i = 0; i < 2_000; i++) {
      world.now += random.nextLong(HOUR_MS / 2);
      if (random.nextInt(3) == 0) {
        long from = random.nextBoolean() ? 0 : world.now + random.nextLong(HOUR_MS);
        grant("1", from, Math.max(from, world.now) + 1 + random.nextLong(HOUR_MS));
        world.now += random.nextLong(HOUR_MS / 2);
      }
      boolean pays = look().refusal() == null;
      boolean held = world.admit("r" + i) instanceof Result.Held;
      assertThat(pays).as("step " + i).isEqualTo(held);
      if (held) {
        world.settle("r" + i, 1, World.ok(1, 1));
      } else {
        refused++;
      }
    }
    assertThat(refused).isBetween(100, 1_900);
  }
}
