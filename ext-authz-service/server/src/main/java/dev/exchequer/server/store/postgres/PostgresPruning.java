package dev.exchequer.server.store.postgres;

import dev.exchequer.server.store.SqlHistory.Question;
import dev.exchequer.server.store.prune.Pruner;
import dev.exchequer.server.store.prune.SqlPruner;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Prunes a ledger that replicas share: one of them at a time has an advisory lock, which ends with its session. */
final class PostgresPruning implements SqlPruner.Door {
  static final String RECEIPTS = "receipts";

  private static final String ALONE = "SELECT pg_try_advisory_lock(1163412305, 1)"; // 'EXCQ'
  private static final String DONE = "SELECT pg_advisory_unlock(1163412305, 1)";
  private static final Logger LOG = LoggerFactory.getLogger(PostgresPruning.class);
  private static final long SHORTEST_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final ReadSessions readers;
  private final Sessions sessions;

  PostgresPruning(ReadSessions readers, Sessions sessions) {
    this.readers = readers;
    this.sessions = sessions;
  }

  @Override
  public <T> T read(Question<T> question) {
    return readers.read(question::ask);
  }

  @Override
  public String time() {
    return PostgresProof.FORM.time();
  }

  /** The server writes a new version of the row anyhow, and vacuums the old one. */
  @Override
  public String moved() {
    return "";
  }

  @Override
  public SqlPruner.Session open() throws SQLException {
    Connection connection = sessions.open();
    boolean mine = false;
    try {
      connection.setAutoCommit(false);
      try (Statement s = connection.createStatement()) {
        s.execute("SET synchronous_commit = on");
        try (ResultSet r = s.executeQuery(ALONE)) {
          mine = r.next() && r.getBoolean(1);
        }
      }
      connection.commit();
      if (!mine) {
        throw new Pruner.Busy();
      }
      return new Own(connection);
    } finally {
      if (!mine) {
        connection.close();
      }
    }
  }

  private record Own(Connection connection) implements SqlPruner.Session {
    @Override
    public <T> T write(Question<T> question) throws SQLException {
      try {
        T answer = question.ask(connection);
        connection.commit();
        return answer;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      }
    }

    /** Writers do not wait for it, but the server's disk is shared. */
    @Override
    public void rest(long workedNanos) {
      LockSupport.parkNanos(Math.max(SHORTEST_REST_NANOS, 2 * workedNanos));
    }

    /** The server may notice the end of a session a little later: the next one is not to be told that somebody prunes. */
    @Override
    public void close() {
      try (Statement s = connection.createStatement()) {
        s.execute(DONE);
        connection.commit();
      } catch (SQLException e) {
        LOG.debug("the session of a pruning ends with its lock", e);
      }
      try {
        connection.close();
      } catch (SQLException e) {
        throw new IllegalStateException("closing the ledger's pruner", e);
      }
    }
  }
}
