package dev.exchequer.server.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;

/**
 * A copy of a ledger as one commit left it, taken while the ledger is in use: one read transaction of SQLite's VACUUM INTO, which neither waits for the writer
 * nor makes it wait. The copy is checked before it is given its name.
 */
public final class SqliteBackup {
  private static final Logger LOG = LoggerFactory.getLogger(SqliteBackup.class);
  private static final int BUSY_TIMEOUT_MS = 5_000;

  private SqliteBackup() {}

  /**
   * What the copy has.
   *
   * @param timeMs ledger time of its last commit, milliseconds since the epoch
   * @param bytes of the file
   */
  public record Copy(long timeMs, long balances, long entries, long receipts, long bytes) {}

  /**
   * @param data the folder of a ledger, running or not
   * @param target does not exist; its folder does
   * @throws IOException if there is no ledger, it is in PostgreSQL, the target exists or cannot be written, or the copy is not sound; there is no file at the target then
   */
  public static Copy of(Path data, Path target) throws IOException {
    String elsewhere = KeptElsewhere.of(data).orElse(null);
    if (elsewhere != null) {
      throw new IOException("the ledger of " + data + " is in PostgreSQL " + elsewhere + ": copy it with pg_dump --format=custom, which waits for no writer and makes none wait");
    }
    Path database = data.resolve("ledger.db");
    if (!Files.isRegularFile(database)) {
      throw new IOException("there is no ledger in " + data + ": give the data folder of a gateway");
    }
    if (Files.exists(target)) {
      throw new IOException(target + " exists: a backup never replaces one, give another name");
    }
    Path folder = target.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IOException("there is no folder " + folder + ": make it first");
    }
    Path partial = target.resolveSibling(target.getFileName() + ".partial");
    try {
      Files.deleteIfExists(partial); // of a backup that was broken off
      copy(database, partial);
      Copy copy = checked(partial);
      try (FileChannel written = FileChannel.open(partial, StandardOpenOption.WRITE)) {
        written.force(true);
      }
      Files.move(partial, target);
      durable(folder);
      return copy;
    } catch (SQLException e) {
      throw new IOException("the ledger cannot be copied: " + e.getMessage(), e);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  /** Its name too, where a folder can be forced to disk. */
  private static void durable(Path folder) {
    try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    } catch (IOException e) {
      LOG.debug("{} cannot be forced to disk", folder, e);
    }
  }

  private static void copy(Path database, Path partial) throws SQLException {
    try (Connection source = connect(database);
        PreparedStatement s = source.prepareStatement("VACUUM INTO ?")) {
      s.setString(1, partial.toString());
      s.execute();
    }
  }

  private static Copy checked(Path partial) throws SQLException, IOException {
    try (Connection copy = connect(partial);
        Statement s = copy.createStatement()) {
      try (ResultSet r = s.executeQuery("PRAGMA integrity_check(1)")) {
        if (!r.next() || !r.getString(1).equals("ok")) {
          throw new IOException("the copy is not sound, and so the ledger may not be: " + r.getString(1));
        }
      }
      String sql =
          "SELECT (SELECT value FROM meta WHERE name = 'time'), (SELECT count(*) FROM accounts), (SELECT count(*) FROM entries), (SELECT count(*) FROM receipts)";
      try (ResultSet r = s.executeQuery(sql)) {
        r.next();
        return new Copy(r.getLong(1), r.getLong(2), r.getLong(3), r.getLong(4), Files.size(partial));
      }
    }
  }

  private static Connection connect(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_TIMEOUT_MS);
    config.setReadOnly(true);
    return config.createConnection("jdbc:sqlite:" + file);
  }
}
