package dev.exchequer.server.store.postgres;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.Command.JournalPosition;
import dev.exchequer.ledger.Hold;
import dev.exchequer.ledger.LedgerState;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.store.Decider;
import dev.exchequer.server.store.LedgerLane;
import dev.exchequer.server.store.StoredJson;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A replica's name, taken over: from here on nobody else writes under it.
 *
 * @param loaded what the process before this one left
 */
record Taken(WriterSession session, PolicyShelf policies, LedgerState loaded, SharedLedger ledger) {

  /**
   * @param decode reads a policy from its canonical bytes
   * @param stored sees each change after its commit, in order
   * @throws IllegalStateException with what to do, if the database cannot be reached or may not keep a ledger
   */
  static Taken over(Sessions sessions, String replica, Function<byte[], Policy> decode, Clock clock, Decider decider, Consumer<Change> stored) {
    PolicyShelf policies = new PolicyShelf(decode);
    WriterSession session = WriterSession.takeOver(sessions, replica);
    try {
      long now = startedAt(session, clock);
      LedgerState loaded = load(session, decode, policies, now);
      SharedLedger ledger = new SharedLedger(session, clock, decider, policies, now, loaded.policy().map(Policy::digest).orElse(""), stored);
      return new Taken(session, policies, loaded, ledger);
    } catch (RuntimeException e) {
      session.close();
      throw e;
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
    LedgerState state = new LedgerState(nowMs, Taken::nothingElse);
    try {
      session.look();
      Sql sql = session.sql();
      List<Hold> holds = session.ownHolds(sql, json);
      // the one that decided last here, else anywhere, comes last
      sql.each(
          "SELECT canonical, activated FROM policies ORDER BY (digest = (SELECT plan FROM writers WHERE id = ?)) IS TRUE, activated",
          r -> {
            byte[] canonical = r.getBytes(1);
            Policy policy = decode.apply(canonical);
            policies.put(policy);
            policies.remember(policy.digest(), canonical);
            policies.stored(policy.digest());
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
}
