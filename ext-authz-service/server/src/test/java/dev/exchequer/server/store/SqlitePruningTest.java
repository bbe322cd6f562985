package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.fallback.Ending;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.World;
import dev.exchequer.server.store.checkpoint.Checkpoint;
import dev.exchequer.server.store.proof.LedgerProof;
import dev.exchequer.server.store.prune.Pruner;
import dev.exchequer.server.store.prune.SqlPruner;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlitePruningTest extends PruningCases {
  @TempDir Path data = Path.of("");

  @Override
  protected OpenLedger open(World world, Clock at) {
    return new OpenLedger(data, world, at);
  }

  @Override
  protected LedgerProof.Fits proof(Map<String, Checkpoint> checkpoints) throws Exception {
    return LedgerProof.of(data.resolve("ledger.db"), checkpoints, rows -> {});
  }

  @Override
  protected SqlPruner.Door door(OpenLedger ledger) {
    return ((SqliteHome) ledger.home).pruning();
  }

  @Override
  protected String receiptsByTime() {
    return SqlitePruning.RECEIPTS;
  }

  @Override
  protected Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + data.resolve("ledger.db"));
  }

  @Override
  protected void edit(String sql) throws SQLException {
    try (Connection c = connect(); Statement s = c.createStatement()) {
      s.execute(sql);
    }
  }

  @Override
  protected void tamper(String sql) throws SQLException {
    List<String> guards = new ArrayList<>();
    try (Connection c = connect(); Statement s = c.createStatement()) {
      try (ResultSet r = s.executeQuery("SELECT name FROM sqlite_master WHERE type = 'trigger'")) {
        while (r.next()) {
          guards.add(r.getString(1));
        }
      }
      for (String guard : guards) {
        s.execute("DROP TRIGGER " + guard);
      }
      s.execute(sql);
    }
  }

  /** Pages that old receipts filled are free for what comes; before they were moved, each kept the half of it that nobody could use. */
  @Test
  void theRoomOfDetailsIsUsedAgain() throws Exception {
    try (OpenLedger ledger = open(new World(), clock)) {
      for (int i = 0; i < 400; i++) {
        ledger.world.now = clock.millis();
        ledger.lane.submit(new Command.Deny(ledger.world.facts("r" + i, "", null), Ending.of(400, "bad_request", "x".repeat(2_000), new Ending.Retry.No()))).join();
        clock.forward(1_000);
      }
      long written = pages();
      clock.forward(2 * Pruner.SHORTEST_MS);
      ledger.admit("later").join();
      try (Pruner.Run run = ledger.home.pruner().begin("test", ledger.home.pruner().latestLimit()).orElseThrow()) {
        assertThat(run.toEnd(() -> false).receipts()).isEqualTo(400);
      }
      assertThat(pages()).as("pages of receipts, which were %s", written).isLessThan(written / 2);
      assertThat(proof().pruned()).isEqualTo(400);
    }
  }

  private long pages() throws SQLException {
    try (Connection c = connect(); Statement s = c.createStatement(); ResultSet r = s.executeQuery("SELECT count(*) FROM dbstat WHERE name = 'receipts'")) {
      r.next();
      return r.getLong(1);
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "UPDATE receipts SET digest = NULL, pruning = NULL WHERE id = 'a000' | receipt a000: its details are not there, and no pruning removed them",
    "UPDATE receipts SET pruning = NULL WHERE id = 'a000' | receipt a000: its details are said to be removed, and no pruning did that",
    "UPDATE receipts SET digest = zeroblob(32) WHERE id = 'a000' | receipt a000: does not say how its details were removed",
    "UPDATE receipts SET digest = zeroblob(32), body = json_set(body, '$.detailsRemoved.digest', hex(zeroblob(32))) WHERE id = 'a000' | pruning 1 (by the retention of 90d): what it left of receipts was changed",
    "UPDATE receipts SET digest = x'00' WHERE id = 'a000' | receipt a000: its digest is none",
    "UPDATE receipts SET body = json_set(body, '$.hops[0].charge', '0.000000001') WHERE id = 'a000' | receipt a000, hop 1: its charge is",
    "UPDATE receipts SET body = json_set(body, '$.hops[0].usage.meters.Output', 11) WHERE id = 'a000' | pruning 1 (by the retention of 90d): what it left of receipts was changed",
    "UPDATE receipts SET body = json_set(body, '$.endUser', 'x') WHERE id = 'a000' | receipt a000: its columns and its body say different things",
    "UPDATE receipts SET end_user = 'x' WHERE id = 'a000' | receipt a000: its hash is",
    "UPDATE receipts SET pruning = 2, body = json_set(body, '$.detailsRemoved.pruning', 2) WHERE id = 'a000' | pruning 1 (by the retention of 90d): the number of its receipts is 4",
    "UPDATE receipts SET pruning = 1, digest = zeroblob(32), body = json_object('id', id) WHERE id = 'c000' | receipt c000: has details and is said to have none",
    "UPDATE receipts SET body = (SELECT replace(body, 'a000', 'c000') FROM receipts WHERE id = 'a000') WHERE id = 'c000' | receipt c000: its details are not there, and no pruning removed them",
    "DELETE FROM prunings WHERE id = 2 | receipt b000: its details are said to be removed, and no pruning did that",
    "DELETE FROM prunings WHERE id = 1 | receipt a000: its details are said to be removed, and no pruning did that",
    "UPDATE prunings SET actor = 'somebody' WHERE id = 1 | does not say how its details were removed as pruning 1 (by somebody) does",
    "UPDATE prunings SET before = before + 1 WHERE id = 1 | pruning 1 (by the retention of 90d): what it left of receipts was changed",
    "UPDATE prunings SET before = 5 WHERE id = 1 | receipt a000: is not older than the limit of pruning 1",
    "UPDATE prunings SET receipts = 5 WHERE id = 1 | pruning 1 (by the retention of 90d): the number of its receipts is 5",
    "UPDATE prunings SET last_receipt = 'a000' WHERE id = 1 | its last receipt is a000, and ax is",
  })
  void whatWasTamperedWithIsNamed(String sql, String named) throws Exception {
    tampered(sql, named);
  }

  @Test
  void theDatabaseRefusesWhatIsNoPruning() throws Exception {
    refused(
        List.of(
            "UPDATE receipts SET body = '{}' WHERE id = 'b000'",
            "UPDATE receipts SET body = '{}', digest = zeroblob(32), pruning = 1 WHERE id = 'b000'",
            "UPDATE receipts SET body = '{}' WHERE id = 'a000'",
            "UPDATE receipts SET digest = zeroblob(32) WHERE id = 'a000'",
            "DELETE FROM receipts WHERE id = 'a000'",
            "UPDATE prunings SET receipts = 0",
            "DELETE FROM prunings"));
  }
}
