package dev.exchequer.server.store.postgres;

import dev.exchequer.server.store.LedgerLane.LedgerUnavailable;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A few sessions for reading, opened when they are needed; one that broke is replaced. */
final class ReadSessions implements AutoCloseable {
  private static final int MOST = 3;
  /** Sessions are the server's, and few. */
  private static final int MOST_REPORTS = 2;

  private static final Duration REPORT_PATIENCE = Duration.ofSeconds(30);

  private final Sessions sessions;
  private final Semaphore free = new Semaphore(MOST);
  private final Semaphore reports = new Semaphore(MOST_REPORTS);
  private final Deque<Connection> idle = new ArrayDeque<>();
  private boolean closed;

  ReadSessions(Sessions sessions) {
    this.sessions = sessions;
  }

  interface Reading<T> {
    T of(Connection connection) throws SQLException;
  }

  /**
   * Reads what one commit left, in a transaction of its own; once more on a new session if the first is broken.
   *
   * @throws LedgerUnavailable if the database cannot be read
   */
  <T> T read(Reading<T> reading) {
    try {
      free.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LedgerUnavailable("interrupted", e);
    }
    try {
      Connection used = take();
      try {
        return once(used == null ? opened() : used, reading);
      } catch (SQLException e) {
        if (used == null || Trouble.of(e) != Trouble.BROKEN) {
          throw e;
        }
        return once(opened(), reading);
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable("the ledger cannot be read: " + e.getMessage(), e);
    } finally {
      free.release();
    }
  }

  /**
   * Reads what may take long, on a session of its own that is closed after it; once, because what was told is not taken back.
   *
   * @throws LedgerUnavailable if the database cannot be read, or enough reports are being made already
   */
  <T> T report(Reading<T> reading) {
    try {
      if (!reports.tryAcquire(REPORT_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new LedgerUnavailable("other reports are being made: ask again later");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LedgerUnavailable("interrupted", e);
    }
    try (Connection connection = opened()) {
      inOrder(connection);
      T read = reading.of(connection);
      connection.commit();
      return read;
    } catch (SQLException e) {
      throw new LedgerUnavailable("the ledger cannot be read: " + e.getMessage(), e);
    } finally {
      reports.release();
    }
  }

  /** Rows are read along the indexes, each when it is told: no statement reads and sorts all of them before it gives the first. */
  private static void inOrder(Connection connection) throws SQLException {
    try (Statement s = connection.createStatement()) {
      for (String plan : List.of("seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin")) {
        s.execute("SET enable_" + plan + " = off");
      }
    }
  }

  private <T> T once(Connection connection, Reading<T> reading) throws SQLException {
    boolean sound = false;
    try {
      T read = reading.of(connection);
      connection.commit();
      sound = true;
      return read;
    } finally {
      if (!sound || !put(connection)) {
        connection.close();
      }
    }
  }

  private Connection opened() throws SQLException {
    Connection connection = sessions.open();
    connection.setReadOnly(true);
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    connection.setAutoCommit(false);
    return connection;
  }

  private synchronized @Nullable Connection take() {
    return idle.poll();
  }

  private synchronized boolean put(Connection connection) {
    return !closed && idle.add(connection);
  }

  @Override
  public synchronized void close() {
    closed = true;
    for (Connection connection : idle) {
      try {
        connection.close();
      } catch (SQLException e) {
        throw new IllegalStateException("closing the ledger's readers", e);
      }
    }
    idle.clear();
  }
}
