package dev.exchequer.server.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.fallback.Ending;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.World;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Budget;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** `verify` on a ledger that replicas share: it fits what they wrote, and names what was tampered with. */
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
    World costed = world();
    costed.costSheet = World.costSheet("USD");
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
