package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.fallback.Ending;
import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.Refusals;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.pricing.Usage;
import dev.exchequer.server.store.LedgerHistory.RefusalQuery;
import dev.exchequer.server.store.LedgerHistory.RefusalRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteHistoryTest {
  private static final RefusalQuery ALL = new RefusalQuery(null, null, null, null, 500);

  @TempDir Path data = Path.of("");

  private static Command deny(OpenLedger ledger, String id, String code) {
    return new Command.Deny(ledger.world.facts(id, "", null), Ending.of(404, code, "no", new Ending.Retry.No()));
  }

  @Test
  void aFloodOfRefusalsLeavesTenReceiptsASecondAndOneRowForEachCode() {
    try (OpenLedger ledger = new OpenLedger(data, new World())) {
      SqliteHistory history = new SqliteHistory(ledger.store);
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
    try (OpenLedger ledger = new OpenLedger(data, new World())) {
      SqliteHistory history = new SqliteHistory(ledger.store);
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
    try (OpenLedger ledger = new OpenLedger(data, new World())) {
      SqliteHistory history = new SqliteHistory(ledger.store);
      for (long second : new long[] {1_000, 2_000, 3_000}) {
        for (String code : List.of("a", "b")) {
          ledger.store.commit(List.of(new Change.RefusalCounted(World.name("key"), second, code)), 5_000);
          ledger.store.commit(List.of(new Change.RefusalCounted(World.name("key"), second, code), new Change.RefusalCounted(World.name("key"), second, code)), 5_000);
        }
      }
      ledger.store.commit(List.of(new Change.RefusalCounted(World.name("other"), 2_000, "a")), 5_000);
      assertThat(history.refusals(new RefusalQuery("default/key", 2_000L, 3_000L, null, 10)).items())
          .containsExactly(new RefusalRow("default/key", 2_000, "b", 3), new RefusalRow("default/key", 2_000, "a", 3));
      assertThat(history.refusalsCounted(2_000, 3_000)).isEqualTo(7);
      assertThat(history.refusalsCounted(2_001, 3_000)).isZero();
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
