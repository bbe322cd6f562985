package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.fallback.Ending;
import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.Refusals;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.pricing.Usage;
import dev.exchequer.selection.RequestFacts;
import dev.exchequer.server.store.LedgerHistory.RefusalQuery;
import dev.exchequer.server.store.LedgerHistory.RefusalRow;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What every store tells alike of refusals and of holds that have ended. */
public abstract class HistoryScenarios {
  protected static final RefusalQuery ALL = new RefusalQuery(null, null, null, null, 500);

  /** Opens the ledger of this test: the same one each time. */
  protected abstract OpenLedger open(World world, Clock clock);

  private OpenLedger open(World world) {
    return open(world, Clock.systemUTC());
  }

  protected static Command deny(OpenLedger ledger, String id, String code) {
    return new Command.Deny(ledger.world.facts(id, "", null), Ending.of(404, code, "no", new Ending.Retry.No()));
  }

  private static Command denyOther(OpenLedger ledger, String id, String code) {
    RequestFacts f = ledger.world.facts(id, "", null);
    RequestFacts other =
        new RequestFacts(
            f.id(), f.timeMs(), World.name("other"), f.keyLabel(), f.project(), f.owner(), f.task(), f.endUser(), null, null, f.endpoint(), f.requestedModel(), f.route(),
            f.routeGeneration(), f.fallbackDigest(), f.planDigest(), f.streamed(), f.narrowedTo(), f.demand());
    return new Command.Deny(other, Ending.of(404, code, "no", new Ending.Retry.No()));
  }

  @Test
  void aFloodOfRefusalsLeavesTenReceiptsASecondAndOneRowForEachCode() {
    try (OpenLedger ledger = open(new World())) {
      LedgerHistory history = ledger.home.history();
      assertThat(history.refusals(ALL)).isEqualTo(new LedgerReads.Page<>(List.of(), null));
      List<CompletableFuture<Result>> answers = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        answers.add(ledger.lane.submit(deny(ledger, "r" + i, i % 4 == 0 ? "model_not_found" : "task_required")));
      }
      List<Result.Refused> refused = answers.stream().map(answer -> (Result.Refused) answer.join()).toList();
      long withReceipt = refused.stream().filter(r -> r.receipt() != null).count();
      List<RefusalRow> rows = history.refusals(ALL).items();
      assertThat(rows.stream().mapToLong(RefusalRow::count).sum()).as("each is a receipt or counted").isEqualTo(400 - withReceipt);
      long seconds = rows.stream().mapToLong(RefusalRow::secondMs).distinct().count();
      assertThat(withReceipt).isBetween((long) Refusals.RECEIPTS_A_SECOND, Refusals.RECEIPTS_A_SECOND * (seconds + 1));
      assertThat(rows).allSatisfy(row -> assertThat(row.secondMs() % 1000).isZero()).extracting(RefusalRow::apiKey).containsOnly("default/key");
      assertThat(rows).hasSizeLessThanOrEqualTo((int) (2 * seconds));
      assertThat(refused.stream().filter(r -> r.receipt() != null)).allSatisfy(r -> assertThat(ledger.reads.receipt(String.valueOf(r.receipt()))).isPresent());
    }
  }

  @Test
  void endedHoldsThatMayStillBeCorrectedAreCountedByState() {
    try (OpenLedger ledger = open(new World())) {
      LedgerHistory history = ledger.home.history();
      for (String id : List.of("a", "b", "c")) {
        ledger.admit(id).join();
      }
      assertThat(history.uncertainHolds()).isEqualTo(new LedgerHistory.UncertainHolds(0, 0, 0));
      ledger.settle("a").join();
      ledger.lane.submit(new Command.Settle(new HoldId("b", 1), World.cut(true, Usage.NOTHING, 40), ProviderView.ALL_WELL)).join();
      assertThat(history.uncertainHolds()).isEqualTo(new LedgerHistory.UncertainHolds(1, 0, 0));
      ledger.settle("b").join();
      assertThat(history.uncertainHolds()).as("corrected").isEqualTo(new LedgerHistory.UncertainHolds(0, 0, 0));
    }
  }

  @Test
  void countsAreAddedUpAcrossCommitsAndPaged() {
    SetClock clock = new SetClock(1_700_000_000_000L);
    try (OpenLedger ledger = open(new World(), clock)) {
      LedgerHistory history = ledger.home.history();
      for (long second = 1; second <= 3; second++) {
        clock.set(1_700_000_000_000L + second * 1_000);
        for (int i = 0; i < Refusals.RECEIPTS_A_SECOND; i++) {
          ledger.lane.submit(deny(ledger, "r" + second + "-" + i, "a")).join();
        }
        for (int i = 0; i < 3; i++) {
          clock.forward(300);
          ledger.lane.submit(deny(ledger, "a" + second + "-" + i, "a")).join();
          ledger.lane.submit(deny(ledger, "b" + second + "-" + i, "b")).join();
        }
      }
      for (int i = 0; i <= Refusals.RECEIPTS_A_SECOND; i++) {
        ledger.lane.submit(denyOther(ledger, "o" + i, "a")).join();
      }
      long from = 1_700_000_002_000L;
      assertThat(history.refusals(new RefusalQuery("default/key", from, from + 1_000, null, 10)).items())
          .containsExactly(new RefusalRow("default/key", from, "b", 3), new RefusalRow("default/key", from, "a", 3));
      assertThat(history.refusals(new RefusalQuery("default/other", null, null, null, 10)).items()).containsExactly(new RefusalRow("default/other", from + 1_000, "a", 1));
      assertThat(history.refusalsCounted(from, from + 1_000)).isEqualTo(6);
      assertThat(history.refusalsCounted(from + 1, from + 1_000)).isZero();
      assertThat(history.refusalsCounted(0, Long.MAX_VALUE)).isEqualTo(19);
      List<RefusalRow> paged = new ArrayList<>();
      String cursor = null;
      do {
        LedgerReads.Page<RefusalRow> page = history.refusals(new RefusalQuery(null, null, null, cursor, 2));
        assertThat(page.items()).hasSizeBetween(1, 2);
        paged.addAll(page.items());
        cursor = page.nextCursor();
      } while (cursor != null);
      assertThat(paged).isEqualTo(history.refusals(ALL).items()).hasSize(7).doesNotHaveDuplicates();
      for (String nonsense : List.of("x", "1,2", "a,b,c", "1,2,3,4")) {
        assertThatThrownBy(() -> history.refusals(new RefusalQuery(null, null, null, nonsense, 2))).isInstanceOf(IllegalArgumentException.class);
      }
    }
  }
}
