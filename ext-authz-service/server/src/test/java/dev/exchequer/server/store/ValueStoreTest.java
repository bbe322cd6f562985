package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Account;
import dev.exchequer.ledger.Allocation;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.GrantTerms;
import dev.exchequer.ledger.Lot;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.money.Money;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lots, grants to come and refunds on the real store. */
class ValueStoreTest {
  private static final long CHARGE = Money.parse("0.10003");

  @TempDir Path data;

  private static World world() {
    World world = new World();
    world.withConsent = false;
    return world;
  }

  private static Account credit(OpenLedger ledger) {
    return ledger.loaded().account(World.CREDIT).orElseThrow();
  }

  @Test
  void lotsGrantsToComeAndStandingAreThereAfterReopening() {
    long start = System.currentTimeMillis() + 3_600_000;
    GrantTerms gift = new GrantTerms(true, 10, 0, start);
    Account before;
    try (OpenLedger ledger = new OpenLedger(data, world())) {
      ledger.lane.submit(new Command.Grant(World.CREDIT, 7, gift, "ann", "gift", "gift")).join();
      ledger.lane.submit(new Command.Grant(World.CREDIT, 9, new GrantTerms(false, 50, start, 0), "ann", "later", "later")).join();
      ledger.admit("open").join();
      ledger.admit("done").join();
      ledger.settle("done").join();
      ledger.lane.submit(new Command.Refund("done", 1, 5, "ann", "bad answer", "refund")).join();
      ledger.lane.submit(new Command.Stand(World.CREDIT, Command.Stand.Standing.SUSPENDED, "ann", "audit", "stop")).join();
      before = ledger.lane.ask((state, now) -> state.account(World.CREDIT).orElseThrow()).join();
      assertThat(ledger.reads.entries(World.CREDIT, null, 2).items().getLast().allocations()).containsExactly(new Allocation("initial/default/credit/opening", 5));
    }
    try (OpenLedger ledger = new OpenLedger(data, world())) {
      assertThat(credit(ledger)).isEqualTo(before);
      assertThat(before.purse().lots()).extracting(Lot::terms).containsExactly(gift, GrantTerms.PLAIN);
      assertThat(before.purse().scheduled()).hasSize(1);
      assertThat(before.purse().suspended()).isTrue();
      assertThat(ledger.lane.submit(new Command.Refund("done", 1, CHARGE, "ann", "all", "all")).join()).isInstanceOf(Result.Rejected.class);
      assertThat(ledger.lane.submit(new Command.Refund("done", 1, CHARGE - 5, "ann", "rest", "rest")).join()).isInstanceOf(Result.Booked.class);
      assertThat(((Result.Booked) ledger.lane.submit(new Command.Refund("done", 1, 5, "ann", "bad answer", "refund")).join()).repeated()).isTrue();
      assertThat(((Result.Settled) ledger.settle("open").join()).chargeNanos()).isEqualTo(CHARGE);
      assertThat(ledger.reads.receipt("done").orElseThrow()).contains("\"kind\":\"Refund\"");
    }
  }

  @Test
  void theSameTopUpTwiceOrInParallelIsOneGrant() {
    try (OpenLedger ledger = new OpenLedger(data, world())) {
      List<CompletableFuture<Result>> answers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        answers.add(ledger.lane.submit(new Command.Grant(World.CREDIT, 5, "ann", "top up", "k")));
      }
      assertThat(answers.stream().filter(a -> !((Result.Granted) a.join()).repeated()).count()).isEqualTo(1);
      assertThat(ledger.reads.balance(World.CREDIT).orElseThrow().posted()).isEqualTo(Money.parse("10") + 5);
    }
  }

  @Test
  void aLedgerThatIsOlderThanLotsHasOneLotWithoutAnEndOrDebt() throws SQLException {
    String url = "jdbc:sqlite:" + data.resolve("ledger.db");
    Flyway.configure().dataSource(url, null, null).locations("classpath:db/migration").target("1").load().migrate();
    try (Connection c = DriverManager.getConnection(url); Statement s = c.createStatement()) {
      s.execute("INSERT INTO entries VALUES ('default/credit', 1, 5, 'Grant', 3000000000, 0, 3000000000, NULL, NULL, 'ann', 'top up')");
      s.execute("INSERT INTO accounts VALUES ('default/credit', 'CREDIT', 3000000000, 0, 1)");
      s.execute("INSERT INTO grants VALUES ('admin/old', 'default/credit 3000000000 top up', 'default/credit', 1, 0, 3000000000)");
      s.execute("INSERT INTO grants VALUES ('initial/default/credit/opening', '10000000000', 'default/credit', 1, 0, 0)");
      s.execute("INSERT INTO entries VALUES ('default/wallet', 1, 5, 'Charge', -4000000000, 0, -4000000000, 'old', 1, NULL, NULL)");
      s.execute("INSERT INTO accounts VALUES ('default/wallet', 'CNY', -4000000000, 0, 1)");
      s.execute("INSERT INTO grants VALUES ('initial/default/wallet/opening', '10000000000', 'default/wallet', 1, 0, 0)");
    }
    try (OpenLedger ledger = new OpenLedger(data, world())) {
      assertThat(credit(ledger).purse().lots()).containsExactly(new Lot("carried", GrantTerms.PLAIN, Money.parse("3"), 0));
      assertThat(ledger.loaded().account(World.WALLET).orElseThrow().debt()).isEqualTo(Money.parse("4"));
      Result repeated = ledger.lane.submit(new Command.Grant(World.CREDIT, Money.parse("3"), "ann", "top up", "old")).join();
      assertThat(((Result.Granted) repeated).repeated()).isTrue();
      ledger.admit("r").join();
      ledger.settle("r").join();
      assertThat(ledger.reads.entries(World.CREDIT, null, 1).items().getFirst().allocations()).containsExactly(new Allocation("carried", -CHARGE));
      ledger.lane.submit(new Command.Grant(World.WALLET, Money.parse("5"), "ann", "top up", "w")).join();
      Account wallet = ledger.lane.ask((state, now) -> state.account(World.WALLET).orElseThrow()).join();
      assertThat(wallet.purse().lots()).extracting(Lot::remaining).containsExactly(Money.parse("1"));
    }
  }

  @Test
  void aHoldThatIsOlderThanLotsSettles() throws SQLException {
    try (OpenLedger ledger = new OpenLedger(data, world())) {
      ledger.admit("r").join();
    }
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("ledger.db")); Statement s = c.createStatement()) {
      s.execute("UPDATE holds SET body = json_remove(body, '$.payment')");
      s.execute("UPDATE accounts SET purse = NULL");
    }
    try (OpenLedger ledger = new OpenLedger(data, world())) {
      assertThat(ledger.loaded().hold(new HoldId("r", 1)).orElseThrow().payment().allocations()).isEmpty();
      assertThat(((Result.Settled) ledger.settle("r").join()).chargeNanos()).isEqualTo(CHARGE);
      Account after = ledger.lane.ask((state, now) -> state.account(World.CREDIT).orElseThrow()).join();
      assertThat(after.held()).isZero();
      assertThat(after.purse().lots()).containsExactly(new Lot("carried", GrantTerms.PLAIN, Money.parse("10") - CHARGE, 0));
    }
  }
}
