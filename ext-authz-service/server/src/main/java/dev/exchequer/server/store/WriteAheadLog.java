package dev.exchequer.server.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what was committed from the write-ahead log into the database file, beside the writer. That alone never ends under load, as there is always a commit
 * more in the log, and SQLite begins the file anew only when there is none. So a log that has become long is ended between two commits, with the writer's turn in
 * hand: then little is left to copy, and who commits waits for that long.
 */
final class WriteAheadLog {
  /** How long the log may become before the writer waits for it to be ended. */
  static final long LARGEST_BYTES = 64L << 20;

  /** The longest that the writer waits: a report may read an old picture for minutes, and then this is tried again a second later. */
  static final int WAIT_MS = 50;

  private static final Logger LOG = LoggerFactory.getLogger(WriteAheadLog.class);

  /** Opens a connection with a busy timeout of {@link #WAIT_MS}. */
  interface Connections {
    Connection open() throws SQLException;
  }

  private final Connections connections;
  private final Lock turn;
  private final long largestBytes;

  /** @param turn who commits has it; fair, else it would never be ours */
  WriteAheadLog(Connections connections, Lock turn, long largestBytes) {
    this.connections = connections;
    this.turn = turn;
    this.largestBytes = largestBytes;
  }

  /** Once in a while, until then. */
  void keepShort(CountDownLatch closed, long everyMs) {
    boolean goOn = true;
    while (goOn) {
      try (Connection own = connections.open(); Statement s = own.createStatement()) {
        long pageBytes = number(s, "PRAGMA page_size", 1);
        while (goOn) {
          goOn = !closed.await(everyMs, TimeUnit.MILLISECONDS);
          if (goOn && number(s, "PRAGMA wal_checkpoint(PASSIVE)", 2) * pageBytes > largestBytes) {
            // What was committed while that one copied, so that little is left for which the writer waits.
            number(s, "PRAGMA wal_checkpoint(PASSIVE)", 2);
            turn.lock();
            try {
              number(s, "PRAGMA wal_checkpoint(RESTART)", 2);
            } finally {
              turn.unlock();
            }
          }
        }
      } catch (SQLException e) {
        LOG.error("the ledger's write-ahead log was not brought into its database, and grows until it is; the next attempt is in {} ms", everyMs, e);
        goOn = again(closed, everyMs);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        goOn = false;
      }
    }
  }

  private static boolean again(CountDownLatch closed, long everyMs) {
    try {
      return !closed.await(everyMs, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static long number(Statement s, String pragma, int column) throws SQLException {
    try (ResultSet r = s.executeQuery(pragma)) {
      return r.next() ? r.getLong(column) : 0;
    }
  }
}
