package dev.exchequer.server.store.postgres;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.Command.JournalPosition;
import dev.exchequer.ledger.Hold;
import dev.exchequer.ledger.LedgerState;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.store.GroupCommitLane;
import dev.exchequer.server.store.LedgerHistory;
import dev.exchequer.server.store.LedgerHome;
import dev.exchequer.server.store.LedgerLane;
import dev.exchequer.server.store.LedgerPicture;
import dev.exchequer.server.store.LedgerReads;
import dev.exchequer.server.store.StoredJson;
import java.sql.SQLException;
import java.time.Clock;
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

  private PostgresHome(PolicyShelf policies, WriterSession session, LedgerState loaded, SharedLane lane, Sessions reading) {
    this.session = session;
    this.policies = policies;
    this.loaded = loaded;
    this.lane = lane;
    this.readers = new ReadSessions(reading);
    this.reads = new PostgresReads(readers);
    this.history = new PostgresHistory(readers);
    this.pictures = new PostgresPicture(readers);
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
    fit(settings, reading);
    Schema.migrate(settings);
    PolicyShelf policies = new PolicyShelf(decode);
    WriterSession session = WriterSession.takeOver(writing, settings.replica());
    try {
      long now = startedAt(session, clock);
      LedgerState loaded = load(session, decode, policies, now);
      SharedLane lane = new SharedLane(new SharedLedger(session, clock, policies, now, loaded.policy().map(Policy::digest).orElse(""), observer::stored), observer);
      return new PostgresHome(policies, session, loaded, lane, reading);
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  /** Before anything is changed in it. */
  private static void fit(PostgresSettings settings, Sessions sessions) {
    try (var connection = sessions.open()) {
      Fitness.check(connection);
    } catch (SQLException e) {
      throw new IllegalStateException("the ledger's database " + settings.place() + " cannot be used: " + e.getMessage(), e);
    }
  }

  /** Ledger time, as every other replica has written it: a clock that is ahead of ours must not end our leases before the journal is read. */
  private static long startedAt(WriterSession session, Clock clock) {
    try {
      return session.now(session.earliest(clock.millis()));
    } catch (SQLException e) {
      throw new IllegalStateException("the ledger cannot be read: " + e.getMessage(), e);
    } finally {
      session.rollback(null);
    }
  }

  private static LedgerState load(WriterSession session, Function<byte[], Policy> decode, PolicyShelf policies, long nowMs) {
    StoredJson json = new StoredJson();
    LedgerState state = new LedgerState(nowMs, PostgresHome::nothingElse);
    try {
      session.look();
      Sql sql = session.sql();
      List<Hold> holds = session.ownHolds(sql, json);
      // the one that decided last here, else anywhere, comes last
      sql.each(
          "SELECT canonical, activated FROM policies ORDER BY (digest = (SELECT plan FROM writers WHERE id = ?)) IS TRUE, activated",
          r -> {
            Policy policy = decode.apply(r.getBytes(1));
            policies.put(policy);
            state.apply(new Change.PolicyActivated(policy, r.getLong(2)));
          },
          session.replica());
      holds.forEach(hold -> state.apply(new Change.HoldChanged(hold)));
      sql.each(
          "SELECT file, inode, generation, position FROM journal WHERE writer = ?",
          r -> state.apply(new Change.JournalRead(new JournalPosition(r.getString(1), r.getLong(2), r.getLong(3), r.getLong(4)))),
          session.replica());
      return state;
    } catch (SQLException e) {
      throw new LedgerLane.LedgerUnavailable("the ledger cannot be read: " + e.getMessage(), e);
    } finally {
      session.rollback(null);
    }
  }

  private static Optional<Hold> nothingElse(HoldId id) {
    return Optional.empty();
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

  @Override
  public void remember(String digest, byte[] policy) {
    policies.remember(digest, policy);
  }

  @Override
  public Optional<String> ended() {
    return session.ended();
  }

  @Override
  public void close() {
    readers.close();
    lane.close();
  }
}
