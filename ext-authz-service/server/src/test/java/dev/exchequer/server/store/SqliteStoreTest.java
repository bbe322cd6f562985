package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.money.Money;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteStoreTest extends LedgerScenarios {
  @TempDir Path data;

  @Override
  protected OpenLedger open(World world) {
    return new OpenLedger(data, world);
  }

  @Test
  void aLedgerOfANewerProgramIsRefusedAndLeftAsItIs() throws Exception {
    new OpenLedger(data, world()).close();
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("ledger.db")); Statement s = c.createStatement()) {
      s.execute(
          "INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success) "
              + "VALUES (99, '99', 'the future', 'SQL', 'V99__the_future.sql', 1, 'x', 1, 1)");
    }
    assertThatThrownBy(() -> SqliteStore.open(data, bytes -> world().policy()))
        .hasMessageContaining("was written by a newer version of this program (its schema 99 is not known here)");
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("ledger.db"));
        Statement s = c.createStatement();
        ResultSet r = s.executeQuery("SELECT count(*) FROM flyway_schema_history WHERE version = '99'")) {
      assertThat(r.next() && r.getInt(1) == 1).isTrue();
    }
    assertThatThrownBy(() -> SqliteStore.open(data, bytes -> world().policy())).as("the lock was let go").hasMessageContaining("newer version");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE entries SET amount = 1, after = before + 1",
        "DELETE FROM entries",
        "UPDATE receipts SET status = 'Denied'",
        "DELETE FROM receipts",
        "INSERT INTO entries (balance, sequence, time, kind, amount, before, after) VALUES ('default/credit', 9, 0, 'Grant', 1, 0, 1)",
        "INSERT INTO entries (balance, sequence, time, kind, amount, before, after) VALUES ('default/credit', 3, 0, 'Grant', 1, 5, 6)",
        "UPDATE accounts SET held = -1",
      })
  void theDatabaseItselfRefuses(String sql) throws SQLException {
    try (OpenLedger ledger = new OpenLedger(data, world())) {
      ledger.admit("r").join();
      ledger.settle("r").join();
      try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("ledger.db")); Statement s = other.createStatement()) {
        assertThatThrownBy(() -> s.execute(sql)).isInstanceOf(SQLException.class);
      }
    }
  }

  @Test
  void oneProcessHasTheLedger() {
    try (OpenLedger ledger = new OpenLedger(data, world())) {
      assertThatThrownBy(() -> SqliteStore.open(data, bytes -> ledger.world.policy())).hasMessageContaining("another process has the ledger");
    }
  }

  @Test
  void aCommitThatFailsIsNotAnsweredAndMemoryIsWhatTheDiskSays() throws SQLException {
    try (OpenLedger ledger = new OpenLedger(data, world())) {
      try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("ledger.db")); Statement s = other.createStatement()) {
        s.execute("CREATE TRIGGER broken BEFORE INSERT ON holds BEGIN SELECT raise(ABORT, 'disk trouble'); END");
        assertThatThrownBy(() -> ledger.admit("a").join()).hasCauseInstanceOf(LedgerLane.LedgerUnavailable.class).hasMessageContaining("disk trouble");
        s.execute("DROP TRIGGER broken");
      }
      assertThat(ledger.admit("b").join()).isInstanceOf(Result.Held.class);
      assertThat(ledger.reads.balance(World.CREDIT).orElseThrow().held()).isEqualTo(Money.parse("0.1011"));
      assertThat(((Result.Settled) ledger.settle("a").join()).known()).isFalse();
    }
  }
}
