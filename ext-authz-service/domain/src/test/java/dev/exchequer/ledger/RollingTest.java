package dev.exchequer.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.fallback.Ending;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.RouteClass;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Windows that roll: what was spent in the last 24 hours, 7 or 30 days. A request costs 1. */
class RollingTest {
  private static final long HOUR_MS = 3_600_000;
  private final World world = new World();
  private int requests;

  private RollingTest start(Budget.Window window, String limit) {
    world.pricePerMillionTokens = 0;
    world.pricePerRequest = Money.parse("1");
    world.credit = "100000";
    world.withConsent = false;
    world.budgets =
        List.of(
            new Budget(
                    World.name("cap"), new Budget.Target(Budget.TargetKind.PROJECT, World.name("acme")), Budget.Per.TARGET, Map.of("CREDIT", Money.parse(limit)), false, window, 1,
                    ZoneOffset.UTC, false, 100, HOUR_MS, Set.of(), List.of(), false)
                .alertingAt(List.of(50)));
    world.start();
    world.now = Math.floorDiv(World.START, 720 * HOUR_MS) * 720 * HOUR_MS + 720 * HOUR_MS; // where slices of every length begin
    return this;
  }

  private boolean spend() {
    String id = "r" + ++requests;
    boolean held = world.admit(id) instanceof Result.Held;
    if (held) {
      world.settle(id, 1, World.ok(1, 1));
    }
    return held;
  }

  @Test
  void spendingLeavesADayAfterItsSliceEnded() {
    start(Budget.Window.ROLLING_DAY, "2");
    assertThat(spend()).isTrue();
    world.now += 90 * 60_000; // 01:30
    assertThat(spend()).isTrue();
    assertThat(spend()).isFalse();
    world.now += 23 * HOUR_MS + 30 * 60_000 - 1; // a millisecond before 01:00 of the next day
    assertThat(spend()).as("the slice from 00:00 to 01:00 still counts").isFalse();
    world.now += 1;
    assertThat(spend()).as("it does not any more").isTrue();
    assertThat(spend()).as("the slice of 01:00 does").isFalse();
    world.now += HOUR_MS;
    assertThat(spend()).isTrue();
  }

  @Test
  void aHoldCountsAndAChargeLandsInTheSliceOfItsHold() {
    start(Budget.Window.ROLLING_DAY, "1");
    world.now += HOUR_MS - 1;
    assertThat(world.admit("open")).isInstanceOf(Result.Held.class);
    world.now += 1;
    assertThat(spend()).as("what is held in the slice before counts").isFalse();
    world.settle("open", 1, World.ok(1, 1));
    assertThat(spend()).isFalse();
    world.now += 24 * HOUR_MS - 1;
    assertThat(spend()).as("its slice ended 24 hours ago, less a millisecond").isFalse();
    world.now += 1;
    assertThat(spend()).as("charged where it was held, not where it was settled").isTrue();
  }

  /** In no interval as long as the period is more spent than the limit; and nothing counts for longer than a period and a slice. */
  @ParameterizedTest
  @EnumSource(value = Budget.Window.class, names = "ROLLING_.*", mode = EnumSource.Mode.MATCH_ALL)
  void noIntervalOfThePeriodHasMoreThanTheLimit(Budget.Window window) {
    start(window, "5");
    SplittableRandom random = new SplittableRandom(4711);
    Deque<Long> spent = new ArrayDeque<>();
    int refused = 0;
    for (int i = 0; i < 3_000; i++) {
      world.now += random.nextLong(window.periodMs() / 4);
      boolean taken = spend();
      if (taken) {
        spent.addLast(world.now);
      }
      long now = world.now;
      assertThat(spent.stream().filter(at -> at > now - window.periodMs())).as("step " + i).hasSizeLessThanOrEqualTo(5);
      if (!taken) {
        refused++;
        assertThat(spent.stream().filter(at -> at > now - window.periodMs() - window.sliceMs())).as("refused for what counts, step " + i).hasSizeGreaterThanOrEqualTo(5);
      }
    }
    assertThat(refused).isPositive();
    assertThat(spent).hasSizeGreaterThan(100);
  }

  private long roomAt() {
    BudgetCheck check = new BudgetCheck(world.state, world.facts("asks", "", null), world.now);
    return ((BudgetCheck.Exceeded) check.check(world.policy(), RouteClass.DIRECT, "CREDIT", Money.parse("1"))).roomAtMs();
  }

  private Ending.Retry refusal() {
    Result result = world.admit("r" + ++requests);
    assertThat(result).isInstanceOf(Result.Refused.class);
    return ((Result.Refused) result).ending().retry();
  }

  @Test
  void aRefusalSaysWhenEnoughHasLeft() {
    start(Budget.Window.ROLLING_DAY, "2");
    spend();
    world.now += HOUR_MS;
    spend();
    assertThat(refusal()).as("tomorrow is not soon").isEqualTo(new Ending.Retry.No());
    world.now += 24 * HOUR_MS - 60_000; // a minute before the first slice leaves
    assertThat(refusal()).isEqualTo(new Ending.Retry.After(60));
    world.now += 58_999;
    assertThat(refusal()).as("whole seconds, never too early").isEqualTo(new Ending.Retry.After(2));
    world.now += 1_001;
    assertThat(spend()).isTrue();
    world.now += HOUR_MS - 1_500;
    assertThat(refusal()).as("the next one is the second slice").isEqualTo(new Ending.Retry.After(2));
    world.pricePerRequest = Money.parse("3");
    world.start();
    assertThat(refusal()).as("more than the limit never fits").isEqualTo(new Ending.Retry.No());
  }

  /** Whoever comes when it was said is taken; whoever comes a millisecond earlier is not. Some requests cost 1, some are held and not settled. */
  @ParameterizedTest
  @EnumSource(value = Budget.Window.class, names = "ROLLING_.*", mode = EnumSource.Mode.MATCH_ALL)
  void theMomentThatARefusalNamesIsTheFirstAtWhichItFits(Budget.Window window) {
    world.concurrency = 10_000;
    world.maxInFlight = 10_000;
    start(window, "5");
    SplittableRandom random = new SplittableRandom(815);
    int refused = 0;
    for (int i = 0; i < 300; i++) {
      world.now += random.nextLong(window.periodMs() / 6);
      if (random.nextInt(8) == 0) {
        world.admit("r" + ++requests); // counts as what it holds
        continue;
      }
      if (spend()) {
        continue;
      }
      refused++;
      long at = roomAt();
      assertThat(at).as("step " + i).isGreaterThan(world.now);
      world.now = at - 1;
      assertThat(spend()).as("too early, step " + i).isFalse();
      world.now = at;
      assertThat(spend()).as("step " + i).isTrue();
    }
    assertThat(refused).isGreaterThan(30);
  }

  @Test
  void aMarkIsToldAgainAfterTimeTookTheSumBackBelowIt() {
    start(Budget.Window.ROLLING_DAY, "4");
    spend();
    spend();
    assertThat(world.alerts).hasSize(1);
    spend();
    assertThat(world.alerts).as("above it already").hasSize(1);
    world.now += 26 * HOUR_MS;
    spend();
    assertThat(world.alerts).as("1 of 4").hasSize(1);
    spend();
    assertThat(world.alerts).hasSize(2);
    assertThat(((Alert.BudgetAt) world.alerts.get(1)).spent()).isEqualTo(Money.parse("2"));
  }
}
