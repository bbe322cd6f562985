package dev.exchequer.server.store.prune;

import dev.exchequer.ledger.RunningRequest;
import dev.exchequer.server.store.LedgerLane.LedgerUnavailable;
import dev.exchequer.server.store.SqlHistory.Question;
import dev.exchequer.server.store.StoredJson;
import dev.exchequer.server.store.chain.ChainWriter;
import dev.exchequer.server.store.chain.Hash;
import dev.exchequer.server.store.chain.PruningSum;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Pruning by the SQL that the stores have in common: rows are read and shortened beside the lane, and written in batches that are short. */
public final class SqlPruner implements Pruner {
  /** Rows of the index that are looked at in one question: also those that have no details any more. */
  static final int LOOKED_AT = 400;

  /** Receipts of one transaction. */
  static final int BATCH = 100;

  /** How long before that it is looked again: clocks may differ. */
  private static final long AGAIN_MS = 7L * 24 * 60 * 60 * 1000;

  private static final String COLUMNS = "id, actor, begun, before, state, ended, receipts, last_time, last_receipt, hash";

  private static final StoredJson JSON = new StoredJson();

  /** How a store is read and written by who prunes it. */
  public interface Door {
    /** Reads what one commit left. */
    <T> T read(Question<T> question);

    /** @throws Busy if somebody else has it */
    Session open() throws SQLException;

    /** SELECT of ledger time. */
    String time();

    /** What else is set of a receipt that became shorter, as `, column = value`, so that the room it had is of use; "" = nothing has to be. */
    String moved();
  }

  /** Nobody else prunes while it is open. */
  public interface Session extends AutoCloseable {
    /** In one transaction; committed when it returns, and nothing of it is left when it throws. */
    <T> T write(Question<T> question) throws SQLException;

    /** A while in which others have the store for themselves, after so long in which they had not. */
    void rest(long workedNanos);

    @Override
    void close();
  }

  private final Door door;
  private final Clock clock;
  private final String receiptsByTime;
  private final int batch;

  /** @param receiptsByTime the table receipts in a FROM clause, read in the order of time and id */
  public SqlPruner(Door door, Clock clock, String receiptsByTime) {
    this(door, clock, receiptsByTime, BATCH);
  }

  /** @param batch receipts of one transaction */
  public SqlPruner(Door door, Clock clock, String receiptsByTime, int batch) {
    this.door = door;
    this.clock = clock;
    this.receiptsByTime = receiptsByTime;
    this.batch = batch;
  }

  private static LedgerUnavailable unavailable(SQLException e) {
    return new LedgerUnavailable("the ledger cannot be pruned: " + e.getMessage(), e);
  }

  @Override
  public long latestLimit() {
    return door.read(this::latestLimit);
  }

  private long latestLimit(Connection connection) throws SQLException {
    return Math.min(clock.millis(), number(connection, door.time())) - SHORTEST_MS;
  }

  @Override
  public Preview preview(long beforeMs) {
    String sql = "SELECT count(*), min(time), max(time) FROM " + receiptsByTime + " WHERE time >= ? AND time < ? AND digest IS NULL";
    return door.read(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setLong(1, from(connection));
            s.setLong(2, beforeMs);
            try (ResultSet r = s.executeQuery()) {
              r.next();
              return new Preview(beforeMs, r.getLong(1), orNull(r, 2), orNull(r, 3));
            }
          }
        });
  }

  @Override
  public List<Pruning> prunings(int limit) {
    return door.read(connection -> prunings(connection, "ORDER BY id DESC LIMIT " + limit));
  }

  @Override
  public Optional<Run> begin(String actor, long beforeMs) {
    Session session = null;
    try {
      session = door.open();
      Optional<Run> run = begun(session, actor, beforeMs);
      if (run.isPresent()) {
        session = null; // the run's
      }
      return run;
    } catch (SQLException e) {
      throw unavailable(e);
    } finally {
      if (session != null) {
        session.close();
      }
    }
  }

  private Optional<Run> begun(Session session, String actor, long beforeMs) throws SQLException {
    long latest = latestLimit();
    if (beforeMs > latest) {
      throw new IllegalArgumentException("details are kept for a day at least: the limit can be " + java.time.Instant.ofEpochMilli(latest) + " at the latest");
    }
    long now = clock.millis();
    session.write(connection -> brokenOff(connection, now));
    long nextFrom = Math.min(beforeMs, door.read(SqlPruner::oldestRunning)); // before anything is looked at: what ends meanwhile is found by this one or by the next
    Place start = door.read(connection -> new Place(from(connection), ""));
    Page first = page(start, beforeMs);
    while (first.items.isEmpty() && !first.last) {
      first = page(first.reached, beforeMs);
    }
    if (first.items.isEmpty()) {
      return Optional.empty();
    }
    Pruning pruning = session.write(connection -> recorded(connection, actor, now, beforeMs, nextFrom));
    return Optional.of(new Going(session, pruning, start));
  }

  /** Nobody else has the store, so what still says that it runs does not. */
  private static int brokenOff(Connection connection, long now) throws SQLException {
    try (PreparedStatement s = connection.prepareStatement("UPDATE prunings SET state = 'BrokenOff', ended = ? WHERE state = 'Running'")) {
      s.setLong(1, now);
      return s.executeUpdate();
    }
  }

  /** Where to look from: everything before it lost its details. A receipt is written when its request ends, so what ran as the last one began may have come before its limit. */
  private static long from(Connection connection) throws SQLException {
    return number(connection, "SELECT coalesce(next_from, 0) FROM prunings WHERE state = 'Done' ORDER BY before DESC, id DESC LIMIT 1") - AGAIN_MS;
  }

  /** When the oldest request came that runs now. */
  private static long oldestRunning(Connection connection) throws SQLException {
    long oldest = Long.MAX_VALUE;
    try (PreparedStatement s = connection.prepareStatement("SELECT body FROM requests"); ResultSet r = s.executeQuery()) {
      while (r.next()) {
        oldest = Math.min(oldest, JSON.read(r.getString(1), RunningRequest.class).facts().timeMs());
      }
    }
    return oldest;
  }

  private static Pruning recorded(Connection connection, String actor, long now, long beforeMs, long nextFrom) throws SQLException {
    List<Pruning> last = prunings(connection, "ORDER BY id DESC LIMIT 1");
    long id = last.isEmpty() ? 1 : last.getFirst().id() + 1;
    Hash start = PruningSum.start(ledger(connection), last.isEmpty() ? null : last.getFirst().hash(), id, actor, now, beforeMs);
    try (PreparedStatement s = connection.prepareStatement("INSERT INTO prunings (id, actor, begun, before, state, receipts, hash, next_from) VALUES (?, ?, ?, ?, 'Running', 0, ?, ?)")) {
      s.setLong(1, id);
      s.setString(2, actor);
      s.setLong(3, now);
      s.setLong(4, beforeMs);
      s.setBytes(5, start.bytes());
      s.setLong(6, nextFrom);
      s.executeUpdate();
    }
    return new Pruning(id, actor, now, beforeMs, Pruning.State.RUNNING, null, 0, null, null, start);
  }

  private static String ledger(Connection connection) throws SQLException {
    try (PreparedStatement s = connection.prepareStatement("SELECT id FROM ledger"); ResultSet r = s.executeQuery()) {
      r.next();
      return r.getString(1);
    }
  }

  private record Place(long timeMs, String id) {}

  private record Whole(String id, long timeMs, String body) {}

  private record Page(List<Whole> items, Place reached, boolean last) {}

  private Page page(Place after, long beforeMs) {
    String sql =
        "SELECT id, time, CASE WHEN digest IS NULL THEN body END FROM " + receiptsByTime + " WHERE (time, id) > (?, ?) AND time < ? ORDER BY time, id LIMIT " + LOOKED_AT;
    return door.read(
        connection -> {
          List<Whole> items = new ArrayList<>();
          Place reached = after;
          int rows = 0;
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setLong(1, after.timeMs);
            s.setString(2, after.id);
            s.setLong(3, beforeMs);
            try (ResultSet r = s.executeQuery()) {
              while (r.next()) {
                rows++;
                reached = new Place(r.getLong(2), r.getString(1));
                String body = r.getString(3);
                if (body != null) {
                  items.add(new Whole(reached.id, reached.timeMs, body));
                }
              }
            }
          }
          return new Page(items, reached, rows < LOOKED_AT);
        });
  }

  private final class Going implements Run {
    private final Session session;
    private final Place start;
    private Pruning pruning;

    private Going(Session session, Pruning pruning, Place start) {
      this.session = session;
      this.pruning = pruning;
      this.start = start;
    }

    @Override
    public Pruning pruning() {
      return pruning;
    }

    @Override
    public Pruning toEnd(BooleanSupplier stop) {
      try {
        Place after = start;
        boolean more = true;
        while (more) {
          Page page = page(after, pruning.beforeMs());
          for (int i = 0; i < page.items.size(); i += batch) {
            if (stop.getAsBoolean()) {
              return end(Pruning.State.BROKEN_OFF);
            }
            take(page.items.subList(i, Math.min(i + batch, page.items.size())));
          }
          after = page.reached;
          more = !page.last;
          if (more && stop.getAsBoolean()) {
            return end(Pruning.State.BROKEN_OFF);
          }
        }
        return end(Pruning.State.DONE);
      } catch (SQLException e) {
        throw unavailable(e);
      }
    }

    private void take(List<Whole> receipts) throws SQLException {
      PruningSum sum = new PruningSum(pruning.hash());
      List<Hash> digests = new ArrayList<>(receipts.size());
      List<String> shortForms = new ArrayList<>(receipts.size());
      for (Whole receipt : receipts) {
        Hash digest = ChainWriter.digest(receipt.body);
        String shortForm = ShortReceipt.of(receipt.body, digest, pruning);
        sum.add(receipt.id, digest, shortForm);
        digests.add(digest);
        shortForms.add(shortForm);
      }
      Pruning further = pruning.further(receipts.size(), receipts.getLast().timeMs, receipts.getLast().id, sum.hash());
      long[] worked = {0};
      session.write(
          connection -> {
            long begun = System.nanoTime();
            write(connection, receipts, digests, shortForms);
            record(connection, further);
            worked[0] = System.nanoTime() - begun;
            return true;
          });
      pruning = further;
      session.rest(worked[0]);
    }

    private void write(Connection connection, List<Whole> receipts, List<Hash> digests, List<String> shortForms) throws SQLException {
      try (PreparedStatement s = connection.prepareStatement("UPDATE receipts SET body = ?, digest = ?, pruning = ?" + door.moved() + " WHERE id = ? AND digest IS NULL")) {
        for (int i = 0; i < receipts.size(); i++) {
          s.setString(1, shortForms.get(i));
          s.setBytes(2, digests.get(i).bytes());
          s.setLong(3, pruning.id());
          s.setString(4, receipts.get(i).id);
          s.addBatch();
        }
        for (int changed : s.executeBatch()) {
          if (changed != 1) {
            throw new SQLException("somebody else changed a receipt that is being pruned");
          }
        }
      }
    }

    private void record(Connection connection, Pruning now) throws SQLException {
      String sql = "UPDATE prunings SET receipts = ?, last_time = ?, last_receipt = ?, hash = ?, state = ?, ended = ? WHERE id = ? AND state = 'Running' AND hash = ?";
      try (PreparedStatement s = connection.prepareStatement(sql)) {
        s.setLong(1, now.receipts());
        number(s, 2, now.lastTimeMs());
        s.setString(3, now.lastReceipt());
        s.setBytes(4, now.hash().bytes());
        s.setString(5, now.state().text());
        number(s, 6, now.endedMs());
        s.setLong(7, now.id());
        s.setBytes(8, pruning.hash().bytes());
        if (s.executeUpdate() != 1) {
          throw new SQLException("somebody else ended this pruning");
        }
      }
    }

    private Pruning end(Pruning.State state) throws SQLException {
      Pruning ended = pruning.ended(state, clock.millis());
      session.write(
          connection -> {
            record(connection, ended);
            return true;
          });
      pruning = ended;
      return ended;
    }

    @Override
    public void close() {
      session.close();
    }
  }

  private static List<Pruning> prunings(Connection connection, String which) throws SQLException {
    List<Pruning> prunings = new ArrayList<>();
    try (PreparedStatement s = connection.prepareStatement("SELECT " + COLUMNS + " FROM prunings " + which); ResultSet r = s.executeQuery()) {
      while (r.next()) {
        prunings.add(
            new Pruning(
                r.getLong(1), r.getString(2), r.getLong(3), r.getLong(4), Pruning.State.of(r.getString(5)), orNull(r, 6), r.getLong(7), orNull(r, 8), r.getString(9), Hash.of(r.getBytes(10))));
      }
    }
    return prunings;
  }

  private static void number(PreparedStatement s, int column, @Nullable Long value) throws SQLException {
    if (value == null) {
      s.setNull(column, java.sql.Types.BIGINT);
    } else {
      s.setLong(column, value);
    }
  }

  private static @Nullable Long orNull(ResultSet r, int column) throws SQLException {
    long value = r.getLong(column);
    return r.wasNull() ? null : Long.valueOf(value);
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (PreparedStatement s = connection.prepareStatement(sql); ResultSet r = s.executeQuery()) {
      return r.next() ? r.getLong(1) : 0;
    }
  }
}
