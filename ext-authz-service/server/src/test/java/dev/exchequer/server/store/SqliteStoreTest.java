package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Budget;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteStoreTest {
  private static final long CHARGE = Money.parse("0.10003");

  @TempDir Path data;

  private static World world() {
    World world = new World();
    world.withConsent = false;
    return world;
  }

  @Test
  void whatWasAnsweredIsThereAfterReopening() {
    try (OpenLedger ledger = new OpenLedger(data, world())) {
      ledger.admit("open").join();
      ledger.admit("done").join();
      ledger.settle("done").join();
      assertThat(ledger.reads.receipt("open")).isEmpty();
    }
    try (OpenLedger ledger = new OpenLedger(data, world())) {
      assertThat(ledger.loaded().activeHolds()).hasSize(1);
      assertThat(ledger.loaded().running("open")).isPresent();
      assertThat(ledger.reads.balance(World.CREDIT).orElseThrow().posted()).isEqualTo(Money.parse("10") - CHARGE);
      assertThat(ledger.reads.balance(World.CREDIT).orElseThrow().held()).isEqualTo(Money.parse("0.1011"));
      String receipt = ledger.reads.receipt("done").orElseThrow();
      assertThat(receipt).contains("\"charge\":\"0.100030000\"").endsWith(",\"corrections\":[]}");
      // a settle that the process before answered
      assertThat(((Result.Settled) ledger.settle("done").join()).chargeNanos()).isEqualTo(CHARGE);
      assertThat(((Result.Settled) ledger.settle("open").join()).chargeNanos()).isEqualTo(CHARGE);
      assertThat(ledger.reads.balance(World.CREDIT).orElseThrow().held()).isZero();
      assertThat(ledger.reads.entries(World.CREDIT, null, 50).items()).hasSize(3);
    }
  }

  @Test
  void openHoldsAreCountedWithTheAgeOfTheOldest() {
    try (OpenLedger ledger = new OpenLedger(data, world())) {
      assertThat(ledger.reads.openHolds()).isEqualTo(new LedgerReads.OpenHolds(0, 0));
      long before = System.currentTimeMillis();
      ledger.admit("a").join();
      long after = System.currentTimeMillis();
      ledger.admit("b").join();
      assertThat(ledger.reads.openHolds().count()).isEqualTo(2);
      assertThat(ledger.reads.openHolds().oldestHeldAtMs()).isBetween(before, after);
      ledger.settle("a").join();
      ledger.settle("b").join();
      assertThat(ledger.reads.openHolds().count()).isZero();
    }
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

  @Test
  void thePastIsWhatTheLastEntryBeforeItSays() {
    try (OpenLedger ledger = new OpenLedger(data, world())) {
      ledger.admit("r").join();
      ledger.settle("r").join();
      List<LedgerReads.EntryRow> newestFirst = ledger.reads.entries(World.CREDIT, null, 50).items();
      LedgerReads.EntryRow charge = newestFirst.getFirst();
      LedgerReads.EntryRow grant = newestFirst.getLast();
      assertThat(past(ledger, charge.time())).isEqualTo(new LedgerReads.PastBalance(World.CREDIT, "CREDIT", charge.after(), charge.sequence()));
      assertThat(past(ledger, Long.MAX_VALUE)).isEqualTo(past(ledger, charge.time()));
      assertThat(past(ledger, grant.time() - 1)).as("before all").isEqualTo(new LedgerReads.PastBalance(World.CREDIT, "CREDIT", 0, 0));
      // several entries may share a millisecond: the last of them counts
      long last = newestFirst.stream().filter(entry -> entry.time() <= grant.time()).mapToLong(LedgerReads.EntryRow::sequence).max().orElseThrow();
      assertThat(past(ledger, grant.time()).sequence()).isEqualTo(last);
    }
  }

  private static LedgerReads.PastBalance past(OpenLedger ledger, long atMs) {
    LedgerReads.PastBalance one = ledger.reads.balanceAt(World.CREDIT, atMs).orElseThrow();
    assertThat(ledger.reads.balancesAt(atMs)).contains(one);
    assertThat(ledger.reads.balanceAt(new ObjectName("default", "none"), atMs)).isEmpty();
    return one;
  }

  @Test
  void exactlyAsManyAsTheBalanceAndThreeBudgetsAllow() {
    World world = world();
    world.credit = "1000";
    world.pricePerMillionTokens = 0;
    world.budgets.add(world.budget("a", Budget.Per.TARGET, "CREDIT", "50", 100));
    world.budgets.add(world.budget("b", Budget.Per.API_KEY, "CREDIT", "3.7", 100));
    world.budgets.add(world.budget("c", Budget.Per.END_USER, "CREDIT", "60", 100));
    try (OpenLedger ledger = new OpenLedger(data, world)) {
      List<CompletableFuture<Result>> answers = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        answers.add(ledger.admit("r" + i));
      }
      long held = answers.stream().filter(answer -> answer.join() instanceof Result.Held).count();
      assertThat(held).isEqualTo(37);
      for (int i = 0; i < 200; i++) {
        ledger.settle("r" + i).join();
      }
      LedgerReads.BalanceRow row = ledger.reads.balance(World.CREDIT).orElseThrow();
      assertThat(row.held()).isZero();
      assertThat(row.posted()).isEqualTo(Money.parse("996.3"));
      assertThat(ledger.reads.budgets()).allSatisfy(budget -> {
        assertThat(budget.spent()).isEqualTo(Money.parse("3.7"));
        assertThat(budget.held()).isZero();
      });
      assertThat(ledger.reads.receipts(new LedgerReads.ReceiptQuery(null, null, null, null, "Denied", null, null, null, null, null, 500)).items()).hasSize(163);
    }
  }

  @Test
  void aCancelledHoldIsVoidedAndADroppedOneNeverHappens() {
    try (OpenLedger ledger = new OpenLedger(data, world())) {
      Command admit = new Command.Admit(ledger.world.facts("late", "", null), ProviderView.ALL_WELL);
      assertThatThrownBy(() -> ledger.lane.submit(admit, () -> false, System.nanoTime() - 1).join()).hasCauseInstanceOf(LedgerLane.LedgerUnavailable.class);
      assertThat(((Result.Settled) ledger.settle("late").join()).known()).isFalse();

      boolean[] asked = new boolean[1];
      Command again = new Command.Admit(ledger.world.facts("gone", "", null), ProviderView.ALL_WELL);
      CompletableFuture<Result> gone =
          ledger.lane.submit(
              again,
              () -> {
                boolean afterCommit = asked[0];
                asked[0] = true;
                return afterCommit;
              },
              System.nanoTime() + 5_000_000_000L);
      assertThatThrownBy(gone::join).isInstanceOf(java.util.concurrent.CancellationException.class);
      ledger.lane.submit(new Command.Sweep()).join();
      assertThat(ledger.reads.balance(World.CREDIT).orElseThrow().held()).isZero();
      assertThat(ledger.reads.receipt("gone").orElseThrow()).contains("\"status\":\"Failed\"");
    }
  }

  @Test
  void theJournalsPlaceIsStoredWithItsEffect() {
    Command.JournalPosition place = new Command.JournalPosition("hops.jsonl", 7, 1, 4711);
    try (OpenLedger ledger = new OpenLedger(data, world())) {
      ledger.admit("r").join();
      ledger.lane.submit(new Command.Journal(place, new Command.JournalEvent.HopEnd(new HoldId("r", 1), World.ok(20, 10)))).join();
    }
    try (OpenLedger ledger = new OpenLedger(data, world())) {
      assertThat(ledger.loaded().journalPosition("hops.jsonl")).contains(place);
      assertThat(ledger.reads.receipt("r")).isPresent();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE entries SET amount = 1, after = before + 1",
        "DELETE FROM entries",
        "UPDATE receipts SET status = 'Denied'",
        "DELETE FROM receipts",
        "INSERT INTO entries VALUES ('default/credit', 9, 0, 'Grant', 1, 0, 1, NULL, NULL, NULL, NULL)",
        "INSERT INTO entries VALUES ('default/credit', 3, 0, 'Grant', 1, 5, 6, NULL, NULL, NULL, NULL)",
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
