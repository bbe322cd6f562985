package dev.exchequer.server.store;

import dev.exchequer.server.store.SqlHistory.Question;
import dev.exchequer.server.store.proof.KeptForm;
import dev.exchequer.server.store.prune.Pruner;
import dev.exchequer.server.store.prune.SqlPruner;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Prunes the embedded ledger between two commits of the lane, on a connection of its own. */
final class SqlitePruning implements SqlPruner.Door {
  /** In a FROM clause, read in the order of time and id. */
  static final String RECEIPTS = "receipts INDEXED BY receipts_by_time";

  private static final long SHORTEST_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final SqliteFiles files;
  private final Semaphore free = new Semaphore(1);

  SqlitePruning(SqliteFiles files) {
    this.files = files;
  }

  @Override
  public <T> T read(Question<T> question) {
    try (Connection connection = files.connect(true)) {
      connection.setAutoCommit(false);
      T answer = question.ask(connection);
      connection.rollback();
      return answer;
    } catch (SQLException e) {
      throw new LedgerLane.LedgerUnavailable("the ledger cannot be read", e);
    }
  }

  @Override
  public String time() {
    return KeptForm.SQLITE.time();
  }

  /** To the end of the table: a page whose rows all went is free for what comes, and one that is half empty never fills again, as new rows go to the end. */
  @Override
  public String moved() {
    return ", rowid = (SELECT max(rowid) + 1 FROM receipts)";
  }

  @Override
  public SqlPruner.Session open() throws SQLException {
    if (!free.tryAcquire()) {
      throw new Pruner.Busy();
    }
    boolean opened = false;
    try {
      Connection connection = files.connect(false);
      opened = true;
      return new Own(connection);
    } finally {
      if (!opened) {
        free.release();
      }
    }
  }

  private final class Own implements SqlPruner.Session {
    private final Connection connection;

    private Own(Connection connection) throws SQLException {
      this.connection = connection;
      try (Statement s = connection.createStatement()) {
        s.execute("PRAGMA secure_delete = ON"); // what goes is not to be found in free pages
      } catch (SQLException e) {
        close();
        throw e;
      }
    }

    @Override
    public <T> T write(Question<T> question) throws SQLException {
      files.turn().lock();
      try {
        SqliteTransaction.anew(connection); // what was read is an old picture
        T answer = question.ask(connection);
        connection.commit();
        return answer;
      } catch (SQLException | RuntimeException e) {
        try {
          SqliteTransaction.anew(connection);
        } catch (SQLException more) {
          e.addSuppressed(more);
        }
        throw e;
      } finally {
        files.turn().unlock();
      }
    }

    /** Five times as long as the lane had to wait at most, so that it is never slower than by a sixth. */
    @Override
    public void rest(long workedNanos) {
      LockSupport.parkNanos(Math.max(SHORTEST_REST_NANOS, 5 * workedNanos));
    }

    @Override
    public void close() {
      try {
        connection.close();
      } catch (SQLException e) {
        throw new IllegalStateException("closing the ledger's pruner", e);
      } finally {
        free.release();
      }
    }
  }
}
