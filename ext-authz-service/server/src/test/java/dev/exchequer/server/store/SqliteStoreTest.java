package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.store.proof.LedgerProof;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
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

  /** SQLite itself goes on, into a file that no name leads to any more. */
  @ParameterizedTest
  @ValueSource(strings = {"ledger.db", "ledger.db-wal", "ledger.lock"})
  void nothingIsAcknowledgedIntoAFileThatWasTakenAway(String file) throws Exception {
    try (OpenLedger ledger = new OpenLedger(data, world())) {
      assertThat(ledger.admit("a").join()).isInstanceOf(Result.Held.class);
      assertThat(ledger.home.ended()).isEmpty();
      Path there = data.resolve(file);
      if (file.equals("ledger.db")) {
        Path copy = Files.copy(there, data.resolve("copy"));
        Files.move(copy, there, StandardCopyOption.REPLACE_EXISTING);
      } else {
        Files.delete(there);
      }
      assertThatThrownBy(() -> ledger.admit("b").join()).hasCauseInstanceOf(LedgerLane.LedgerUnavailable.class).hasMessageContaining(file + " was re");
      assertThat(ledger.home.ended()).hasValueSatisfying(why -> assertThat(why).contains("stop the gateway"));
      assertThatThrownBy(() -> ledger.settle("a").join()).as("for ever").hasMessageContaining("nothing is written any more");
    }
  }

  /** ROLLBACK: as after a full disk, SQLite has ended the transaction itself. */
  @ParameterizedTest
  @ValueSource(strings = {"ABORT", "ROLLBACK"})
  void aCommitThatFailsIsNotAnsweredAndMemoryIsWhatTheDiskSays(String how) throws SQLException {
    try (OpenLedger ledger = new OpenLedger(data, world())) {
      try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("ledger.db")); Statement s = other.createStatement()) {
        s.execute("CREATE TRIGGER broken BEFORE INSERT ON holds BEGIN SELECT raise(" + how + ", 'disk trouble'); END");
        for (int i = 0; i < 3; i++) {
          assertThatThrownBy(() -> ledger.admit("a").join()).hasMessageContaining("disk trouble");
        }
        assertThatThrownBy(() -> ledger.admit("a").join()).hasCauseInstanceOf(LedgerLane.LedgerUnavailable.class).hasMessageContaining("disk trouble");
        s.execute("DROP TRIGGER broken");
      }
      assertThat(ledger.admit("b").join()).isInstanceOf(Result.Held.class);
      assertThat(ledger.reads.balance(World.CREDIT).orElseThrow().held()).isEqualTo(Money.parse("0.1011"));
      assertThat(((Result.Settled) ledger.settle("a").join()).known()).isFalse();
    }
  }

  /** Large enough that its texts and hashes are made on another thread. */
  @Test
  void aLargeBatchIsWrittenWholeOrNotAtAll() throws Exception {
    World world = world();
    world.credit = "1000";
    Policy policy = world.policy();
    world.apply(new Command.Activate(policy));
    world.now = System.currentTimeMillis();
    List<Command> admits = new ArrayList<>();
    List<Command> settlements = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      admits.add(new Command.Admit(world.facts("r" + i, "", null), ProviderView.ALL_WELL));
      settlements.add(new Command.Settle(new HoldId("r" + i, 1), World.ok(20, 10), ProviderView.ALL_WELL));
    }
    try (SqliteStore store = SqliteStore.open(data, bytes -> policy)) {
      store.remember(policy.digest(), policy.digest().getBytes(StandardCharsets.UTF_8));
      LocalLedger ledger = new LocalLedger(store, Clock.systemUTC(), Decider.CORE);
      assertThat(ledger.decide(List.of(new Command.Activate(policy)))).allMatch(answer -> answer.result() != null);
      onceBroken(ledger, admits, "holds WHEN new.request = 'r150'");
      onceBroken(ledger, settlements, "entries WHEN new.receipt = 'r150'");
    }
    LedgerProof.Fits fits = LedgerProof.of(data.resolve("ledger.db"), rows -> {});
    assertThat(fits.holds()).isEqualTo(200);
    assertThat(fits.receipts()).isEqualTo(200);
    assertThat(fits.chains()).isEqualTo(1);
  }

  private void onceBroken(LocalLedger ledger, List<Command> commands, String where) throws SQLException {
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("ledger.db")); Statement s = other.createStatement()) {
      String rows = "SELECT (SELECT count(*) FROM holds WHERE state = 'ACTIVE') || ' ' || (SELECT count(*) FROM receipts) || ' ' || (SELECT sum(number) FROM chains)";
      String before = text(s, rows);
      s.execute("CREATE TRIGGER broken BEFORE INSERT ON " + where + " BEGIN SELECT raise(ABORT, 'disk trouble'); END");
      assertThat(ledger.decide(commands)).allSatisfy(answer -> assertThat(answer.failure()).isInstanceOf(LedgerLane.LedgerUnavailable.class).hasMessageContaining("disk trouble"));
      assertThat(text(s, rows)).isEqualTo(before);
      s.execute("DROP TRIGGER broken");
      assertThat(ledger.decide(commands)).allMatch(answer -> answer.result() instanceof Result.Held || answer.result() instanceof Result.Settled);
      assertThat(text(s, rows)).isNotEqualTo(before);
    }
  }

  private static String text(Statement s, String sql) throws SQLException {
    try (ResultSet r = s.executeQuery(sql)) {
      r.next();
      return r.getString(1);
    }
  }
}
