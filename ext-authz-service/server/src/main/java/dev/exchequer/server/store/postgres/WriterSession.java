package dev.exchequer.server.store.postgres;

import dev.exchequer.ledger.Hold;
import dev.exchequer.server.store.LedgerLane.LedgerUnavailable;
import dev.exchequer.server.store.StoredJson;
import dev.exchequer.server.store.chain.Hash;
import dev.exchequer.server.store.chain.Place;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The session that writes for one replica, and its row in `writers`: who does not have its epoch never writes again, and its batch number says whether a COMMIT
 * whose answer was lost arrived.
 */
final class WriterSession implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WriterSession.class);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int TAKE_OVER_ATTEMPTS = 4;
  private static final String LOCK_TIMEOUT = "55P03";

  private final Sessions sessions;
  private final String replica;
  private final long epoch;
  private long lastBatch;
  private long lastTimeMs;
  private Place head;
  private String plan = "";
  /** Read by any thread. */
  private volatile boolean fenced;
  /** What the database lost of what was acknowledged, in words. Read by any thread. */
  private volatile @Nullable String lost;
  private @Nullable Connection connection;

  private WriterSession(Sessions sessions, String replica, Connection connection, Row row) {
    this.sessions = sessions;
    this.replica = replica;
    this.connection = connection;
    this.epoch = row.epoch;
    this.lastBatch = row.batch;
    this.lastTimeMs = row.timeMs;
    this.head = row.head;
  }

  /**
   * @param plan digest of the policy that its last batch was decided by, "" = none, or it was dropped since
   * @param head where its chain ends
   */
  private record Row(long epoch, long batch, long timeMs, String plan, Place head) {}

  /**
   * Takes over the replica's name: from now on nobody else writes under it.
   *
   * @throws IllegalStateException with what to do, if the database cannot be reached or may not keep a ledger
   */
  static WriterSession takeOver(Sessions sessions, String replica) {
    try {
      Connection connection = open(sessions);
      try {
        return new WriterSession(sessions, replica, connection, newEpoch(connection, replica));
      } catch (SQLException | RuntimeException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw new IllegalStateException("the ledger's database cannot be used: " + e.getMessage(), e);
    }
  }

  private static Connection open(Sessions sessions) throws SQLException {
    Connection connection = sessions.open();
    try (Statement s = connection.createStatement()) {
      Fitness.check(connection);
      // every statement here is by key; plans made while the tables were empty must not read them whole
      s.execute("SET enable_seqscan = off");
      connection.setAutoCommit(false);
      // what is read after a lock is what is there then, whatever the database's default: rows that a lock stands for are not in an older snapshot
      connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
      return connection;
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /**
   * An epoch is given once, also where a failover or a deleted row forgot the one before: it is the server's time in microseconds, and more than the last one.
   *
   * <p>The row may be locked by a process that was stopped inside a transaction: the server ends that within seconds.
   */
  private static Row newEpoch(Connection connection, String replica) throws SQLException {
    String sql =
        "INSERT INTO writers AS w (id, epoch, batch, time) VALUES (?, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, 0, 0) "
            + "ON CONFLICT (id) DO UPDATE SET epoch = greatest(w.epoch + 1, excluded.epoch) RETURNING epoch, batch, time";
    for (int attempt = 1; ; attempt++) {
      try {
        List<Row> rows = new ArrayList<>(1);
        new Sql(connection)
            .each(sql, r -> rows.add(new Row(r.getLong(1), r.getLong(2), r.getLong(3), "", PostgresChain.begun(connection, replica, r.getLong(1)))), replica);
        connection.commit();
        return rows.getFirst();
      } catch (SQLException e) {
        if (!LOCK_TIMEOUT.equals(e.getSQLState()) || attempt == TAKE_OVER_ATTEMPTS) {
          throw e;
        }
        connection.rollback();
        LOG.warn("{} waits for a transaction of the process that had its name before", replica);
      }
    }
  }

  String replica() {
    return replica;
  }

  long epoch() {
    return epoch;
  }

  Sql sql() {
    if (connection == null) {
      throw new LedgerUnavailable("the ledger's database is not connected");
    }
    return new Sql(connection);
  }

  /**
   * Begins the transaction of a batch, with the writer's row locked.
   *
   * @return the number of the last batch that was committed
   * @throws LedgerUnavailable if another process has taken over
   */
  long begin() throws SQLException {
    look();
    Row row = locked(sql());
    if (row.batch < lastBatch) {
      lost =
          "the ledger's database lost what was acknowledged: it has batch " + row.batch + " of " + replica + " as its last, and " + lastBatch
              + " was committed; it was restored, or failed over to a standby that lagged (synchronous_standby_names keeps that from happening). Compare it with checkpoints"
              + " (exchequer verify --checkpoints) and what providers billed (exchequer reconcile)";
      LOG.error("{}", lost);
    }
    lastBatch = row.batch;
    lastTimeMs = Math.max(lastTimeMs, row.timeMs);
    head = row.head;
    plan = row.plan;
    return row.batch;
  }

  /** Begins a transaction that only reads. */
  void look() throws SQLException {
    if (fenced) {
      throw fenced();
    }
    if (connection == null) {
      try {
        connection = open(sessions);
        LOG.info("connected to the ledger's database again");
      } catch (Fitness.UnfitDatabase e) {
        throw new LedgerUnavailable("the ledger's database is another one now: " + e.getMessage(), e);
      }
    }
  }

  private Row locked(Sql sql) throws SQLException {
    sql.run("SET LOCAL synchronous_commit = on");
    List<Row> rows = new ArrayList<>(1);
    sql.each(
        "SELECT epoch, batch, time, plan, chain, number, hash FROM writers WHERE id = ? FOR UPDATE",
        r -> rows.add(new Row(r.getLong(1), r.getLong(2), r.getLong(3), Objects.requireNonNullElse(r.getString(4), ""), new Place(r.getInt(5), r.getLong(6), Hash.of(r.getBytes(7))))),
        replica);
    if (rows.isEmpty() || rows.getFirst().epoch != epoch) {
      fenced = true;
      throw fenced();
    }
    return rows.getFirst();
  }

  private LedgerUnavailable fenced() {
    return new LedgerUnavailable(whyFenced());
  }

  private String whyFenced() {
    return "another process has taken over the name " + replica + " in the ledger's database, and this one writes no more: give each gateway a --node of its own, then restart this one";
  }

  /** Why it never writes again, empty while it may. Asked by any thread. */
  Optional<String> ended() {
    return fenced ? Optional.of(whyFenced()) : Optional.empty();
  }

  /** What the database lost of what this process acknowledged, told until it ends; empty while it lost nothing. Asked by any thread. */
  Optional<String> lost() {
    return Optional.ofNullable(lost);
  }

  /**
   * Looks at the server's settings again: they change without a reconnect.
   *
   * @throws LedgerUnavailable if it may not keep a ledger any more; until it may, no session is used again
   */
  void recheck() throws SQLException {
    try {
      Fitness.check(Objects.requireNonNull(connection));
    } catch (Fitness.UnfitDatabase e) {
      drop();
      throw new LedgerUnavailable("the ledger's database was set otherwise: " + e.getMessage(), e);
    }
  }

  /** The least that ledger time can be now. */
  long earliest(long clockMs) {
    return Math.max(lastTimeMs, clockMs);
  }

  /** Ledger time: not before that of any batch that is committed, of whichever replica. */
  long now(long earliest) throws SQLException {
    long[] latest = {earliest};
    sql().each("SELECT max(time) FROM writers", r -> latest[0] = Math.max(latest[0], r.getLong(1)));
    return latest[0];
  }

  /** Digest of the policy that this replica's row names, "" = none, when {@link #begin} locked it. */
  String plan() {
    return plan;
  }

  /** Where this epoch's chain ends, as the row said when {@link #begin} locked it. */
  Place head() {
    return head;
  }

  /** Numbers the batch, last of all that it writes. @param end where the chain ends with it */
  void write(long batch, long nowMs, Place end) throws SQLException {
    sql().run("UPDATE writers SET batch = ?, time = ?, number = ?, hash = ? WHERE id = ?", batch, nowMs, end.number(), end.hash().bytes(), replica);
  }

  /**
   * @return whether it is committed, for certain
   * @throws LedgerUnavailable if that cannot be known now
   */
  boolean commit(long batch, long nowMs) {
    boolean committed;
    try {
      Objects.requireNonNull(connection).commit();
      committed = true;
    } catch (SQLException e) {
      LOG.warn("the answer to a COMMIT was lost, or it failed ({}): the writer's row decides", e.getMessage());
      drop();
      committed = arrived(batch, e);
    }
    if (committed) {
      lastBatch = batch;
      lastTimeMs = nowMs;
    }
    return committed;
  }

  private boolean arrived(long batch, SQLException cause) {
    long until = sessions.nanos() + PATIENCE_NANOS;
    while (true) {
      try {
        look();
        // locked: the transaction that was cut off is over then, one way or the other
        long last = locked(sql()).batch;
        rollback(null);
        return last >= batch;
      } catch (SQLException e) {
        drop();
        if (sessions.nanos() - until > 0) {
          cause.addSuppressed(e);
          throw new LedgerUnavailable("it is not known whether the ledger's database has committed: " + e.getMessage(), cause);
        }
        sessions.pause(PAUSE_NANOS);
      }
    }
  }

  /** @param cause why, null = nothing failed */
  void rollback(@Nullable Exception cause) {
    if (connection == null) {
      return;
    }
    if (cause instanceof SQLException e && Trouble.of(e) == Trouble.BROKEN) {
      drop();
      return;
    }
    try {
      connection.rollback();
    } catch (SQLException e) {
      drop();
    }
  }

  /** Rows that stand for others, made once and for all: whether this arrived is seen when they are locked. */
  void makeAnchors(Collection<String> names) throws SQLException {
    begin();
    sql().run("INSERT INTO anchors (name) SELECT unnest(?::text[]) ORDER BY 1 ON CONFLICT DO NOTHING", Sql.Column.text(names));
    Objects.requireNonNull(connection).commit();
  }

  /** Holds of this replica that are active. */
  List<Hold> ownHolds(Sql sql, StoredJson json) throws SQLException {
    List<Hold> holds = new ArrayList<>();
    sql.each("SELECT body FROM holds WHERE state = 'ACTIVE' AND writer = ?", r -> holds.add(json.read(r.getString(1), Hold.class)), replica);
    return holds;
  }

  private void drop() {
    Connection broken = connection;
    connection = null;
    if (broken != null) {
      try {
        broken.close();
      } catch (SQLException e) {
        LOG.debug("closing a broken session", e);
      }
    }
  }

  @Override
  public void close() {
    drop();
  }
}
