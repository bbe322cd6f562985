package dev.exchequer.server.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.ledger.World;
import dev.exchequer.server.store.OpenLedger;
import dev.exchequer.server.store.PruningCases;
import dev.exchequer.server.store.checkpoint.Checkpoint;
import dev.exchequer.server.store.proof.LedgerProof;
import dev.exchequer.server.store.prune.Pruner;
import dev.exchequer.server.store.prune.SqlPruner;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Execution(ExecutionMode.CONCURRENT)
class PostgresPruningIT extends PruningCases {
  private final String url = PostgresServer.shared().database();

  private OpenLedger open(String replica, World world, Clock at) {
    return PostgresServer.open(url, replica, world, Sessions.of(PostgresServer.settings(url, replica), "writer"), at);
  }

  @Override
  protected OpenLedger open(World world, Clock at) {
    return open("one", world, at);
  }

  @Override
  protected LedgerProof.Fits proof(Map<String, Checkpoint> checkpoints) throws Exception {
    return PostgresProof.of(PostgresServer.settings(url, "verify"), checkpoints, rows -> {});
  }

  @Override
  protected SqlPruner.Door door(OpenLedger ledger) {
    return ((PostgresHome) ledger.home).pruning();
  }

  @Override
  protected String receiptsByTime() {
    return PostgresPruning.RECEIPTS;
  }

  @Override
  protected Connection connect() throws SQLException {
    return DriverManager.getConnection(url);
  }

  @Override
  protected void edit(String sql) throws SQLException {
    try (Connection c = connect(); Statement s = c.createStatement()) {
      s.execute(sql);
    }
  }

  @Override
  protected void tamper(String sql) throws SQLException {
    for (String table : List.of("receipts", "prunings")) {
      edit("ALTER TABLE " + table + " DISABLE TRIGGER ALL");
    }
    edit(sql);
  }

  /** Replicas do it one at a time; one that is gone keeps nobody from it. */
  @Test
  void oneReplicaAtATime() {
    try (OpenLedger one = open("one", new World(), clock);
        OpenLedger two = open("two", new World(), clock)) {
      one.world.now = clock.millis();
      one.admit("a").join();
      one.settle("a").join();
      clock.forward(2 * Pruner.SHORTEST_MS);
      two.world.now = clock.millis();
      two.admit("b").join();
      two.settle("b").join();
      long limit = two.home.pruner().latestLimit();
      Pruner.Run run = one.home.pruner().begin("one", limit).orElseThrow();
      assertThatThrownBy(() -> two.home.pruner().begin("two", limit)).isInstanceOf(Pruner.Busy.class);
      run.close(); // before its first batch
      try (Pruner.Run next = two.home.pruner().begin("two", limit).orElseThrow()) {
        assertThat(next.toEnd(() -> false).receipts()).isEqualTo(1);
      }
      assertThat(one.home.pruner().prunings(9)).extracting(p -> p.actor() + " " + p.state().text()).containsExactly("two Done", "one BrokenOff");
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "UPDATE receipts SET digest = NULL, pruning = NULL WHERE id = 'a000' | receipt a000: its details are not there, and no pruning removed them",
    "UPDATE receipts SET pruning = NULL WHERE id = 'a000' | receipt a000: its details are said to be removed, and no pruning did that",
    "UPDATE receipts SET digest = sha256('') WHERE id = 'a000' | receipt a000: does not say how its details were removed",
    "UPDATE receipts SET body = replace(body, '\"Output\":10', '\"Output\":11') WHERE id = 'a000' | pruning 1 (by the retention of 90d): what it left of receipts was changed",
    "UPDATE receipts SET end_user = 'x' WHERE id = 'a000' | receipt a000: its hash is",
    "DELETE FROM prunings WHERE id = 1 | receipt a000: its details are said to be removed, and no pruning did that",
    "UPDATE prunings SET receipts = 5 WHERE id = 1 | pruning 1 (by the retention of 90d): the number of its receipts is 5",
  })
  void whatWasTamperedWithIsNamed(String sql, String named) throws Exception {
    tampered(sql, named);
  }

  @Test
  void theDatabaseRefusesWhatIsNoPruning() throws Exception {
    refused(
        List.of(
            "UPDATE receipts SET body = '{}' WHERE id = 'b000'",
            "UPDATE receipts SET body = '{}', digest = sha256(convert_to(body, 'UTF8')), pruning = 1 WHERE id = 'b000'",
            "UPDATE receipts SET body = '{}' WHERE id = 'a000'",
            "DELETE FROM receipts WHERE id = 'a000'",
            "UPDATE prunings SET receipts = 0",
            "DELETE FROM prunings",
            "TRUNCATE prunings"));
  }

  /** While one runs, a body is replaced only with the digest of what stood there. */
  @Test
  void theDatabaseKnowsTheDigest() throws Exception {
    try (OpenLedger ledger = open("one", new World(), clock)) {
      ledger.world.now = clock.millis();
      ledger.admit("a").join();
      ledger.settle("a").join();
      clock.forward(2 * Pruner.SHORTEST_MS);
      ledger.admit("b").join();
      try (Pruner.Run run = ledger.home.pruner().begin("one", ledger.home.pruner().latestLimit()).orElseThrow()) {
        assertThatThrownBy(() -> edit("UPDATE receipts SET body = '{}', digest = sha256(''), pruning = 1 WHERE id = 'a'")).hasMessageContaining("never edited");
        assertThat(run.toEnd(() -> false).receipts()).isEqualTo(1);
      }
      assertThat(proof().pruned()).isEqualTo(1);
    }
  }
}
