package dev.exchequer.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Budget;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Task labels that are opened, extended and closed. A request costs 1; the budget has 10 a label. */
class TasksTest {
  private static final ObjectName BUDGET = World.name("tasks");
  private static final long HOUR_MS = 3_600_000;
  private final World world = new World();
  private int keys;

  private TasksTest start(boolean byApi) {
    world.pricePerMillionTokens = 0;
    world.pricePerRequest = Money.parse("1");
    world.credit = "1000";
    world.withConsent = false;
    Budget budget = world.budget("tasks", Budget.Per.TASK, "CREDIT", "10", 3);
    world.budgets = List.of(byApi ? budget.openedByApi() : budget);
    world.start();
    return this;
  }

  private static Map<String, Long> limit(String amount) {
    return Map.of("CREDIT", Money.parse(amount));
  }

  private Result open(String task, Map<String, Long> limits, long ttlMs) {
    return world.apply(new Command.OpenTask(BUDGET, task, limits, ttlMs, "ann", "a campaign", "k" + ++keys));
  }

  private Result extend(String task, Map<String, Long> limits, long ttlMs) {
    return world.apply(new Command.ExtendTask(BUDGET, task, limits, ttlMs, "ann", "it takes longer", "k" + ++keys));
  }

  private Result close(String task) {
    return world.apply(new Command.CloseTask(BUDGET, task, "ann", "done", "k" + ++keys));
  }

  private static String code(Result result) {
    return switch (result) {
      case Result.Rejected rejected -> rejected.code();
      case Result.Refused refused -> refused.ending().httpStatus() + " " + refused.ending().code();
      case Result other -> other.getClass().getSimpleName();
    };
  }

  private String spend(String task) {
    String id = "r" + ++keys;
    Result result = world.admit(id, task, null);
    if (result instanceof Result.Held) {
      world.settle(id, 1, World.ok(1, 1));
    }
    return code(result);
  }

  @Test
  void aLabelThatNobodyOpenedIsRefusedWithItsNameAndALabelIsNotNeededWhereNoneIsRequired() {
    start(true);
    Result.Refused refused = (Result.Refused) world.admit("r", "nightly", null);
    assertThat(code(refused)).isEqualTo("403 task_not_open");
    assertThat(refused.ending().message()).contains("nightly", "default/tasks", "exchequer tasks open");
    assertThat(code(world.admit("none", "", null))).isEqualTo("400 task_required");
    assertThat(code(open("nightly", Map.of(), 0))).isEqualTo("TaskSet");
    assertThat(spend("nightly")).isEqualTo("Held");
  }

  @Test
  void itsOwnCapHoldsToTheNanoUnitAndIsRaisedByExtending() {
    start(true);
    open("t", limit("2.999999999"), 0);
    assertThat(List.of(spend("t"), spend("t"), spend("t"))).containsExactly("Held", "Held", "429 budget_exceeded");
    assertThat(code(extend("t", limit("2.9"), 0))).as("a cap is only raised").isEqualTo("limit_invalid");
    assertThat(code(extend("t", limit("10.000000001"), 0))).as("not above the budget's").isEqualTo("limit_invalid");
    assertThat(code(extend("t", limit("3"), 0))).isEqualTo("TaskSet");
    assertThat(List.of(spend("t"), spend("t"))).containsExactly("Held", "429 budget_exceeded");
  }

  @Test
  void aLowerLimitOfTheBudgetCountsBeforeAnOlderCap() {
    start(true);
    open("t", limit("9"), 0);
    world.budgets = List.of(world.budget("tasks", Budget.Per.TASK, "CREDIT", "1", 3).openedByApi());
    world.start();
    assertThat(List.of(spend("t"), spend("t"))).containsExactly("Held", "429 budget_exceeded");
  }

  @Test
  void closingLetsOpenHoldsSettleAndReopeningFillsNothing() {
    start(true);
    open("t", limit("2"), 0);
    assertThat(spend("t")).isEqualTo("Held");
    assertThat(code(world.admit("open", "t", null))).isEqualTo("Held");
    assertThat(code(close("t"))).isEqualTo("TaskSet");
    assertThat(spend("t")).isEqualTo("403 task_not_open");
    assertThat(world.settle("open", 1, World.ok(1, 1)).chargeNanos()).isEqualTo(Money.parse("1"));
    assertThat(code(close("t"))).as("closed already").isEqualTo("task_not_open");
    assertThat(code(extend("t", Map.of(), HOUR_MS))).isEqualTo("task_not_open");
    assertThat(code(open("t", Map.of(), 0))).isEqualTo("TaskSet");
    assertThat(spend("t")).as("2 of 2 are spent, and the cap is the one of before").isEqualTo("429 budget_exceeded");
  }

  @Test
  void aLabelThatOpenedByItsFirstHoldIsClosedAndExtendedToo() {
    start(false);
    assertThat(spend("t")).isEqualTo("Held");
    assertThat(code(close("t"))).isEqualTo("TaskSet");
    assertThat(spend("t")).isEqualTo("403 task_not_open");
    assertThat(spend("u")).isEqualTo("Held");
    assertThat(code(extend("u", Map.of(), 2 * HOUR_MS))).isEqualTo("TaskSet");
    assertThat(code(open("u", Map.of(), 0))).isEqualTo("task_open");
  }

  @Test
  void aTtlIsTheEndWhateverIsUsed() {
    start(true);
    open("t", Map.of(), 2 * HOUR_MS);
    world.now += 2 * HOUR_MS - 1;
    assertThat(spend("t")).as("idle for longer than idleExpiry, but its time is not over").isEqualTo("Held");
    assertThat(code(extend("t", Map.of(), HOUR_MS))).isEqualTo("TaskSet");
    world.now += HOUR_MS;
    assertThat(spend("t")).isEqualTo("403 task_not_open");
    assertThat(code(extend("t", Map.of(), HOUR_MS))).isEqualTo("task_not_open");
  }

  @Test
  void withoutATtlIdleTimeClosesIt() {
    start(true);
    open("t", Map.of(), 0);
    world.now += HOUR_MS - 1;
    assertThat(spend("t")).isEqualTo("Held");
    world.now += HOUR_MS - 1;
    assertThat(spend("t")).as("used within the hour").isEqualTo("Held");
    world.now += HOUR_MS;
    assertThat(spend("t")).isEqualTo("403 task_not_open");
  }

  @Test
  void openLabelsTakeAPlaceUntilTheyAreClosed() {
    start(true);
    open("a", Map.of(), 0);
    open("b", Map.of(), 0);
    open("c", Map.of(), 0);
    assertThat(code(open("d", Map.of(), 0))).isEqualTo("task_limit");
    world.admit("running", "a", null);
    close("a");
    assertThat(code(open("d", Map.of(), 0))).as("it still holds").isEqualTo("task_limit");
    world.settle("running", 1, World.ok(1, 1));
    assertThat(code(open("d", Map.of(), 0))).isEqualTo("TaskSet");
  }

  @Test
  void aLabelOfAnOpenPlaceCountsAgainstFirstUseToo() {
    start(false);
    open("a", Map.of(), 0);
    open("b", Map.of(), 0);
    assertThat(spend("c")).isEqualTo("Held");
    assertThat(spend("d")).isEqualTo("429 task_limit");
    assertThat(spend("a")).isEqualTo("Held");
  }

  @Test
  void theSameKeyIsOneCommandAndOtherContentIsNamed() {
    start(true);
    Command.OpenTask once = new Command.OpenTask(BUDGET, "t", limit("2"), 0, "ann", "a campaign", "same");
    assertThat(((Result.TaskSet) world.apply(once)).repeated()).isFalse();
    Result.TaskSet again = (Result.TaskSet) world.apply(once);
    assertThat(again.repeated()).isTrue();
    assertThat(again.envelope().actor()).isEqualTo("ann");
    assertThat(again.envelope().reason()).isEqualTo("a campaign");
    assertThat(code(world.apply(new Command.OpenTask(BUDGET, "t", limit("3"), 0, "ann", "a campaign", "same")))).isEqualTo("idempotency_conflict");
    assertThat(code(world.apply(new Command.CloseTask(BUDGET, "t", "ann", "a campaign", "same")))).isEqualTo("idempotency_conflict");
  }

  @Test
  void everyOtherRefusalHasItsCode() {
    start(true);
    assertThat(code(world.apply(new Command.OpenTask(World.name("none"), "t", Map.of(), 0, "ann", "x", "a")))).isEqualTo("budget_not_found");
    assertThat(code(open("t", Map.of("CNY", 1L), 0))).as("a unit that the budget does not cap").isEqualTo("limit_invalid");
    assertThat(code(open("t", Map.of(), Command.Task.LONGEST_TTL_MS + 1))).isEqualTo("ttl_invalid");
    assertThat(code(world.apply(new Command.OpenTask(BUDGET, "t", Map.of(), 0, "ann", " ", "b")))).isEqualTo("reason_missing");
    assertThat(code(world.apply(new Command.OpenTask(BUDGET, "t", Map.of(), 0, "", "x", "c")))).isEqualTo("actor_missing");
    open("t", Map.of(), 5 * HOUR_MS);
    assertThat(code(extend("t", Map.of(), HOUR_MS))).as("sooner").isEqualTo("ttl_invalid");
    assertThat(code(extend("t", Map.of(), 0))).isEqualTo("nothing_to_extend");
  }
}
