package dev.exchequer.server.store.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import org.postgresql.PGConnection;

/**
 * Whether something between us and the server gives each transaction another session (PgBouncer with pool_mode=transaction, and what is like it). Timeouts and advisory locks are the
 * session's: without them a process that stops keeps its locks for ever, and so does a pruning that was broken off. A pooler that keeps a session for its client does no harm.
 */
final class Pooler {
  private static final int OTHERS = 2;

  private Pooler() {}

  /**
   * A pooler has a process id of its own for each client. One that shares sessions is found out by a second client that gets ours, or by ours becoming another while the second is busy.
   *
   * @param sessions more of the same
   * @throws Fitness.UnfitDatabase with what to change
   */
  static void check(Connection connection, Sessions sessions) throws SQLException {
    int ours = backend(connection);
    if (connection.unwrap(PGConnection.class).getBackendPID() == ours) {
      return;
    }
    Deque<Connection> others = new ArrayDeque<>();
    try {
      for (int i = 0; i < OTHERS; i++) {
        Connection other = sessions.open();
        others.push(other);
        int before = backend(connection);
        other.setAutoCommit(false);
        if (before != ours || backend(other) == ours || backend(connection) != ours) {
          throw new Fitness.UnfitDatabase(
              "the ledger's database is behind a pooler that gives each transaction another session, and timeouts and locks are the session's: set pool_mode=session for this database and"
                  + " user (PgBouncer), or give the address of the PostgreSQL server itself");
        }
      }
    } finally {
      for (Connection other : others) {
        other.close();
      }
    }
  }

  private static int backend(Connection connection) throws SQLException {
    try (Statement s = connection.createStatement(); ResultSet r = s.executeQuery("SELECT pg_backend_pid()")) {
      r.next();
      return r.getInt(1);
    }
  }
}
