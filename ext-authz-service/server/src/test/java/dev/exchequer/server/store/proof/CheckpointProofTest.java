package dev.exchequer.server.store.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.fallback.Ending;
import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.World;
import dev.exchequer.pricing.Usage;
import dev.exchequer.server.store.OpenLedger;
import dev.exchequer.server.store.SqliteChain;
import dev.exchequer.server.store.chain.ChainWriter;
import dev.exchequer.server.store.chain.Hash;
import dev.exchequer.server.store.chain.Place;
import dev.exchequer.server.store.chain.StoredRows;
import dev.exchequer.server.store.checkpoint.Checkpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a ledger says that was rewritten so well that it fits itself: only what was given away before does not. */
class CheckpointProofTest {
  @TempDir Path data = Path.of("");
  private final Map<String, Checkpoint> written = new TreeMap<>();

  private Path database() {
    return data.resolve("ledger.db");
  }

  private LedgerProof.Fits proof() throws Exception {
    return LedgerProof.of(database(), written, rows -> {});
  }

  private static Command deny(OpenLedger ledger, String id) {
    return new Command.Deny(ledger.world.facts(id, "", null), Ending.of(400, "bad_request", "no", new Ending.Retry.No()));
  }

  private void play() throws Exception {
    try (OpenLedger ledger = new OpenLedger(data, new World())) {
      written.put("first", ledger.home.history().export().checkpoint());
      ledger.admit("done").join();
      ledger.settle("done").join();
      ledger.lane.submit(deny(ledger, "zz1")).join();
      ledger.lane.submit(deny(ledger, "zz2")).join();
      written.put("second", ledger.home.history().export().checkpoint());
      ledger.lane.submit(deny(ledger, "zz3")).join();
    }
    assertThat(LedgerProof.checkpoint(database())).isEqualTo(LedgerProof.checkpoint(database())).isNotIn(written.values());
    written.put("third", LedgerProof.checkpoint(database()));
    LedgerProof.Fits fits = proof();
    assertThat(fits.checkpoints()).isEqualTo(3);
  }

  private Connection unguarded() throws SQLException {
    Connection c = DriverManager.getConnection("jdbc:sqlite:" + database());
    try (Statement s = c.createStatement()) {
      for (String trigger : List.of("entries_stay", "entries_are_kept", "receipts_stay", "receipts_are_kept", "house_entries_are_final")) {
        s.execute("DROP TRIGGER " + trigger);
      }
    }
    return c;
  }

  /** Hashes everything anew, as somebody would who knows how. */
  private static void rechain(Connection c) throws SQLException {
    try (Statement s = c.createStatement(); ResultSet chain = s.executeQuery("SELECT id, start FROM chains")) {
      ChainWriter places = new ChainWriter(new Place(chain.getInt(1), 0, Hash.of(chain.getBytes(2))));
      for (long number = 1; place(c, places, number); number++) {
        assertThat(places.head().number()).isEqualTo(number);
      }
      try (PreparedStatement head = c.prepareStatement("UPDATE chains SET number = ?, hash = ?")) {
        head.setLong(1, places.head().number());
        head.setBytes(2, places.head().hash().bytes());
        head.executeUpdate();
      }
    }
  }

  private static boolean place(Connection c, ChainWriter places, long number) throws SQLException {
    StoredRows rows = SqliteChain.ROWS;
    try (Statement s = c.createStatement();
        Statement t = c.createStatement();
        ResultSet entry = s.executeQuery("SELECT " + rows.entryColumns() + " FROM entries WHERE number = " + number);
        ResultSet receipt = t.executeQuery("SELECT " + rows.receiptColumns() + " FROM receipts WHERE number = " + number);
        Statement u = c.createStatement();
        ResultSet house = u.executeQuery("SELECT " + StoredRows.HOUSE_COLUMNS + " FROM house_entries WHERE number = " + number)) {
      String table = entry.next() ? "entries" : receipt.next() ? "receipts" : house.next() ? "house_entries" : "";
      if (table.isEmpty()) {
        return false;
      }
      Place place = table.equals("entries") ? places.entry(rows.entry(entry)) : table.equals("receipts") ? places.receipt(rows.receipt(receipt)) : places.house(StoredRows.house(house));
      try (PreparedStatement update = c.prepareStatement("UPDATE " + table + " SET hash = ? WHERE number = ?")) {
        update.setBytes(1, place.hash().bytes());
        update.setLong(2, number);
        return update.executeUpdate() == 1;
      }
    }
  }

  @Test
  void aLedgerTimeThatWasSetBackIsNamed() throws Exception {
    play();
    Checkpoint third = Objects.requireNonNull(written.get("third"));
    written.put("later", new Checkpoint(third.ledger(), third.timeMs() + 1, third.heads(), third.sums(), third.pruned()));
    assertThatThrownBy(this::proof).isInstanceOf(Misfit.class).hasMessageContaining("ledger time: is ").hasMessageContaining(" when later was written: it was set back");
  }

  @Test
  void aHistoryThatWasRewrittenWithAllItsHashesIsNamed() throws Exception {
    play();
    try (Connection c = unguarded(); Statement s = c.createStatement()) {
      s.executeUpdate("UPDATE receipts SET body = json_set(body, '$.error.message', 'another') WHERE id = 'zz1'");
      rechain(c);
    }
    assertThat(LedgerProof.of(database(), rows -> {}).receipts()).as("it fits itself").isEqualTo(4);
    assertThatThrownBy(this::proof).isInstanceOf(Misfit.class).hasMessageContaining("receipt zz2: is not what stood there when second was written");
  }

  @Test
  void aCorrectionOfAHouseCostThatWasRewrittenWithAllHashesIsNamed() throws Exception {
    World costed = new World();
    costed.costSheet = World.costSheet("USD");
    try (OpenLedger ledger = new OpenLedger(data, costed)) {
      ledger.admit("late").join();
      ledger.lane.submit(new Command.Settle(new HoldId("late", 1), World.cut(true, Usage.NOTHING, 400), ProviderView.ALL_WELL)).join();
      ledger.settle("late").join();
      written.put("first", ledger.home.history().export().checkpoint());
    }
    assertThat(proof().checkpoints()).isOne();
    try (Connection c = unguarded(); Statement s = c.createStatement()) {
      s.executeUpdate("UPDATE house_entries SET amount = amount + 7 WHERE kind = 'Correction'");
      s.executeUpdate("UPDATE house_accounts SET nanos = nanos + 7");
      s.executeUpdate("UPDATE holds SET body = json_set(body, '$.cost.amountNanos', json_extract(body, '$.cost.amountNanos') + 7)");
      rechain(c);
    }
    assertThat(LedgerProof.of(database(), rows -> {}).receipts()).as("it fits itself").isEqualTo(1);
    assertThatThrownBy(this::proof).isInstanceOf(Misfit.class).hasMessageContaining("is not what stood there when first was written");
  }

  @Test
  void lastRowsThatWereTakenAwayAreNamed() throws Exception {
    play();
    try (Connection c = unguarded(); Statement s = c.createStatement()) {
      s.executeUpdate("DELETE FROM receipts WHERE id = 'zz3'");
      rechain(c);
    }
    assertThat(LedgerProof.of(database(), rows -> {}).receipts()).as("it fits itself").isEqualTo(3);
    assertThatThrownBy(this::proof).isInstanceOf(Misfit.class).hasMessageContaining("chain 1 (local, epoch 1): has no number 7, which was there when third was written: its last rows were taken away");
    written.remove("third");
    assertThat(proof().checkpoints()).as("nobody wrote it down").isEqualTo(2);
  }

  /** The whole file, put back as it was: what a backup that was restored looks like too. */
  @Test
  void anOlderStateIsNamed() throws Exception {
    play();
    Path copy = Files.copy(database(), data.resolve("copy.db"));
    try (OpenLedger ledger = new OpenLedger(data, new World())) {
      ledger.admit("later").join();
      ledger.settle("later").join();
    }
    written.put("fourth", LedgerProof.checkpoint(database()));
    assertThat(proof().checkpoints()).isEqualTo(4);
    assertThatThrownBy(() -> LedgerProof.of(copy, written, rows -> {})).isInstanceOf(Misfit.class).hasMessageContaining("balance default/credit: has no entry 3, which was there when fourth was written");
  }

  @Test
  void anotherLedgerIsNamed() throws Exception {
    play();
    Path other = Files.createDirectory(data.resolve("other"));
    new OpenLedger(other, new World()).close();
    assertThatThrownBy(() -> LedgerProof.of(other.resolve("ledger.db"), written, rows -> {})).isInstanceOf(Misfit.class).hasMessageContaining("and no checkpoint is of it: it is another one than it was");
  }
}
