package dev.exchequer.server.store.postgres;

import dev.exchequer.server.store.checkpoint.Checkpoint;
import dev.exchequer.server.store.proof.CheckpointReader;
import dev.exchequer.server.store.proof.KeptForm;
import dev.exchequer.server.store.proof.LedgerProof;
import dev.exchequer.server.store.proof.Misfit;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/** Recomputes a ledger that replicas share, while they write or not; a standby will do. */
public final class PostgresProof {
  /** Rows are read along the indexes and each when it is looked at: no statement reads and sorts all of them before it gives the first. */
  static final KeptForm FORM =
      new KeptForm(
          PostgresChain.ROWS, true,
          "SELECT c.id, c.writer, c.epoch, c.follows, c.start, coalesce(c.number, w.number), coalesce(c.hash, w.hash) FROM chains c LEFT JOIN writers w ON w.chain = c.id ORDER BY c.id",
          "SELECT max(time) FROM writers",
          "",
          List.of("SET enable_seqscan = off", "SET enable_bitmapscan = off", "SET enable_sort = off", "SET enable_hashjoin = off", "SET enable_mergejoin = off", "SET jit = off"));

  private PostgresProof() {}

  /**
   * As {@link LedgerProof#of(java.nio.file.Path, LongConsumer)}.
   *
   * @throws Misfit for the first row that does not fit
   * @throws IOException if it cannot be read or is not a ledger of this version
   */
  public static LedgerProof.Fits of(PostgresSettings settings, LongConsumer progress) throws IOException, Misfit {
    return of(settings, Map.of(), progress);
  }

  /** The same, compared with checkpoints by the names of their files. */
  public static LedgerProof.Fits of(PostgresSettings settings, Map<String, Checkpoint> checkpoints, LongConsumer progress) throws IOException, Misfit {
    try (Connection connection = Sessions.patient(settings, "proof").open()) {
      return LedgerProof.of(connection, FORM, checkpoints, progress);
    } catch (SQLException e) {
      throw unreadable(settings, e);
    }
  }

  /** @throws IOException if it cannot be read or is not a ledger of this version */
  public static Checkpoint checkpoint(PostgresSettings settings) throws IOException {
    try (Connection connection = Sessions.patient(settings, "checkpoint").open()) {
      connection.setAutoCommit(false);
      return CheckpointReader.read(connection, FORM);
    } catch (SQLException e) {
      throw unreadable(settings, e);
    }
  }

  private static IOException unreadable(PostgresSettings settings, SQLException e) {
    return new IOException(
        "the database " + settings.place() + " cannot be read as a ledger of this version (a start of the gateway brings an older one up to date): " + e.getMessage(), e);
  }
}
