package dev.exchequer.server.store.postgres;

import dev.exchequer.ledger.LedgerState;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.store.Decider;
import dev.exchequer.server.store.GroupCommitLane;
import dev.exchequer.server.store.LedgerHistory;
import dev.exchequer.server.store.LedgerHome;
import dev.exchequer.server.store.LedgerLane;
import dev.exchequer.server.store.LedgerPicture;
import dev.exchequer.server.store.LedgerReads;
import dev.exchequer.server.store.prune.Pruner;
import dev.exchequer.server.store.prune.SqlPruner;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One replica of a ledger that several share in a PostgreSQL database. */
public final class PostgresHome implements LedgerHome {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresHome.class);

  private final WriterSession session;
  private final PolicyShelf policies;
  private final SharedLane lane;
  private final LedgerState loaded;
  private final ReadSessions readers;
  private final PostgresReads reads;
  private final PostgresHistory history;
  private final PostgresPicture pictures;
  private final PostgresPruning pruning;
  private final Pruner pruner;

  private PostgresHome(Taken taken, SharedLane lane, Sessions reading, Sessions pruning, Clock clock) {
    this.session = taken.session();
    this.policies = taken.policies();
    this.loaded = taken.loaded();
    this.lane = lane;
    this.readers = new ReadSessions(reading);
    this.reads = new PostgresReads(readers);
    this.history = new PostgresHistory(readers, session.replica());
    this.pictures = new PostgresPicture(readers);
    this.pruning = new PostgresPruning(readers, pruning);
    this.pruner = new SqlPruner(this.pruning, clock, PostgresPruning.RECEIPTS);
    LOG.info("the ledger is shared: this is {}, epoch {}", session.replica(), session.epoch());
  }

  /**
   * Makes or updates the tables and takes over the replica's name.
   *
   * @param decode reads a policy from its canonical bytes
   * @throws IllegalStateException with what to do, if the database cannot be reached, is newer than this program or may not keep a ledger
   */
  public static PostgresHome open(PostgresSettings settings, Function<byte[], Policy> decode, Clock clock, GroupCommitLane.Observer observer) {
    return open(settings, decode, clock, observer, Sessions.of(settings, "writer"));
  }

  /** @param writing what the lane writes by */
  static PostgresHome open(PostgresSettings settings, Function<byte[], Policy> decode, Clock clock, GroupCommitLane.Observer observer, Sessions writing) {
    Sessions reading = Sessions.of(settings, "reader");
    fit(settings, writing);
    Schema.migrate(settings);
    Taken taken = Taken.over(writing, settings.replica(), decode, clock, Decider.CORE, observer::stored);
    try {
      return new PostgresHome(taken, new SharedLane(taken.ledger(), observer), reading, Sessions.of(settings, "pruner"), clock);
    } catch (RuntimeException e) {
      taken.ledger().close();
      throw e;
    }
  }

  /**
   * The id of the ledger that is in a database; empty if there is none yet. Changes nothing.
   *
   * @throws IllegalStateException with what to do, if the database cannot be reached or may not keep a ledger
   */
  public static Optional<String> ledgerIn(PostgresSettings settings) {
    try (var connection = Sessions.of(settings, "reader").open()) {
      Fitness.check(connection);
      Sql sql = new Sql(connection);
      List<String> found = new ArrayList<>(1);
      boolean[] there = {false};
      sql.each("SELECT to_regclass('ledger') IS NOT NULL", r -> there[0] = r.getBoolean(1));
      if (there[0]) {
        sql.each("SELECT id FROM ledger", r -> found.add(r.getString(1)));
      }
      return found.stream().findFirst();
    } catch (SQLException e) {
      throw unusable(settings, e);
    }
  }

  /** Before anything is changed in it. */
  private static void fit(PostgresSettings settings, Sessions sessions) {
    try (var connection = sessions.open()) {
      Fitness.check(connection);
      Pooler.check(connection, sessions);
    } catch (SQLException e) {
      throw unusable(settings, e);
    }
  }

  private static IllegalStateException unusable(PostgresSettings settings, SQLException e) {
    return new IllegalStateException("the ledger's database " + settings.place() + " cannot be used: " + e.getMessage(), e);
  }

  @Override
  public LedgerLane lane() {
    return lane;
  }

  @Override
  public LedgerState loaded() {
    return loaded;
  }

  @Override
  public LedgerReads reads() {
    return reads;
  }

  @Override
  public LedgerHistory history() {
    return history;
  }

  @Override
  public LedgerPicture.Source pictures() {
    return pictures;
  }

  SqlPruner.Door pruning() {
    return pruning;
  }

  @Override
  public Pruner pruner() {
    return pruner;
  }

  @Override
  public void remember(String digest, byte[] policy) {
    policies.remember(digest, policy);
  }

  @Override
  public Optional<String> ended() {
    return session.ended();
  }

  @Override
  public List<String> warnings() {
    return session.lost().stream().toList();
  }

  @Override
  public void close() {
    readers.close();
    lane.close();
  }
}
