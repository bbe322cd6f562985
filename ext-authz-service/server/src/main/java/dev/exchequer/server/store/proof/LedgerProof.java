package dev.exchequer.server.store.proof;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.server.store.ReceiptJson;
import dev.exchequer.server.store.checkpoint.Checkpoint;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * Recomputes a ledger from its own rows: balances from entries, holds and receipts against entries, lots, reservations and budgets from all of them, and the chains.
 * It shares no arithmetic with what wrote them, waits for no writer and makes none wait. docs/design/ledger-proof.md says what it shows and what it cannot.
 */
public final class LedgerProof {
  private static final int BUSY_TIMEOUT_MS = 5_000;

  private LedgerProof() {}

  /**
   * What was found to fit.
   *
   * @param timeMs ledger time of the last commit, milliseconds since the epoch
   * @param checkpoints of this ledger that it was compared with
   * @param pruned receipts without their details
   * @param prunedBeforeMs of requests that came before it, milliseconds since the epoch; null = none
   */
  public record Fits(long timeMs, long balances, long entries, long holds, long receipts, long chains, int checkpoints, long pruned, @Nullable Long prunedBeforeMs) {}

  /**
   * @param database a ledger in SQLite or a copy of one, in use or not
   * @param progress gets the number of rows read so far, every 100,000
   * @throws Misfit for the first row that does not fit
   * @throws IOException if it cannot be read or is not a ledger of this version
   */
  public static Fits of(Path database, LongConsumer progress) throws IOException, Misfit {
    return of(database, Map.of(), progress);
  }

  /** The same, compared with checkpoints by the names of their files. */
  public static Fits of(Path database, Map<String, Checkpoint> checkpoints, LongConsumer progress) throws IOException, Misfit {
    try (Connection connection = open(database)) {
      DamageCheck damage = DamageCheck.begin(() -> open(database), KeptForm.SQLITE.damage());
      Fits fits;
      try {
        fits = of(connection, KeptForm.SQLITE, checkpoints, progress);
      } catch (SQLException | Misfit | RuntimeException e) {
        damage.sound(); // else that is why
        throw e;
      }
      damage.sound();
      return fits;
    } catch (SQLException e) {
      throw unreadable(database, e);
    }
  }

  /** @throws IOException if it cannot be read or is not a ledger of this version */
  public static Checkpoint checkpoint(Path database) throws IOException {
    try (Connection connection = open(database)) {
      connection.setAutoCommit(false);
      return CheckpointReader.read(connection, KeptForm.SQLITE);
    } catch (SQLException e) {
      throw unreadable(database, e);
    }
  }

  private static IOException unreadable(Path database, SQLException e) {
    return new IOException(database + " cannot be read as a ledger of this version (a start of the gateway brings an older one up to date): " + e.getMessage(), e);
  }

  private static Connection open(Path database) throws IOException, SQLException {
    if (!Files.isRegularFile(database)) {
      throw new IOException("there is no ledger " + database + ": give the data folder of a gateway, or a copy with --file");
    }
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_TIMEOUT_MS);
    config.setReadOnly(true);
    return config.createConnection("jdbc:sqlite:" + database);
  }

  /**
   * The same on a connection to either store; it reads in one transaction.
   *
   * @param checkpoints by the names of their files
   * @param progress gets the number of rows read so far, every 100,000
   * @throws Misfit for the first row that does not fit
   */
  public static Fits of(Connection connection, KeptForm form, Map<String, Checkpoint> checkpoints, LongConsumer progress) throws SQLException, Misfit {
    connection.setAutoCommit(false); // one read transaction: one commit's rows
    try (Statement s = connection.createStatement()) {
      for (String setting : form.settings()) {
        s.execute(setting);
      }
    }
    return proven(connection, form, checkpoints, new Rows(connection, progress));
  }

  private static Fits proven(Connection connection, KeptForm form, Map<String, Checkpoint> checkpoints, Rows rows) throws SQLException, Misfit {
    List<String> ids = new ArrayList<>(1);
    rows.each("SELECT id FROM ledger", r -> ids.add(r.getString(1)));
    Misfit.unlessEqual(1, ids.size(), "the ledger", "the number of its ids");
    Witness witness = new Witness(ids.getFirst(), checkpoints);
    EntryProof entries = new EntryProof(witness);
    entries.read(rows, form);
    HoldProof holds = new HoldProof();
    holds.read(rows);
    long[] balances = {0};
    Map<String, EntryProof.Sum> sums = new HashMap<>(entries.balances);
    rows.each(
        "SELECT name, posted, held, sequence, " + form.purseIn() + " FROM accounts ORDER BY name",
        r -> {
          balances[0]++;
          account(r, form, sums.remove(r.getString(1)), holds);
        });
    for (String name : sums.keySet()) {
      throw new Misfit("balance " + name, "has entries and is not there");
    }
    buckets(rows, form, holds);
    ReceiptProof receipts = new ReceiptProof();
    receipts.read(rows, form);
    HouseProof house = new HouseProof();
    house.read(rows);
    PruningProof prunings = new PruningProof(ids.getFirst(), witness);
    prunings.read(rows);
    ChainProof chains = new ChainProof(form, ids.getFirst(), witness);
    chains.read(rows, entries.entries + receipts.receipts + house.corrections);
    entries.grants.read(rows, form); // after the chains: an entry that was rewritten is named as that
    long[] time = {0};
    rows.each(form.time(), r -> time[0] = r.getLong(1));
    Misfit.unless(time[0] >= entries.latestMs, "ledger time", "is " + ReceiptJson.time(time[0]) + ", and the last entry is of " + ReceiptJson.time(entries.latestMs) + ": it was set back");
    witness.time(time[0]);
    return new Fits(time[0], balances[0], entries.entries, holds.holds, receipts.receipts, chains.chains, witness.checkpoints, prunings.receipts, prunings.beforeMs);
  }

  private static void account(ResultSet r, KeptForm form, EntryProof.@Nullable Sum known, HoldProof holds) throws SQLException, Misfit {
    String row = "balance " + r.getString(1);
    EntryProof.Sum sum = known == null ? new EntryProof.Sum() : known;
    Misfit.unlessEqual(sum.posted, Rows.number(r, 2), row, "posted");
    Misfit.unlessEqual(holds.held.getOrDefault(r.getString(1), BigInteger.ZERO), Rows.number(r, 3), row, "held");
    Misfit.unlessEqual(sum.sequence, r.getLong(4), row, "its sequence");
    String purse = r.getString(5);
    if (purse != null) {
      JsonNode stored = Rows.json(purse, row);
      if (form.whole()) {
        Misfit.unlessEqual(Rows.number(r, 2), Rows.number(stored.path("posted")), row, "posted in its body");
        Misfit.unlessEqual(Rows.number(r, 3), Rows.number(stored.path("held")), row, "held in its body");
        Misfit.unlessEqual(Rows.number(r, 4), Rows.number(stored.path("sequence")), row, "the sequence in its body");
      }
      lots(stored.at(form.pursePath()).path("lots"), sum, holds.reserved.getOrDefault(r.getString(1), Map.of()), row);
    }
  }

  private static void lots(JsonNode lots, EntryProof.Sum sum, Map<String, BigInteger> reserved, String row) throws Misfit {
    Map<String, BigInteger> left = new HashMap<>();
    Map<String, BigInteger> held = new HashMap<>();
    BigInteger all = BigInteger.ZERO;
    for (JsonNode lot : lots) {
      String grant = lot.path("grant").asText();
      BigInteger remaining = Rows.number(lot.path("remaining"));
      Misfit.unless(Rows.number(lot.path("reserved")).compareTo(remaining) <= 0, row, "more of grant " + grant + " is reserved than is left of it");
      Rows.add(held, grant, Rows.number(lot.path("reserved")));
      all = all.add(remaining);
      if (!grant.equals(EntryProof.CARRIED)) {
        Rows.add(left, grant, remaining);
      }
    }
    Map<String, BigInteger> told = new HashMap<>(sum.lots);
    told.remove(EntryProof.CARRIED);
    Misfit.unlessEqual(told, left, row, "what is left of its grants");
    Misfit.unlessEqual(reserved, held, row, "what is reserved of its grants");
    Misfit.unless(all.compareTo(sum.posted) >= 0, row, "its grants are less than what is posted");
  }

  private static void buckets(Rows rows, KeptForm form, HoldProof holds) throws SQLException, Misfit {
    Map<String, BigInteger> held = new HashMap<>(holds.bucketHeld);
    rows.each(
        "SELECT budget, value, unit, window_start, spent, held FROM buckets ORDER BY 1, 2, 3, 4",
        r -> {
          String row = HoldProof.bucket(r.getString(1), form.rows().given().apply(r.getString(2)), r.getString(3), r.getLong(4));
          Misfit.unlessEqual(holds.bucketSpent.getOrDefault(row, BigInteger.ZERO), Rows.number(r, 5), row, "spent");
          BigInteger all = held.remove(row);
          Misfit.unlessEqual(all == null ? BigInteger.ZERO : all, Rows.number(r, 6), row, "held");
        });
    for (String row : held.keySet()) {
      throw new Misfit(row, "is held in by a hold and is not there");
    }
  }
}
