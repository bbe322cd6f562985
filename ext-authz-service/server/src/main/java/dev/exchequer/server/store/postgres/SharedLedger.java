package dev.exchequer.server.store.postgres;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.Decision;
import dev.exchequer.ledger.LedgerCore;
import dev.exchequer.ledger.LedgerState;
import dev.exchequer.selection.RequestFacts;
import dev.exchequer.server.store.BatchLedger;
import dev.exchequer.server.store.Decider;
import dev.exchequer.server.store.LedgerLane;
import dev.exchequer.server.store.LedgerLane.LedgerUnavailable;
import dev.exchequer.server.store.StoredJson;
import dev.exchequer.server.store.chain.ChainWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides batches on the rows of a database that replicas share: one transaction for each, in which the rows are locked, a small state is made of them, the core
 * decides on it, and its changes are written. docs/design/postgres.md argues the order of the steps.
 */
final class SharedLedger implements BatchLedger, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SharedLedger.class);
  private static final int ATTEMPTS = 5;
  /** A row that another replica made meanwhile is there when the batch is decided again; who conflicts more often asks for something twice. */
  private static final int CONFLICTS = 3;
  private static final long MINUTE_MS = 60_000;

  private final WriterSession session;
  private final Clock clock;
  private final Decider decider;
  private final PolicyShelf policies;
  private final StoredJson json = new StoredJson();
  private final LocalCounts local = new LocalCounts();
  private final long startedAtMs;
  private final Consumer<Change> stored;
  private long countedAtMs;
  /** Digest of the policy that decides new requests here; "" = none yet. */
  private String current;
  /** As {@link LedgerState#recurringDueMs}, of that policy. */
  private long recurringDueMs;

  /**
   * @param startedAtMs ledger time at which this replica took over its name
   * @param current digest of the policy that decides new requests at this replica; "" = none yet
   * @param stored sees each change after its commit, in order
   */
  SharedLedger(WriterSession session, Clock clock, Decider decider, PolicyShelf policies, long startedAtMs, String current, Consumer<Change> stored) {
    this.session = session;
    this.clock = clock;
    this.decider = decider;
    this.policies = policies;
    this.startedAtMs = startedAtMs;
    this.current = current;
    this.stored = stored;
    forget();
  }

  @Override
  public List<Answer> decide(List<Command> commands) {
    try {
      return decided(commands);
    } catch (Undecidable poison) {
      LOG.error("a command that cannot be decided: {}", commands.get(poison.index).getClass().getSimpleName(), poison.getCause());
      return around(commands, poison.index, poison.bug);
    } catch (Refused refused) {
      if (commands.size() == 1) {
        LOG.error("the database refuses a {}", commands.getFirst().getClass().getSimpleName(), refused.getCause());
        return List.of(Answer.failed(new LedgerUnavailable("the ledger cannot commit: " + refused.getMessage(), refused)));
      }
      // one of them asks for what the tables refuse: it is to fail alone
      int half = commands.size() / 2;
      List<Answer> answers = new ArrayList<>(decide(commands.subList(0, half)));
      answers.addAll(decide(commands.subList(half, commands.size())));
      return answers;
    } catch (LedgerUnavailable e) {
      forget();
      return commands.stream().map(command -> Answer.failed(e)).toList();
    }
  }

  private List<Answer> around(List<Command> commands, int poison, RuntimeException bug) {
    List<Command> others = new ArrayList<>(commands);
    others.remove(poison);
    List<Answer> answers = new ArrayList<>(others.isEmpty() ? List.of() : decide(others));
    answers.add(poison, Answer.failed(bug));
    return answers;
  }

  private List<Answer> decided(List<Command> commands) {
    boolean fresh = false;
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        Tick tick = tick(commands);
        if (session.commit(tick.batch, tick.nowMs)) {
          policiesStored(commands);
          recurringDueMs = tick.recurringDueMs;
          local.committed(tick.changes);
          tell(tick.changes);
          return tick.answers;
        }
        LOG.warn("a batch was not committed; it is decided again");
      } catch (SQLException e) {
        session.rollback(e);
        Trouble trouble = Trouble.of(e);
        if (trouble == Trouble.REFUSED || trouble == Trouble.CONFLICT && attempt >= CONFLICTS) {
          throw new Refused(e);
        }
        // a session that broke is replaced once: the server may only have been restarted
        if (trouble == Trouble.UNAVAILABLE || trouble == Trouble.BROKEN && fresh) {
          throw new LedgerUnavailable("the ledger cannot commit: " + e.getMessage(), e);
        }
        fresh = trouble == Trouble.BROKEN;
        LOG.info("a batch is decided again: {}", e.getMessage());
      } catch (Undecidable | LedgerUnavailable e) {
        session.rollback(e);
        throw e;
      } catch (RuntimeException bug) {
        session.rollback(bug);
        throw new Refused(bug);
      }
    }
    throw new LedgerUnavailable("the ledger could not commit in " + ATTEMPTS + " attempts");
  }

  /** A batch that is written and not committed yet. */
  private record Tick(long batch, long nowMs, long recurringDueMs, List<Change> changes, List<Answer> answers) {}

  private Tick tick(List<Command> commands) throws SQLException {
    try {
      return written(commands);
    } catch (RowLocks.MissingAnchors missing) {
      session.rollback(null);
      session.makeAnchors(missing.names());
      return written(commands);
    }
  }

  private Tick written(List<Command> commands) throws SQLException {
    long batch = session.begin() + 1;
    Sql sql = session.sql();
    long earliest = session.earliest(clock.millis());
    Footprint wanted = Footprint.of(commands);
    wanted.activated.forEach(policies::put);
    wanted.activated.forEach(policy -> wanted.recurring(policy, earliest, RowLocks.LATER_MS));
    wanted.activated.forEach(wanted::labels);
    policies.get(current).ifPresent(wanted::labels);
    boolean recurring = earliest >= recurringDueMs;
    if (recurring) {
      policies.get(current).ifPresent(policy -> wanted.recurring(policy, earliest, RowLocks.LATER_MS));
    }
    if (wanted.sweeps && earliest - MINUTE_MS >= countedAtMs) {
      session.recheck();
      local.restart(session.ownHolds(sql, json));
      countedAtMs = earliest;
      wanted.tidies = true;
    }
    RowLocks locks = new RowLocks(sql, json, policies, session.replica(), true);
    locks.take(wanted, earliest, earliest >= startedAtMs + LedgerCore.LEASE_MS);
    // after the locks: whoever wrote these rows before has committed, and its time is seen
    long now = session.now(earliest);
    LedgerState state = locks.rows.state(wanted, locks.reach, policies, current, local, startedAtMs, now);
    if (!recurring) {
      state.recurringDue(recurringDueMs > now ? recurringDueMs : now + 1); // the next batch locks what it takes
    }
    List<Change> changes = new ArrayList<>(commands.size() * 6);
    List<Answer> answers = new ArrayList<>(commands.size());
    for (int i = 0; i < commands.size(); i++) {
      try {
        Decision decision = decider.apply(state, commands.get(i), now);
        changes.addAll(decision.changes());
        answers.add(Answer.given(decision.result()));
      } catch (RuntimeException bug) {
        throw new Undecidable(i, bug);
      }
    }
    ChainWriter chain = new ChainWriter(session.head());
    ChangedRows changed = ChangedRows.of(changes, session.replica(), chain);
    new BatchWriter(sql, json, session.replica()).write(changed, locks.rows);
    PolicyRows named = new PolicyRows(sql, policies, session.replica());
    named.named(changed.holds.values(), session.plan(), current, now);
    named.activated(changed.activated);
    session.write(batch, now, chain.head());
    if (wanted.tidies) {
      named.drop(now);
    }
    return new Tick(batch, now, !recurring && wanted.activated.isEmpty() ? recurringDueMs : state.recurringDueMs(), changes, answers);
  }

  /** It is committed, whatever happens to who listens: nothing of it is decided again. */
  private void tell(List<Change> changes) {
    try {
      changes.forEach(stored);
    } catch (RuntimeException bug) {
      LOG.error("what was committed could not be told", bug);
    }
  }

  private void policiesStored(List<Command> commands) {
    for (Command command : commands) {
      if (command instanceof Command.Activate activate) {
        policies.stored(activate.policy().digest());
        current = activate.policy().digest();
      }
    }
  }

  @Override
  public <T> T ask(LedgerLane.Question<T> question) {
    Footprint wanted = new Footprint();
    RequestFacts facts = question.about();
    ObjectName balance = question.balance();
    if (facts != null) {
      wanted.admissions.add(facts);
    } else if (balance != null) {
      wanted.granted.add(balance);
    } else {
      throw new LedgerUnavailable("this ledger answers questions about a request or a balance only");
    }
    try {
      session.look();
      long earliest = session.earliest(clock.millis());
      boolean recurring = facts != null && earliest >= recurringDueMs;
      if (recurring) {
        policies.get(current).ifPresent(policy -> wanted.recurring(policy, earliest, RowLocks.LATER_MS));
      }
      RowLocks looks = new RowLocks(session.sql(), json, policies, session.replica(), false);
      looks.take(wanted, earliest, false);
      long now = session.now(earliest);
      LedgerState state = looks.rows.state(wanted, looks.reach, policies, current, local, startedAtMs, now);
      if (!recurring) {
        state.recurringDue(recurringDueMs > now ? recurringDueMs : now + 1);
      }
      return question.of(state, now);
    } catch (SQLException e) {
      throw new LedgerUnavailable("the ledger cannot be read: " + e.getMessage(), e);
    } finally {
      session.rollback(null);
    }
  }

  /** Attempts are counted anew from what is stored. */
  @Override
  public void forget() {
    countedAtMs = 0;
  }

  @Override
  public void close() {
    session.close();
  }

  /** A bug: this command of the batch cannot be decided. */
  private static final class Undecidable extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int index;
    private final RuntimeException bug;

    Undecidable(int index, RuntimeException bug) {
      super(bug);
      this.index = index;
      this.bug = bug;
    }
  }

  private static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refused(Exception cause) {
      super(cause.getMessage(), cause);
    }
  }
}
