package dev.exchequer.server.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.fallback.Ending;
import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.World;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Budget;
import dev.exchequer.pricing.Usage;
import dev.exchequer.server.store.OpenLedger;
import dev.exchequer.server.store.chain.OldLedger;
import dev.exchequer.server.store.checkpoint.Checkpoint;
import dev.exchequer.server.store.proof.LedgerProof;
import dev.exchequer.server.store.proof.Misfit;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** `verify` on a ledger that replicas share: it fits what they wrote, and names what was tampered with. */
@Execution(ExecutionMode.CONCURRENT)
class PostgresProofIT {
  private final String url = PostgresServer.shared().database();

  private static World world() {
    World world = new World();
    world.credit = "60";
    world.wallet = "40";
    world.concurrency = 1_000;
    world.budgets.add(world.budget("users", Budget.Per.END_USER, "CREDIT", "30", 3));
    return world;
  }

  private LedgerProof.Fits proof() throws Exception {
    return PostgresProof.of(PostgresServer.settings(url, "verify"), rows -> {});
  }

  private static void deny(OpenLedger ledger, String id) {
    ledger.lane.submit(new Command.Deny(ledger.world.facts(id, "", null), Ending.of(400, "bad_request", "no", new Ending.Retry.No()))).join();
  }

  /** Two replicas, of which the first is taken over once. */
  private void play() {
    try (OpenLedger one = PostgresServer.open(url, "one", world())) {
      one.admit("done").join();
      one.settle("done").join();
      one.lane.submit(new Command.Adjust(World.CREDIT, -Money.parse("0.5"), "jane", "a \u0000 correction", "k")).join();
      deny(one, "zz1");
      deny(one, "zz2");
      deny(one, "zz3");
      try (OpenLedger two = PostgresServer.open(url, "two", world())) {
        two.admit("b").join();
        one.admit("a").join();
        two.settle("b").join();
        one.settle("a").join();
        two.admit("open").join();
      }
    }
    try (OpenLedger again = PostgresServer.open(url, "one", world())) {
      deny(again, "zz4");
    }
  }

  @Test
  void whatReplicasWroteFitsWhileTheyWrite() throws Exception {
    play();
    try (OpenLedger one = PostgresServer.open(url, "one", world());
        OpenLedger two = PostgresServer.open(url, "two", world())) {
      var load = java.util.concurrent.CompletableFuture.allOf(
          java.util.stream.IntStream.range(0, 400)
              .mapToObj(i -> (i % 2 == 0 ? one : two).admit("l" + i).thenCompose(held -> (i % 2 == 0 ? one : two).settle("l" + i)))
              .toArray(java.util.concurrent.CompletableFuture[]::new));
      LedgerProof.Fits during = proof();
      load.join();
      LedgerProof.Fits fits = proof();
      assertThat(during.receipts()).isBetween(7L, 407L);
      assertThat(fits.receipts()).isEqualTo(7 + 400);
      assertThat(fits.chains()).as("an epoch each").isEqualTo(5);
      assertThat(fits.holds()).isEqualTo(4 + 400);
    }
    assertThat(PostgresServer.number(url, "SELECT count(*) FROM chains c WHERE follows IS NOT NULL")).as("each epoch follows the one before it").isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "UPDATE entries SET amount = amount - 1, after = after - 1 WHERE sequence = 2 AND balance = 'default/credit' | entry 2 of default/credit: its columns and its body say different things",
    "UPDATE entries SET amount = amount - 1, after = after - 1, body = replace(replace(body, concat('\"amount\":', amount), concat('\"amount\":', amount - 1)), concat('\"after\":', after), concat('\"after\":', after - 1)) WHERE sequence = 2 AND balance = 'default/credit' | entry 3 of default/credit: its before is",
    "UPDATE entries SET reason = 'another' WHERE kind = 'Adjustment' | entry 3 of default/credit: its hash is",
    "UPDATE accounts SET posted = posted + 1 WHERE name = 'default/credit' | balance default/credit: posted is",
    "UPDATE accounts SET body = replace(body, '\"posted\":', '\"posted\":1') WHERE name = 'default/credit' | balance default/credit: posted in its body is",
    "UPDATE buckets SET spent = spent + 1 | spent is",
    "DELETE FROM holds WHERE request = 'done' | is of an attempt that was never held",
    "DELETE FROM receipts WHERE id = 'done' | charges the request done, which has no receipt and does not run",
    "DELETE FROM receipts WHERE id = 'zz1' | receipt zz2: has number 7 of chain 1 (one, epoch",
    "DELETE FROM receipts WHERE id IN ('zz2', 'zz3') | of chain 1 (one, epoch",
    "DELETE FROM receipts WHERE id = 'zz4' | its last rows were taken away",
    "UPDATE receipts SET hash = sha256(hash) WHERE id = 'zz2' | receipt zz2: its hash is",
    "UPDATE receipts SET number = CASE id WHEN 'zz2' THEN 8 ELSE 7 END WHERE id IN ('zz2', 'zz3') | receipt zz3: its hash is",
    "UPDATE receipts SET body = replace(body, 'Denied', 'Failed'), status = 'Failed' WHERE id = 'zz2' | receipt zz2: its hash is",
    "UPDATE writers SET number = number - 1 WHERE id = 'one' | its last number is",
    "DELETE FROM chains WHERE id = 1 | follows chain 1, which is not there before it",
    "DELETE FROM grants WHERE key LIKE 'initial%credit%' | is in entries, and the row that keeps it from being made again is not there",
    "UPDATE grants SET after = after + 1 WHERE key = 'admin/k' | grant admin/k: says other sums than entry 3 of default/credit",
    "DELETE FROM writers WHERE id = 'two' | has no end: the row of its writer was taken away",
  })
  void whatWasTamperedWithIsNamed(String sql, String named) throws Exception {
    play();
    proof();
    for (String table : List.of("entries", "receipts")) {
      PostgresServer.execute(url, "ALTER TABLE " + table + " DISABLE TRIGGER ALL");
      PostgresServer.execute(url, "DROP INDEX " + table + "_in_chain");
    }
    PostgresServer.execute(url, sql);
    assertThatThrownBy(this::proof).isInstanceOf(Misfit.class).hasMessageContaining(named);
  }

  /** What providers bill the house is in a stripe of each replica's own. */
  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "UPDATE house_accounts SET nanos = nanos + 1 WHERE stripe = 'two' | house account two, default/mock, USD: its sum is",
    "DELETE FROM house_accounts WHERE stripe = 'one' | house account one, default/mock, USD: has entries and is not there",
    "UPDATE house_entries SET amount = amount + 1 WHERE receipt = 'b' | house account two, default/mock, USD: its sum is",
    "UPDATE holds SET body = replace(body, '\"amountNanos\":300000', '\"amountNanos\":300001') WHERE request = 'b' | hold b/1: its house cost is",
    "DELETE FROM house_entries WHERE receipt = 'b' | house account two, default/mock, USD: its sum is",
  })
  void whatTheHouseIsBilledForIsProven(String sql, String named) throws Exception {
    World costed = costed();
    try (OpenLedger one = PostgresServer.open(url, "one", costed);
        OpenLedger two = PostgresServer.open(url, "two", costed)) {
      for (String id : List.of("a", "a2")) {
        one.admit(id).join();
        one.settle(id).join();
      }
      two.admit("b").join();
      two.settle("b").join();
      assertThat(one.home.history().houseAccounts()).extracting(account -> account.nanos().longValue(), account -> account.entries()).containsExactly(org.assertj.core.groups.Tuple.tuple(900_000L, 3L));
    }
    assertThat(PostgresServer.number(url, "SELECT count(*) FROM house_accounts")).isEqualTo(2);
    proof();
    PostgresServer.execute(url, "ALTER TABLE house_entries DISABLE TRIGGER ALL");
    PostgresServer.execute(url, sql);
    assertThatThrownBy(this::proof).isInstanceOf(Misfit.class).hasMessageContaining(named);
  }

  /** Of `late` the cost was an estimate first; the second of its replica's chains. */
  private void late() {
    try (OpenLedger one = PostgresServer.open(url, "one", costed())) {
      one.admit("done").join();
      one.settle("done").join();
    }
    try (OpenLedger one = PostgresServer.open(url, "one", costed())) {
      one.admit("late").join();
      one.lane.submit(new Command.Settle(new HoldId("late", 1), World.cut(true, Usage.NOTHING, 400), ProviderView.ALL_WELL)).join();
      one.settle("late").join();
    }
  }

  private static World costed() {
    World costed = world();
    costed.costSheet = World.costSheet("USD");
    return costed;
  }

  /** Sums, hold and account say what the rows say: only the chain, or the receipt that is in it, knows better. */
  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "UPDATE house_entries SET amount = amount + 7 WHERE kind = 'Correction'; UPDATE house_accounts SET nanos = nanos + 7; UPDATE holds SET body = replace(body, '\"amountNanos\":300000,\"unit\":\"USD\"', '\"amountNanos\":300007,\"unit\":\"USD\"') WHERE request = 'late' | house correction late/1: its hash is",
    "UPDATE house_entries SET time = time + 1 WHERE kind = 'Correction' | house correction late/1: its hash is",
    "UPDATE house_entries SET chain = NULL WHERE kind = 'Correction' | its last rows were taken away",
    "UPDATE house_entries SET chain = 99 WHERE kind = 'Correction'; UPDATE writers SET number = number - 1, hash = (SELECT hash FROM entries WHERE kind = 'Correction') | house correction late/1: is in no chain",
    "UPDATE house_entries SET unit = 'EUR'; UPDATE house_accounts SET unit = 'EUR' | the unit of its house cost is USD",
    "UPDATE house_entries SET sheet = 'default/another' WHERE kind = 'Cost' | the sheet of its house cost is",
  })
  void correctionsOfHouseCostsAreInTheChain(String sql, String named) throws Exception {
    late();
    proof();
    PostgresServer.execute(url, "ALTER TABLE house_entries DISABLE TRIGGER ALL");
    PostgresServer.execute(url, "ALTER TABLE house_entries DROP CONSTRAINT house_corrections_are_chained");
    for (String each : sql.split(";")) {
      PostgresServer.execute(url, each);
    }
    assertThatThrownBy(this::proof).isInstanceOf(Misfit.class).hasMessageContaining(named);
  }

  @Test
  void correctionsOfAnOlderLedgerAreChained() throws Exception {
    late();
    String old = PostgresServer.shared().database();
    Flyway.configure().dataSource(old, null, null).locations("classpath:db/postgres").javaMigrations(PostgresChain.genesis()).target("5").load().migrate();
    try (Connection to = DriverManager.getConnection(old); Connection from = DriverManager.getConnection(url)) {
      PostgresServer.execute(old, "DELETE FROM ledger");
      for (String table : List.of("entries", "receipts")) {
        PostgresServer.execute(old, "ALTER TABLE " + table + " DISABLE TRIGGER ALL");
      }
      PostgresServer.execute(old, "ALTER TABLE chains ALTER COLUMN id SET GENERATED BY DEFAULT");
      OldLedger.fill(to, from, List.of("writers", "anchors", "ledger", "chains", "house_entries", "house_accounts"));
      OldLedger.withoutCorrections(to, PostgresChain.ROWS, "writers");
      PostgresServer.execute(old, "UPDATE chains c SET number = w.number, hash = w.hash FROM writers w WHERE w.chain = c.id AND c.number IS NOT NULL");
      PostgresServer.execute(old, "ALTER TABLE chains ALTER COLUMN id SET GENERATED ALWAYS; SELECT setval(pg_get_serial_sequence('chains', 'id'), 50)");
      for (String table : List.of("entries", "receipts")) {
        PostgresServer.execute(old, "ALTER TABLE " + table + " ENABLE TRIGGER ALL");
      }
    }
    try (OpenLedger one = PostgresServer.open(old, "one", costed());
        OpenLedger two = PostgresServer.open(old, "two", costed())) {
      deny(one, "zz5");
      deny(two, "zz6");
    }
    LedgerProof.Fits fits = PostgresProof.of(PostgresServer.settings(old, "verify"), rows -> {});
    assertThat(fits.receipts()).isEqualTo(4);
    assertThat(fits.chains()).as("two old epochs, the corrections', two new ones").isEqualTo(5);
    assertThat(PostgresServer.number(old, "SELECT count(*) FROM chains c JOIN chains g ON g.id = c.follows WHERE c.writer = 'two' AND g.writer = 'genesis' AND g.epoch = 1")).isOne();
    String correction = "INSERT INTO house_entries (receipt, attempt, kind, stripe, provider, unit, time, amount, sheet, digest) VALUES ('x', 1, 'Correction', 'one', 'a/b', 'USD', 1, 1, 'a/b', 'd')";
    assertThatThrownBy(() -> PostgresServer.execute(old, correction)).as("a program that gives them no places").hasMessageContaining("house_corrections_are_chained");
    assertThatThrownBy(() -> PostgresServer.execute(old, "UPDATE house_entries SET time = 1")).hasMessageContaining("never edited");
    PostgresServer.execute(old, "ALTER TABLE house_entries DISABLE TRIGGER ALL");
    PostgresServer.execute(old, "UPDATE house_entries SET time = time + 1 WHERE kind = 'Correction'");
    assertThatThrownBy(() -> PostgresProof.of(PostgresServer.settings(old, "verify"), rows -> {})).isInstanceOf(Misfit.class).hasMessageContaining("house correction late/1: its hash is");
  }

  @Test
  void whatWasTakenFromTheEndAndFitsItselfIsNamedByACheckpoint() throws Exception {
    play();
    Map<String, Checkpoint> written = Map.of("written", PostgresProof.checkpoint(PostgresServer.settings(url, "verify")));
    assertThat(PostgresProof.of(PostgresServer.settings(url, "verify"), written, rows -> {}).checkpoints()).isOne();
    PostgresServer.execute(url, "ALTER TABLE receipts DISABLE TRIGGER ALL");
    PostgresServer.execute(url, "DELETE FROM receipts WHERE id = 'zz4'");
    PostgresServer.execute(url, "UPDATE writers SET number = 0, hash = (SELECT start FROM chains c WHERE c.id = writers.chain) WHERE id = 'one'");
    assertThat(proof().receipts()).as("it fits itself").isEqualTo(6);
    assertThatThrownBy(() -> PostgresProof.of(PostgresServer.settings(url, "verify"), written, rows -> {}))
        .isInstanceOf(Misfit.class)
        .hasMessageContaining("has no number 1, which was there when written was written");
  }

  /** A row deleted by hand: its chain ends with what is there when the name is taken over. */
  @Test
  void theChainOfAWriterWhoseRowWasDeletedEndsWithItsLastRecord() throws Exception {
    play();
    PostgresServer.execute(url, "DELETE FROM writers WHERE id = 'one'");
    try (OpenLedger one = PostgresServer.open(url, "one", world())) {
      deny(one, "zz5");
    }
    assertThat(proof().receipts()).isEqualTo(8);
  }

  @Test
  void aLedgerOfTheVersionBeforeOpensAndItsRowsAreChained() throws Exception {
    play();
    String old = PostgresServer.shared().database();
    Flyway.configure().dataSource(old, null, null).locations("classpath:db/postgres").target("1").load().migrate();
    try (Connection to = DriverManager.getConnection(old); Connection from = DriverManager.getConnection(url)) {
      OldLedger.fill(to, from, List.of("writers", "anchors"));
    }
    try (OpenLedger one = PostgresServer.open(old, "one", world())) {
      deny(one, "zz5");
    }
    LedgerProof.Fits fits = PostgresProof.of(PostgresServer.settings(old, "verify"), rows -> {});
    assertThat(fits.receipts()).isEqualTo(8);
    assertThat(fits.chains()).as("the old rows', and that of the epoch").isEqualTo(2);
    assertThatThrownBy(() -> PostgresServer.execute(old, "INSERT INTO receipts (id, time, api_key, project, status, body) VALUES ('x', 1, 'k', 'p', 'Denied', '{}')"))
        .as("a program that knows no chains").hasMessageContaining("null value in column \"chain\"");
    assertThatThrownBy(() -> PostgresServer.execute(old, "UPDATE entries SET reason = 'x'")).hasMessageContaining("entries are never edited or deleted");
    PostgresServer.execute(old, "ALTER TABLE entries DISABLE TRIGGER ALL");
    PostgresServer.execute(old, "UPDATE entries SET reason = 'x' WHERE kind = 'Adjustment'");
    assertThatThrownBy(() -> PostgresProof.of(PostgresServer.settings(old, "verify"), rows -> {})).isInstanceOf(Misfit.class).hasMessageContaining("entry 3 of default/credit: its hash is");
  }
}
