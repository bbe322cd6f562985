package dev.exchequer.server.store.proof;

import dev.exchequer.server.store.chain.Hash;
import dev.exchequer.server.store.checkpoint.Checkpoint;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Takes a checkpoint of a ledger, in use or not. */
public final class CheckpointReader {
  private CheckpointReader() {}

  /** @param connection within one read transaction */
  public static Checkpoint read(Connection connection, KeptForm form) throws SQLException {
    List<Checkpoint.Head> heads = new ArrayList<>();
    List<Checkpoint.Sum> sums = new ArrayList<>();
    try (Statement s = connection.createStatement()) {
      try (ResultSet r = s.executeQuery(form.heads())) {
        while (r.next()) {
          byte[] hash = r.getBytes(7);
          if (hash != null) { // null: nobody knows where it ends, and verify says so
            heads.add(new Checkpoint.Head(r.getInt(1), r.getString(2), r.getLong(3), r.getLong(6), Hash.of(hash)));
          }
        }
      }
      try (ResultSet r = s.executeQuery("SELECT name, unit, sequence, posted FROM accounts ORDER BY name")) {
        while (r.next()) {
          sums.add(new Checkpoint.Sum(r.getString(1), r.getString(2), r.getLong(3), r.getLong(4)));
        }
      }
      Checkpoint.Pruned pruned;
      try (ResultSet r = s.executeQuery("SELECT id, receipts, hash FROM prunings ORDER BY id DESC LIMIT 1")) {
        pruned = r.next() ? new Checkpoint.Pruned(r.getLong(1), r.getLong(2), Hash.of(r.getBytes(3))) : null;
      }
      return new Checkpoint(text(s, "SELECT id FROM ledger"), Long.parseLong(text(s, form.time())), heads, sums, pruned);
    }
  }

  private static String text(Statement s, String sql) throws SQLException {
    try (ResultSet r = s.executeQuery(sql)) {
      if (!r.next() || r.getString(1) == null) {
        throw new SQLException("nothing was ever committed to it");
      }
      return r.getString(1);
    }
  }
}
