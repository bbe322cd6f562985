package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Budget;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every store does alike with budgets, task labels and alerts. */
public abstract class BudgetScenarios {
  private static final long HOLD = Money.parse("0.1011");
  private static final long CHARGE = Money.parse("0.10003");

  /** Opens the ledger of this test: the same one each time. */
  protected abstract OpenLedger open(World world);

  protected static World world() {
    World world = new World();
    world.withConsent = false;
    return world;
  }

  /** A balance of 10 with marks at 9.95 and 5, a budget of 0.2 with marks at 50 and 100 percent. */
  private static World marked() {
    World world = world();
    world.alertsBelow = List.of(Money.parse("5"), Money.parse("9.95"));
    world.budgets = List.of(world.budget("cap", Budget.Per.TARGET, "CREDIT", "0.2", 100).alertingAt(List.of(50, 100)));
    return world;
  }

  @Test
  void alertsAreDurableWithTheirEntryAndToldOnce() {
    String first;
    try (OpenLedger ledger = open(marked())) {
      ledger.admit("a").join();
      assertThat(ledger.home.history().alertsWaiting()).isZero();
      ledger.settle("a").join();
      List<LedgerHistory.AlertRow> alerts = ledger.home.history().alerts(new LedgerHistory.AlertQuery(null, 50)).items();
      assertThat(alerts).extracting(row -> row.alert().getClass().getSimpleName()).containsExactlyInAnyOrder("BalanceBelow", "BudgetAt");
      assertThat(alerts).allSatisfy(row -> assertThat(row.attempts()).isZero()).allSatisfy(row -> assertThat(row.deliveredAtMs()).isNull());
      first = alerts.getFirst().alert().id();
      LedgerReads.Page<LedgerHistory.AlertRow> page = ledger.home.history().alerts(new LedgerHistory.AlertQuery(null, 1));
      assertThat(ledger.home.history().alerts(new LedgerHistory.AlertQuery(page.nextCursor(), 1)).items()).singleElement().satisfies(row -> assertThat(row.alert().id()).isNotEqualTo(first));
    }
    try (OpenLedger ledger = open(marked())) {
      LedgerHistory history = ledger.home.history();
      long now = System.currentTimeMillis() + 1_000;
      assertThat(history.alertsDue(now, 50)).as("what nobody told survives").hasSize(2);
      assertThat(history.alertsDue(now - 3_600_000, 50)).as("ledger time may be ahead of the clock that looks").hasSize(2);
      ledger.lane.submit(new Command.AlertTried(new Change.AlertTried(first, 1, now + 60_000, 0, "the receiver answered 500"))).join();
      assertThat(history.alertsDue(now, 50)).hasSize(1);
      assertThat(history.alertsDue(now + 60_000, 50)).hasSize(2);
      ledger.lane.submit(new Command.AlertTried(new Change.AlertTried(first, 2, 0, now, null))).join();
      ledger.lane.submit(new Command.AlertTried(new Change.AlertTried(first, 3, now, 0, "told by another, not by us"))).join();
      assertThat(history.alertsWaiting()).isEqualTo(1);
      assertThat(history.alerts(new LedgerHistory.AlertQuery(null, 50)).items()).filteredOn(row -> row.alert().id().equals(first)).singleElement()
          .satisfies(row -> assertThat(row.attempts()).isEqualTo(2)).satisfies(row -> assertThat(row.deliveredAtMs()).isEqualTo(now));
      // what was told is remembered with the balance and the bucket: below 9.95 all the time, and only now above the whole limit
      ledger.admit("b").join();
    }
    try (OpenLedger ledger = open(world())) {
      ledger.settle("b").join();
      assertThat(ledger.home.history().alerts(new LedgerHistory.AlertQuery(null, 50)).items()).as("without marks").hasSize(2);
    }
  }

  /** One label a call of a budget of 0.5 whose labels are opened by the API. */
  private static World enveloped() {
    World world = world();
    world.budgets = List.of(world.budget("tasks", Budget.Per.TASK, "CREDIT", "0.5", 2).openedByApi());
    return world;
  }

  static Result admit(OpenLedger ledger, String id, String task) {
    return ledger.lane.submit(new Command.Admit(ledger.world.facts(id, task, null), ProviderView.ALL_WELL)).join();
  }

  static String code(Result result) {
    return switch (result) {
      case Result.Refused refused -> refused.ending().code();
      case Result.Rejected rejected -> rejected.code();
      case Result other -> other.getClass().getSimpleName();
    };
  }

  @Test
  void tasksAreOpenedClosedAndNeverRefilledAlsoAfterReopening() {
    ObjectName tasks = World.name("tasks");
    Command.OpenTask once = new Command.OpenTask(tasks, "t", Map.of("CREDIT", Money.parse("0.21")), 0, "jane", "a job", "k1");
    try (OpenLedger ledger = open(enveloped())) {
      assertThat(code(admit(ledger, "a", "t"))).isEqualTo("task_not_open");
      assertThat(code(ledger.lane.submit(once).join())).isEqualTo("TaskSet");
      assertThat(code(admit(ledger, "b", "t"))).isEqualTo("Held");
      ledger.settle("b").join();
      assertThat(code(admit(ledger, "open", "t"))).as("0.10003 spent, 0.1011 more").isEqualTo("Held");
      assertThat(code(admit(ledger, "d", "t"))).as("its own cap").isEqualTo("budget_exceeded");
      assertThat(code(ledger.lane.submit(new Command.CloseTask(tasks, "t", "jane", "done", "k2")).join())).isEqualTo("TaskSet");
    }
    try (OpenLedger ledger = open(enveloped())) {
      assertThat(((Result.TaskSet) ledger.lane.submit(once).join()).repeated()).as("the key is remembered").isTrue();
      assertThat(code(ledger.lane.submit(new Command.OpenTask(tasks, "t", Map.of(), 0, "jane", "another", "k1")).join())).isEqualTo("idempotency_conflict");
      assertThat(code(admit(ledger, "e", "t"))).as("closed").isEqualTo("task_not_open");
      assertThat(((Result.Settled) ledger.settle("open").join()).chargeNanos()).as("an open hold settles").isEqualTo(CHARGE);
      assertThat(ledger.home.history().tasks(tasks)).singleElement().satisfies(task -> assertThat(task.closed() && task.actor().equals("jane")).isTrue());
      assertThat(code(ledger.lane.submit(new Command.OpenTask(tasks, "t", Map.of(), 0, "jane", "again", "k3")).join())).isEqualTo("TaskSet");
      assertThat(code(admit(ledger, "f", "t"))).as("0.20006 of 0.21 are spent").isEqualTo("budget_exceeded");
      assertThat(code(ledger.lane.submit(new Command.ExtendTask(tasks, "t", Map.of("CREDIT", Money.parse("0.4")), 0, "jane", "more", "k4")).join())).isEqualTo("TaskSet");
      assertThat(code(admit(ledger, "g", "t"))).isEqualTo("Held");
      assertThat(code(ledger.lane.submit(new Command.OpenTask(tasks, "u", Map.of(), 0, "jane", "x", "k5")).join())).isEqualTo("TaskSet");
      assertThat(code(ledger.lane.submit(new Command.OpenTask(tasks, "v", Map.of(), 0, "jane", "x", "k6")).join())).as("two places").isEqualTo("task_limit");
    }
  }

  /** Three labels: one without a cap of its own, one that reached its own, one that is nearer to its own than the first to the budget's. */
  @Test
  void picturesCountALabelByItsOwnCap() {
    ObjectName tasks = World.name("tasks");
    World world = world();
    world.budgets = List.of(world.budget("tasks", Budget.Per.TASK, "CREDIT", "0.5", 5));
    try (OpenLedger ledger = open(world)) {
      for (String label : List.of("free", "full", "near")) {
        admit(ledger, label, label);
        ledger.settle(label).join();
      }
      LedgerPicture.Source pictures = ledger.home.pictures();
      long now = System.currentTimeMillis();
      assertThat(pictures.take(world.policy(), now).budgets()).singleElement().satisfies(use -> assertThat(List.of(use.limit(), use.values(), use.exhausted())).isEqualTo(List.of(Money.parse("0.5"), 3L, 0L)));
      cap(ledger, tasks, "near", "0.2");
      assertThat(pictures.take(world.policy(), now).budgets()).singleElement().satisfies(use -> {
        assertThat(List.of(use.value(), use.limit(), use.spent(), use.held())).isEqualTo(List.of("near", Money.parse("0.2"), CHARGE, 0L));
        assertThat(List.of(use.values(), use.exhausted())).isEqualTo(List.of(3L, 0L));
      });
      cap(ledger, tasks, "full", Money.text(CHARGE));
      assertThat(pictures.take(world.policy(), now).budgets()).singleElement().satisfies(use -> {
        assertThat(List.of(use.value(), use.limit(), use.spent())).isEqualTo(List.of("full", CHARGE, CHARGE));
        assertThat(List.of(use.values(), use.exhausted())).isEqualTo(List.of(3L, 1L));
      });
    }
  }

  private static void cap(OpenLedger ledger, ObjectName budget, String label, String cap) {
    Result result = ledger.lane.submit(new Command.OpenTask(budget, label, Map.of("CREDIT", Money.parse(cap)), 0, "jane", "less", "cap of " + label)).join();
    assertThat(code(result)).isEqualTo("TaskSet");
  }

  @Test
  void aWindowThatRollsCountsItsSlicesAlsoAfterReopening() {
    for (int i = 0; i < 2; i++) {
      World world = world();
      Budget fixed = world.budget("rolls", Budget.Per.TARGET, "CREDIT", "0.31", 2);
      world.budgets =
          List.of(
              new Budget(
                  fixed.name(), fixed.target(), fixed.per(), fixed.limits(), false, Budget.Window.ROLLING_WEEK, 1, ZoneId.of("UTC"), false, 2, 0, java.util.Set.of(), List.of(), false));
      try (OpenLedger ledger = open(world)) {
        assertThat(code(ledger.admit("a" + i).join())).isEqualTo("Held");
        ledger.settle("a" + i).join();
        assertThat(code(ledger.admit("b" + i).join())).isEqualTo(i == 0 ? "Held" : "budget_exceeded");
        int charged = i + 1;
        LedgerPicture picture = ledger.home.pictures().take(world.policy(), System.currentTimeMillis());
        assertThat(picture.budgets()).singleElement().satisfies(use -> assertThat(use.spent() + use.held()).isEqualTo(CHARGE * charged + HOLD)).satisfies(use -> assertThat(use.values()).isEqualTo(1));
      }
    }
  }
}
