package dev.exchequer.server.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.money.Money;
import dev.exchequer.server.store.LedgerLane;
import dev.exchequer.server.store.LedgerScenarios;
import dev.exchequer.server.store.OpenLedger;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Execution(ExecutionMode.CONCURRENT)
class PostgresStoreIT extends LedgerScenarios {
  private final String url = PostgresServer.shared().database();

  @Override
  protected OpenLedger open(World world) {
    return PostgresServer.open(url, "one", world);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE entries SET amount = 1, after = before + 1",
        "DELETE FROM entries",
        "TRUNCATE entries",
        "UPDATE receipts SET status = 'Denied'",
        "DELETE FROM receipts",
        "TRUNCATE receipts",
        "INSERT INTO entries VALUES ('default/credit', 9, 0, 'Grant', 1, 0, 1, NULL, NULL, NULL, NULL, '{}', (SELECT max(id) FROM chains), 900, sha256('x'))",
        "INSERT INTO entries VALUES ('default/credit', 3, 0, 'Grant', 1, 5, 6, NULL, NULL, NULL, NULL, '{}', (SELECT max(id) FROM chains), 900, sha256('x'))",
        "INSERT INTO entries VALUES ('default/new', 1, 0, 'Grant', 1, 1, 2, NULL, NULL, NULL, NULL, '{}', (SELECT max(id) FROM chains), 900, sha256('x'))",
        "INSERT INTO entries SELECT balance, 3, time, kind, amount, after, after + amount, receipt, attempt, NULL, NULL, '{}', chain, 900, hash FROM entries WHERE kind = 'Charge'",
        "UPDATE accounts SET held = -1",
        "UPDATE anchors SET running = -1",
      })
  void theDatabaseItselfRefuses(String sql) throws SQLException {
    try (OpenLedger ledger = open(world())) {
      ledger.admit("r").join();
      ledger.settle("r").join();
      try (Connection other = DriverManager.getConnection(url); Statement s = other.createStatement()) {
        assertThatThrownBy(() -> s.execute(sql)).isInstanceOf(SQLException.class);
        // but not what does follow
        s.execute("INSERT INTO entries SELECT balance, 3, time, 'Grant', 1, after, after + 1, NULL, NULL, NULL, NULL, '{}', chain, 901, hash FROM entries WHERE kind = 'Charge'");
      }
    }
  }

  @Test
  void aBatchThatFailsIsNotAnsweredAndNothingOfItIsKept() {
    try (OpenLedger ledger = open(world())) {
      PostgresServer.execute(url, "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''disk trouble''; END'");
      PostgresServer.execute(url, "CREATE TRIGGER broken BEFORE INSERT ON holds EXECUTE FUNCTION broken()");
      assertThatThrownBy(() -> ledger.admit("a").join()).hasCauseInstanceOf(LedgerLane.LedgerUnavailable.class).hasMessageContaining("disk trouble");
      PostgresServer.execute(url, "DROP TRIGGER broken ON holds");
      assertThat(ledger.admit("b").join()).isInstanceOf(Result.Held.class);
      assertThat(ledger.reads.balance(World.CREDIT).orElseThrow().held()).isEqualTo(Money.parse("0.1011"));
      assertThat(((Result.Settled) ledger.settle("a").join()).known()).isFalse();
    }
  }
}
