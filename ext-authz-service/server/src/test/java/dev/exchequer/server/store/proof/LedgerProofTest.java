package dev.exchequer.server.store.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.fallback.Ending;
import dev.exchequer.fallback.Evidence;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.GrantTerms;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.World;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Budget;
import dev.exchequer.pricing.Usage;
import dev.exchequer.server.store.OldSqlite;
import dev.exchequer.server.store.OpenLedger;
import dev.exchequer.server.store.SqliteChain;
import dev.exchequer.server.store.chain.OldLedger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Execution(ExecutionMode.CONCURRENT)
class LedgerProofTest {
  private static final String BOTH =
      "SELECT json_array(balance, sequence, time, kind, amount, before, after, receipt, attempt, actor, reason, allocations) FROM entries "
          + "UNION ALL SELECT json_array(id, time, api_key, project, route, model, status, task, end_user, body) FROM receipts";

  @TempDir Path data = Path.of("");

  private static World world() {
    World world = new World();
    world.credit = "60";
    world.wallet = "40";
    world.concurrency = 1_000;
    world.budgets.add(world.budget("keys", Budget.Per.API_KEY, "CREDIT", "50", 3));
    world.budgets.add(world.budget("users", Budget.Per.END_USER, "CNY", "30", 3));
    return world;
  }

  /** Whose provider bills the house. */
  private static World costed() {
    World world = world();
    world.costSheet = World.costSheet("USD");
    return world;
  }

  /** Requests that end in every way, and people who change money meanwhile; some holds stay open. */
  private void tape(long seed, int steps, World world) {
    SplittableRandom random = new SplittableRandom(seed);
    try (OpenLedger ledger = new OpenLedger(data, world)) {
      for (int i = 0; i < steps; i++) {
        HoldId id = new HoldId("r" + random.nextInt(i / 3 + 1), random.nextInt(1, 3));
        ledger.lane.submit(command(random, ledger, i, id)).join();
      }
    }
  }

  private static Command command(SplittableRandom random, OpenLedger ledger, int i, HoldId id) {
    ObjectName balance = random.nextBoolean() ? World.CREDIT : World.WALLET;
    long now = System.currentTimeMillis();
    return switch (random.nextInt(14)) {
      case 0, 1, 2, 3 -> new Command.Admit(ledger.world.facts("r" + i / 3, "", null), ProviderView.ALL_WELL);
      case 4, 5, 6 -> new Command.Settle(id, evidence(random), ProviderView.ALL_WELL);
      case 7 -> new Command.NextAttempt(new HoldId(id.request(), 2), ProviderView.ALL_WELL);
      case 8 -> new Command.Journal(new Command.JournalPosition("hops.jsonl", 1, 1, i), new Command.JournalEvent.HopEnd(id, evidence(random)));
      case 9 -> new Command.Refund(id.request(), id.attempt(), random.nextLong(1, 3_000_000), "jane", "it was bad", "k" + i);
      case 10 -> new Command.Adjust(balance, random.nextLong(-2_000_000, 2_000_000), "jane", "a correction", "k" + i);
      case 11 -> new Command.Grant(balance, random.nextLong(1, 3_000_000), new GrantTerms(random.nextBoolean(), random.nextInt(100), 0, now + random.nextLong(1, 40)), "jane", "a while", "k" + i);
      case 12 -> new Command.VoidGrant(balance, "admin/k" + random.nextInt(i + 1), "jane", "a mistake", "k" + i);
      default -> new Command.Sweep();
    };
  }

  private static Evidence evidence(SplittableRandom random) {
    return switch (random.nextInt(5)) {
      case 0 -> World.status(503);
      case 1 -> World.cut(random.nextBoolean(), Usage.NOTHING, random.nextInt(400));
      default -> World.ok(random.nextInt(2_000), random.nextInt(2_000));
    };
  }

  private LedgerProof.Fits proof() throws IOException, Misfit {
    return LedgerProof.of(data.resolve("ledger.db"), rows -> {});
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatTheLedgerWroteFits(long seed) throws Exception {
    tape(seed, 600, costed());
    LedgerProof.Fits fits = proof();
    assertThat(fits.entries()).isGreaterThan(100);
    assertThat(fits.holds()).isGreaterThan(50);
    assertThat(fits.receipts()).isGreaterThan(20);
    assertThat(fits.balances()).isEqualTo(2);
  }

  @Test
  void aLedgerInUseIsReadAsOneCommitLeftIt() throws Exception {
    try (OpenLedger ledger = new OpenLedger(data, world())) {
      ledger.admit("r").join();
      assertThat(proof().holds()).isEqualTo(1);
      ledger.settle("r").join();
      assertThat(proof().receipts()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "UPDATE entries SET amount = amount - 1, after = after - 1 WHERE sequence = 2 AND balance = 'default/credit' | entry 3 of default/credit: its before is",
    "DELETE FROM entries WHERE sequence = 2 AND balance = 'default/credit' | entry 3 of default/credit: the one before it is 1",
    "UPDATE entries SET time = 0 WHERE sequence = 3 AND balance = 'default/credit' | entry 3 of default/credit: is earlier than the one before it",
    "UPDATE entries SET receipt = 'another' WHERE kind = 'Charge' AND sequence = (SELECT max(sequence) FROM entries WHERE kind = 'Charge' AND balance = 'default/credit') AND balance = 'default/credit' | is of an attempt that was never held",
    "UPDATE entries SET allocations = NULL WHERE sequence = 2 AND balance = 'default/credit' | balance default/credit: what is left of its grants is",
    "UPDATE accounts SET posted = posted + 1 WHERE name = 'default/credit' | balance default/credit: posted is",
    "UPDATE accounts SET held = held + 1 WHERE name = 'default/credit' | balance default/credit: held is",
    "UPDATE accounts SET sequence = sequence + 1 WHERE name = 'default/credit' | balance default/credit: its sequence is",
    "UPDATE accounts SET purse = json_set(purse, '$.lots[0].remaining', json_extract(purse, '$.lots[0].remaining') - 1) WHERE name = 'default/credit' | balance default/credit: what is left of its grants is",
    "UPDATE accounts SET purse = json_set(purse, '$.lots[0].reserved', json_extract(purse, '$.lots[0].reserved') + 1) WHERE name = 'default/credit' | balance default/credit: what is reserved of its grants is",
    "DELETE FROM accounts WHERE name = 'default/credit' | balance default/credit: has entries and is not there",
    "UPDATE holds SET body = json_set(body, '$.charged', 1) WHERE request = 'done' | hold done/1: its charge is 1",
    "UPDATE holds SET body = json_set(body, '$.payment.refunded', 1) WHERE request = 'done' | hold done/1: what it was refunded is 1",
    "UPDATE holds SET body = json_set(body, '$.quote.amountNanos', 1) WHERE request = 'open' | balance default/credit: held is",
    "DELETE FROM holds WHERE request = 'done' | is of an attempt that was never held",
    "UPDATE buckets SET spent = spent + 1 WHERE budget = 'default/keys' | spent is",
    "UPDATE buckets SET held = held + 1 WHERE budget = 'default/keys' | held is",
    "DELETE FROM buckets WHERE budget = 'default/keys' | is held in by a hold and is not there",
    "UPDATE receipts SET body = json_set(body, '$.hops[0].charge', '0.100040000') | receipt done, hop 1: its charge is 100040000",
    "UPDATE receipts SET body = json_set(body, '$.hops[0].balanceAfter', '0.100040000') | receipt done, hop 1: its balance after is 100040000",
    "UPDATE receipts SET body = json_set(body, '$.hops[0].balance', 'default/wallet') | receipt done, hop 1: its balance is default/wallet",
    "UPDATE receipts SET body = json_set(body, '$.hops[0].lines[0].quantity', 21) | receipt done, hop 1: the line of Input is not quantity times price",
    "UPDATE receipts SET body = json_set(body, '$.totals[0].charge', '1') | receipt done: its totals is",
    "UPDATE receipts SET body = json_set(body, '$.hops', json('[]'), '$.totals', json('[]')) | of which the receipt says nothing",
    "UPDATE house_entries SET amount = amount + 1 | house account local, default/mock, USD: its sum is",
    "UPDATE house_accounts SET nanos = nanos + 1 | house account local, default/mock, USD: its sum is",
    "UPDATE house_accounts SET entries = entries + 1 | house account local, default/mock, USD: its number of entries is",
    "DELETE FROM house_accounts | house account local, default/mock, USD: has entries and is not there",
    "UPDATE holds SET body = json_set(body, '$.cost.amountNanos', 1) WHERE request = 'done' | hold done/1: its house cost is 1",
    "UPDATE holds SET body = json_set(body, '$.cost', json('{\"amountNanos\":5}')) WHERE request = 'open' | hold open/1: has a house cost and no house entry",
    "UPDATE receipts SET body = json_set(body, '$.hops[0].houseCost.amount', '0.000400000') | receipt done, hop 1: its house cost is 400000",
    "UPDATE receipts SET body = json_set(body, '$.hops[0].houseCost', NULL) | receipt done, hop 1: its house cost is 0",
    "DELETE FROM receipts | charges the request done, which has no receipt and does not run",
    "UPDATE holds SET state = 'VOIDED' WHERE request = 'done' | hold done/1: its state is VOIDED",
    "UPDATE receipts SET project = 'default/another' WHERE id = 'done' | receipt done: its columns and its body say different things",
    "UPDATE entries SET reason = 'another' WHERE kind = 'Adjustment' | entry 3 of default/credit: its hash is",
    "UPDATE entries SET actor = NULL WHERE kind = 'Adjustment' | entry 3 of default/credit: its hash is",
    "UPDATE receipts SET body = json_set(body, '$.error.message', 'another') WHERE id = 'zz1' | receipt zz1: its hash is",
    "UPDATE receipts SET hash = zeroblob(32) WHERE id = 'zz1' | receipt zz1: its hash is",
    "UPDATE receipts SET hash = x'' WHERE id = 'zz1' | receipt zz1: its hash is none",
    "DELETE FROM receipts WHERE id = 'zz1' | receipt zz2: has number 7 of chain 1 (local, epoch 1), and the one before it is 5: a row between them was taken away",
    "DELETE FROM receipts WHERE id = 'zz2' | chain 1 (local, epoch 1): ends with number 6, and 7 was written: its last rows were taken away",
    "UPDATE receipts SET number = 8 WHERE id = 'zz2' | receipt zz2: has number 8 of chain 1",
    "UPDATE receipts SET number = 6 WHERE id = 'zz2' | has number 6 of chain 1 (local, epoch 1), which another row has too",
    "UPDATE receipts SET number = 13 - number WHERE id LIKE 'zz%' | receipt zz2: its hash is",
    "UPDATE receipts SET chain = 9 WHERE id = 'zz2' | chain 1 (local, epoch 1): ends with number 6",
    "UPDATE chains SET start = zeroblob(32) | chain 1 (local, epoch 1): its start is",
    "UPDATE chains SET hash = zeroblob(32) | chain 1 (local, epoch 1): its last hash is",
    "UPDATE chains SET number = 6 | chain 1 (local, epoch 1): its last number is",
    "UPDATE ledger SET id = 'another' | chain 1 (local, epoch 1): its start is",
    "DELETE FROM chains | is in no chain",
    "UPDATE meta SET value = 1 WHERE name = 'time' | ledger time: is 1970-01-01T00:00:00.001Z, and the last entry is of ",
    "DELETE FROM meta WHERE name = 'time' | ledger time: is ",
  })
  void whatWasTamperedWithIsNamed(String sql, String named) throws Exception {
    try (OpenLedger ledger = new OpenLedger(data, costed())) {
      ledger.admit("done").join();
      ledger.settle("done").join();
      ledger.lane.submit(new Command.Adjust(World.CREDIT, -Money.parse("0.5"), "jane", "a correction", "k")).join();
      ledger.admit("open").join();
      ledger.lane.submit(deny(ledger, "zz1")).join();
      ledger.lane.submit(deny(ledger, "zz2")).join();
    }
    proof();
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("ledger.db")); Statement s = c.createStatement()) {
      unguard(c);
      assertThat(s.executeUpdate(sql)).isPositive();
    }
    assertThatThrownBy(this::proof).isInstanceOf(Misfit.class).hasMessageContaining(named);
  }

  /** Requests that cost the house something; of `late` the cost was an estimate first. `open` runs, and its first attempt is over. */
  private void house() {
    try (OpenLedger ledger = new OpenLedger(data, costed())) {
      ledger.admit("done").join();
      ledger.settle("done").join();
      ledger.admit("late").join();
      ledger.lane.submit(new Command.Settle(new HoldId("late", 1), World.cut(true, Usage.NOTHING, 400), ProviderView.ALL_WELL)).join();
      ledger.settle("late").join();
      ledger.admit("open").join();
      ledger.lane.submit(new Command.Settle(new HoldId("open", 1), World.answer(503, World.ok(20, 10).usage()), ProviderView.ALL_WELL)).join();
      ledger.lane.submit(deny(ledger, "zz1")).join();
    }
  }

  /** Sums, hold and account say what the rows say: only the chain, or the receipt that is in it, knows better. */
  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "UPDATE house_entries SET amount = amount + 7 WHERE kind = 'Correction'; UPDATE house_accounts SET nanos = nanos + 7; UPDATE holds SET body = json_set(body, '$.cost.amountNanos', json_extract(body, '$.cost.amountNanos') + 7) WHERE request = 'late' | house correction late/1: its hash is",
    "UPDATE house_entries SET sheet = 'default/another' WHERE kind = 'Correction' | house correction late/1: its hash is",
    "UPDATE house_entries SET time = time + 1 WHERE kind = 'Correction' | house correction late/1: its hash is",
    "UPDATE house_entries SET hash = zeroblob(32) WHERE kind = 'Correction' | house correction late/1: its hash is",
    "UPDATE house_entries SET number = number - 1 WHERE kind = 'Correction' | which another row has too",
    "UPDATE house_entries SET chain = NULL WHERE kind = 'Correction' | receipt zz1: has number 9 of chain 1 (local, epoch 1), and the one before it is 7: a row between them was taken away",
    "UPDATE house_entries SET chain = 9 WHERE kind = 'Correction'; UPDATE receipts SET number = 8 WHERE id = 'zz1' | receipt zz1: its hash is",
    "INSERT INTO house_entries SELECT receipt, attempt, 'Correction', stripe, provider, unit, time, 5, sheet, digest, NULL, NULL, NULL FROM house_entries WHERE receipt = 'done'; UPDATE house_accounts SET nanos = nanos + 5, entries = entries + 1; UPDATE holds SET body = json_set(body, '$.cost.amountNanos', json_extract(body, '$.cost.amountNanos') + 5) WHERE request = 'done' | house correction done/1: is in no chain",
    "DELETE FROM house_entries WHERE kind = 'Correction'; UPDATE house_accounts SET entries = entries - 1, nanos = (SELECT sum(amount) FROM house_entries); UPDATE holds SET body = json_set(body, '$.cost.amountNanos', (SELECT amount FROM house_entries WHERE receipt = 'late')) WHERE request = 'late' | and the one before it is 7: a row between them was taken away",
    "UPDATE house_entries SET unit = 'EUR'; UPDATE house_accounts SET unit = 'EUR' | the unit of its house cost is USD",
    "UPDATE house_entries SET provider = 'default/another'; UPDATE house_accounts SET provider = 'default/another' | who bills its house cost is default/mock",
    "UPDATE house_entries SET sheet = 'default/another' WHERE kind = 'Cost' | receipt done, hop 1: the sheet of its house cost is",
    "UPDATE house_entries SET digest = 'another' WHERE kind = 'Cost' | receipt done, hop 1: the digest of its house cost is",
    "INSERT INTO holds VALUES ('ghost', 1, 'VOIDED', '{\"state\":\"VOIDED\",\"cost\":{\"amountNanos\":5}}'); INSERT INTO house_entries SELECT 'ghost', 1, kind, stripe, provider, unit, time, 5, sheet, digest, NULL, NULL, NULL FROM house_entries WHERE receipt = 'done'; UPDATE house_accounts SET nanos = nanos + 5, entries = entries + 1 | house entry ghost/1: is of a request which has no receipt and does not run",
  })
  void whatTheHouseIsBilledForIsInTheChainOrOnAReceiptThatIs(String sql, String named) throws Exception {
    house();
    assertThat(proof().receipts()).isEqualTo(3);
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("ledger.db")); Statement s = c.createStatement()) {
      unguard(c);
      for (String each : sql.split(";")) {
        assertThat(s.executeUpdate(each)).as(each).isPositive();
      }
    }
    assertThatThrownBy(this::proof).isInstanceOf(Misfit.class).hasMessageContaining(named);
  }

  /** Corrections that are older than their places get them at the end of the chain, and nothing else of them changes. */
  @Test
  void correctionsOfAnOlderLedgerAreChained() throws Exception {
    house();
    try (OpenLedger ledger = new OpenLedger(data, costed())) {
      for (int i = 0; i < 6; i++) {
        ledger.admit("later" + i).join();
        ledger.lane.submit(new Command.Settle(new HoldId("later" + i, 1), World.cut(true, Usage.NOTHING, 400), ProviderView.ALL_WELL)).join();
        ledger.settle("later" + i).join();
      }
    }
    Path folder = Files.createDirectory(data.resolve("old"));
    String url = "jdbc:sqlite:" + folder.resolve("ledger.db");
    OldSqlite.migrate(url, "10.1");
    try (Connection old = DriverManager.getConnection(url); Connection ledger = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("ledger.db")); Statement s = old.createStatement()) {
      s.execute("DELETE FROM ledger");
      s.execute("DROP TRIGGER entries_stay");
      s.execute("DROP TRIGGER receipts_stay");
      OldLedger.fill(old, ledger, List.of("policy_bytes", "ledger", "chains", "house_entries", "house_accounts", "tasks", "alerts"));
      OldLedger.withoutCorrections(old, SqliteChain.ROWS, "chains");
    }
    String house = "SELECT json_array(receipt, attempt, kind, stripe, provider, unit, time, amount, sheet, digest) FROM house_entries WHERE kind = 'Correction'";
    List<String> corrections = rows(url, house);
    assertThat(corrections).hasSizeGreaterThan(5);
    for (int start = 0; start < 2; start++) {
      try (OpenLedger opened = new OpenLedger(folder, costed())) {
        opened.admit("after" + start).join();
        opened.settle("after" + start).join();
      }
      LedgerProof.of(folder.resolve("ledger.db"), read -> {});
    }
    assertThat(rows(url, house)).isEqualTo(corrections);
    assertThat(rows(url, "SELECT count(*) FROM house_entries WHERE kind = 'Cost' AND hash IS NOT NULL")).containsExactly("0");
    try (Connection c = DriverManager.getConnection(url); Statement s = c.createStatement()) {
      String copy = "INSERT INTO house_entries (receipt, attempt, kind, stripe, provider, unit, time, amount, sheet, digest) SELECT 'x', 1, 'Correction', stripe, provider, unit, time, 1, sheet, digest FROM house_entries LIMIT 1";
      assertThatThrownBy(() -> s.executeUpdate(copy)).as("none without a place").hasMessageContaining("has a place in the chain");
      assertThatThrownBy(() -> s.executeUpdate("UPDATE house_entries SET number = 1")).hasMessageContaining("house entries are never edited");
      s.execute("DROP TRIGGER house_entries_are_final");
      s.executeUpdate("UPDATE house_entries SET time = time - 1 WHERE kind = 'Correction' AND number = (SELECT min(number) FROM house_entries)");
    }
    assertThatThrownBy(() -> LedgerProof.of(folder.resolve("ledger.db"), read -> {})).isInstanceOf(Misfit.class).hasMessageContaining("house correction").hasMessageContaining("its hash is");
  }

  private static Command deny(OpenLedger ledger, String id) {
    return new Command.Deny(ledger.world.facts(id, "", null), Ending.of(400, "bad_request", "no", new Ending.Retry.No()));
  }

  /** What keeps others from editing does not keep who owns the file. */
  private static void unguard(Connection c) throws SQLException {
    List<String> guards = new ArrayList<>();
    try (Statement s = c.createStatement();
        var r = s.executeQuery("SELECT type || ' ' || name FROM sqlite_master WHERE type = 'trigger' OR name LIKE '%_in_chain'")) {
      while (r.next()) {
        guards.add(r.getString(1));
      }
    }
    for (String guard : guards) {
      try (Statement s = c.createStatement()) {
        s.execute("DROP " + guard);
      }
    }
  }

  /** Whoever rewrites an entry and all that follows from it: the sums agree, the chain does not. */
  @Test
  void aHistoryThatWasRewrittenConsistentlyIsNamed() throws Exception {
    try (OpenLedger ledger = new OpenLedger(data, world())) {
      ledger.lane.submit(new Command.Adjust(World.CREDIT, -Money.parse("0.5"), "jane", "a correction", "k")).join();
    }
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("ledger.db")); Statement s = c.createStatement()) {
      unguard(c);
      s.execute("UPDATE entries SET amount = amount - 7, after = after - 7, allocations = json_set(allocations, '$[0].amount', amount - 7) WHERE kind = 'Adjustment'");
      s.execute(
          "UPDATE accounts SET posted = posted - 7, purse = json_set(purse, '$.lots[0].remaining', json_extract(purse, '$.lots[0].remaining') - 7) WHERE name = 'default/credit'");
    }
    assertThatThrownBy(this::proof).isInstanceOf(Misfit.class).hasMessageContaining("entry 2 of default/credit: its hash is");
  }

  /** Rows that are older than chains get one of their own, and nothing of them changes. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void aLedgerOfTheVersionBeforeOpensAndItsRowsAreChained(long seed) throws Exception {
    tape(seed, 600, world());
    LedgerProof.Fits before = proof();
    Path folder = Files.createDirectory(data.resolve("old"));
    String url = "jdbc:sqlite:" + folder.resolve("ledger.db");
    Flyway.configure().dataSource(url, null, null).locations("classpath:db/migration").target("5").load().migrate();
    try (Connection old = DriverManager.getConnection(url); Connection ledger = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("ledger.db"))) {
      OldLedger.fill(old, ledger, List.of("policy_bytes"));
    }
    List<String> rows = rows(url, BOTH);
    assertThat(rows).hasSize((int) (before.entries() + before.receipts()));
    for (int start = 0; start < 2; start++) {
      try (OpenLedger opened = new OpenLedger(folder, world())) {
        opened.admit("after" + start).join();
        opened.settle("after" + start).join();
      }
      LedgerProof.Fits fits = LedgerProof.of(folder.resolve("ledger.db"), read -> {});
      assertThat(fits.chains()).isEqualTo(2);
      assertThat(fits.receipts()).isEqualTo(before.receipts() + start + 1);
    }
    assertThat(rows(url, BOTH)).containsAll(rows);
    try (Connection c = DriverManager.getConnection(url); Statement s = c.createStatement()) {
      assertThatThrownBy(() -> s.executeUpdate("UPDATE entries SET reason = 'x'")).hasMessageContaining("entries are never edited");
      assertThatThrownBy(() -> s.executeUpdate("UPDATE receipts SET body = 'x'")).hasMessageContaining("receipts are never edited");
      unguard(c);
      s.executeUpdate("UPDATE receipts SET status = status || '!', body = json_set(body, '$.status', json_extract(body, '$.status') || '!') WHERE number = " + (before.entries() + 1) + " AND chain = 1");
    }
    assertThatThrownBy(() -> LedgerProof.of(folder.resolve("ledger.db"), read -> {})).isInstanceOf(Misfit.class).hasMessageContaining("its hash is");
  }

  private static List<String> rows(String url, String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection c = DriverManager.getConnection(url);
        Statement s = c.createStatement();
        var r = s.executeQuery(sql)) {
      while (r.next()) {
        rows.add(r.getString(1));
      }
    }
    return rows;
  }

  @Test
  void aDamagedFileIsToldAlthoughAllRowsFit() throws Exception {
    tape(1, 100, world());
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("ledger.db")); Statement s = c.createStatement()) {
      s.execute("PRAGMA writable_schema = ON");
      s.executeUpdate("UPDATE sqlite_schema SET sql = replace(sql, 'receipts (time)', 'receipts (number)') WHERE name = 'receipts_by_time'");
    }
    assertThatThrownBy(this::proof).isInstanceOf(Misfit.class).hasMessageContaining("the database: is damaged: ").hasMessageContaining("missing from index receipts_by_time");
  }

  @Test
  void whatIsNoLedgerIsToldFromWhatDoesNotFit() throws Exception {
    assertThatThrownBy(() -> LedgerProof.of(data.resolve("none.db"), rows -> {})).isInstanceOf(IOException.class).hasMessageContaining("there is no ledger");
    Path text = Files.writeString(data.resolve("text.db"), "hello");
    assertThatThrownBy(() -> LedgerProof.of(text, rows -> {})).isInstanceOf(IOException.class).hasMessageContaining("cannot be read as a ledger of this version");
  }
}
