package dev.exchequer.server.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.ledger.World;
import dev.exchequer.server.store.ExportCheck;
import dev.exchequer.server.store.LedgerExport;
import dev.exchequer.server.store.OpenLedger;
import dev.exchequer.server.store.SqliteExportTest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Exports of a ledger that several replicas write at once: each of them tells all, in the same order. */
class PostgresExportIT {
  private static World world() {
    World world = new World();
    world.credit = "1000000";
    world.concurrency = 10_000;
    return world;
  }

  @Test
  void everythingIsReadOnceWhileReplicasWrite() {
    String url = PostgresServer.shared().database();
    try (OpenLedger one = PostgresServer.open(url, "one", world());
        OpenLedger two = PostgresServer.open(url, "two", world());
        OpenLedger three = PostgresServer.open(url, "three", world())) {
      CompletableFuture<Void> load = CompletableFuture.allOf(SqliteExportTest.load(one, "a"), SqliteExportTest.load(two, "b"), SqliteExportTest.load(three, "c"));
      List<LedgerExport> exports = List.of(one.home.history().export(), two.home.history().export());
      long[] read = ExportCheck.whileOthersWrite(exports, () -> !load.isDone());
      load.join();
      assertThat(read[1]).isEqualTo(3 * 1_500);
      assertThat(read[0]).as("and the first grants").isEqualTo(3 * 1_500 + 2);
      assertThat(exports.getFirst().end().read()).as("a chain each").hasSize(3);
    }
  }
}
