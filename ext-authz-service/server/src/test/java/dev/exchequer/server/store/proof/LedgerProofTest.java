package dev.exchequer.server.store.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import dev.exchequer.server.store.OpenLedger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerProofTest {
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

  /** Requests that end in every way, and people who change money meanwhile; some holds stay open. */
  private void tape(long seed, int steps) {
    SplittableRandom random = new SplittableRandom(seed);
    try (OpenLedger ledger = new OpenLedger(data, world())) {
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
    tape(seed, 600);
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
    "DELETE FROM receipts | charges the request done, which has no receipt and does not run",
  })
  void whatWasTamperedWithIsNamed(String sql, String named) throws Exception {
    try (OpenLedger ledger = new OpenLedger(data, world())) {
      ledger.admit("done").join();
      ledger.settle("done").join();
      ledger.lane.submit(new Command.Adjust(World.CREDIT, -Money.parse("0.5"), "jane", "a correction", "k")).join();
      ledger.admit("open").join();
    }
    proof();
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("ledger.db")); Statement s = c.createStatement()) {
      dropTriggers(c);
      assertThat(s.executeUpdate(sql)).isPositive();
    }
    assertThatThrownBy(this::proof).isInstanceOf(Misfit.class).hasMessageContaining(named);
  }

  private static void dropTriggers(Connection c) throws SQLException {
    java.util.List<String> names = new java.util.ArrayList<>();
    try (Statement s = c.createStatement(); var r = s.executeQuery("SELECT name FROM sqlite_master WHERE type = 'trigger'")) {
      while (r.next()) {
        names.add(r.getString(1));
      }
    }
    for (String name : names) {
      try (Statement s = c.createStatement()) {
        s.execute("DROP TRIGGER " + name);
      }
    }
  }

  @Test
  void whatIsNoLedgerIsToldFromWhatDoesNotFit() throws Exception {
    assertThatThrownBy(() -> LedgerProof.of(data.resolve("none.db"), rows -> {})).isInstanceOf(IOException.class).hasMessageContaining("there is no ledger");
    Path text = Files.writeString(data.resolve("text.db"), "hello");
    assertThatThrownBy(() -> LedgerProof.of(text, rows -> {})).isInstanceOf(IOException.class).hasMessageContaining("cannot be read as a ledger of this version");
  }
}
