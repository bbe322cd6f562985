package dev.exchequer.server.store.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.GrantTerms;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.money.Money;
import dev.exchequer.server.store.OpenLedger;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rows that keep grants and commands of people from being made twice. */
class GrantProofTest {
  private static final long DAY = 86_400_000;

  @TempDir Path data = Path.of("");

  private void play() {
    try (OpenLedger ledger = new OpenLedger(data, new World())) {
      long now = System.currentTimeMillis();
      done(ledger, new Command.Grant(World.CREDIT, Money.parse("5"), new GrantTerms(true, 7, 0, now + DAY), "jane", "promotion", "promo"));
      done(ledger, new Command.Grant(World.CREDIT, Money.parse("5"), new GrantTerms(false, 50, now + DAY, 0), "jane", "next month", "later"));
      done(ledger, new Command.Adjust(World.CREDIT, Money.parse("0.5"), "jane", "more", "more"));
      done(ledger, new Command.Stand(World.CREDIT, Command.Stand.Standing.SUSPENDED, "jane", "wait", "stop"));
      done(ledger, new Command.Stand(World.CREDIT, Command.Stand.Standing.OPEN, "jane", "go on", "go"));
      ledger.admit("r").join();
      ledger.settle("r").join();
      done(ledger, new Command.Refund("r", 1, 3, "jane", "sorry", "back"));
    }
  }

  private static void done(OpenLedger ledger, Command command) {
    assertThat(ledger.lane.submit(command).join()).isNotInstanceOf(Result.Rejected.class);
  }

  private void proof() throws Exception {
    LedgerProof.of(data.resolve("ledger.db"), rows -> {});
  }

  @Test
  void everyKindOfThemFits() throws Exception {
    play();
    proof();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "DELETE FROM grants WHERE key = 'initial/default/credit/opening' | grant initial/default/credit/opening: is in entries, and the row that keeps it from being made again is not there",
    "DELETE FROM grants WHERE key = 'admin/more' | grant admin/more: is in entries",
    "UPDATE grants SET before = before + 1 WHERE key = 'admin/promo' | grant admin/promo: says other sums than entry 2 of default/credit",
    "UPDATE grants SET after = after + 1 WHERE key = 'admin/promo' | grant admin/promo: says other sums than entry 2 of default/credit",
    "UPDATE grants SET before = before + 1, after = after + 1 WHERE key = 'admin/later' | grant admin/later: says other sums than entry 2 of default/credit",
    "UPDATE grants SET sequence = 99 WHERE key = 'admin/back' | grant admin/back: says other sums than entry 99 of default/credit",
    "UPDATE grants SET terms = json_set(terms, '$.expiresAtMs', 0) WHERE key = 'admin/promo' | grant admin/promo: the terms of what is left of it is",
    "UPDATE accounts SET purse = json_set(purse, '$.lots[0].terms.expiresAtMs', 0) WHERE name = 'default/credit' | grant admin/promo: the terms of what is left of it is",
    "UPDATE accounts SET purse = json_set(purse, '$.lots[0].terms.promotional', json('false')) WHERE name = 'default/credit' | grant admin/promo: the terms of what is left of it is",
  })
  void whatWasTamperedWithIsNamed(String sql, String named) throws Exception {
    play();
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("ledger.db")); Statement s = c.createStatement()) {
      assertThat(s.executeUpdate(sql)).isEqualTo(1);
    }
    assertThatThrownBy(this::proof).isInstanceOf(Misfit.class).hasMessageContaining(named);
  }
}
