package dev.exchequer.server.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** What a connection without auto-commit is always in. */
final class SqliteTransaction {
  private SqliteTransaction() {}

  /**
   * Ends the transaction without a trace and begins another one. After some errors (a full disk, no memory, I/O) SQLite has already ended it itself
   * (<a href="https://www.sqlite.org/lang_transaction.html">section 3</a>), and then its driver can neither roll back nor commit ever again until somebody says BEGIN.
   *
   * @throws SQLException if there is none after it
   */
  static void anew(Connection connection) throws SQLException {
    try {
      connection.rollback();
    } catch (SQLException ended) {
      try (Statement s = connection.createStatement()) {
        s.execute("BEGIN");
      } catch (SQLException e) {
        ended.addSuppressed(e);
        throw ended;
      }
    }
  }
}
