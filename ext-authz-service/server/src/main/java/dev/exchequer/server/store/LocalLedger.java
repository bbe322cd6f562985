package dev.exchequer.server.store;

import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.Decision;
import dev.exchequer.ledger.LedgerState;
import dev.exchequer.ledger.Result;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole state in memory over a store that nobody else writes. What cannot be committed is answered with {@link LedgerLane.LedgerUnavailable} and the state is
 * read again from the store, so that memory never says more than the disk.
 */
final class LocalLedger implements BatchLedger {
  private static final Logger LOG = LoggerFactory.getLogger(LocalLedger.class);

  private final LedgerStore store;
  private final Clock clock;
  private final Decider decider;
  private @Nullable LedgerState state;
  private long lastTimeMs;

  LocalLedger(LedgerStore store, Clock clock, Decider decider) {
    this.store = store;
    this.clock = clock;
    this.decider = decider;
    this.state = store.load(clock.millis());
    this.lastTimeMs = store.lastTimeMs();
  }

  @Override
  public List<Answer> decide(List<Command> commands) {
    try {
      return decided(commands);
    } catch (RuntimeException e) {
      LOG.error("the ledger failed; it is read again from its store", e);
      state = null;
      Answer failed = Answer.failed(e instanceof LedgerLane.LedgerUnavailable known ? known : new LedgerLane.LedgerUnavailable("the ledger failed", e));
      return commands.stream().map(command -> failed).toList();
    }
  }

  private List<Answer> decided(List<Command> commands) {
    LedgerState current = current();
    long now = Math.max(lastTimeMs, clock.millis());
    List<Change> changes = new ArrayList<>(commands.size() * 6);
    List<Answer> answers = new ArrayList<>(commands.size());
    for (int i = 0; i < commands.size(); i++) {
      Result result;
      try {
        Decision decision = decider.apply(current, commands.get(i), now);
        changes.addAll(decision.changes());
        result = decision.result();
      } catch (RuntimeException bug) {
        LOG.error("a command that cannot be decided: {}", commands.get(i).getClass().getSimpleName(), bug);
        state = null;
        return without(commands, i, bug);
      }
      answers.add(Answer.given(result));
    }
    if (!changes.isEmpty()) {
      store.commit(changes, now);
      current.stored();
    }
    lastTimeMs = now;
    return answers;
  }

  /** One that cannot be decided is a bug: nothing was committed, and the others are decided again without it. */
  private List<Answer> without(List<Command> commands, int poison, RuntimeException bug) {
    List<Command> others = new ArrayList<>(commands);
    others.remove(poison);
    List<Answer> answers = new ArrayList<>(others.isEmpty() ? List.of() : decide(others));
    answers.add(poison, Answer.failed(bug));
    return answers;
  }

  @Override
  public <T> T ask(LedgerLane.Question<T> question) {
    return question.of(current(), Math.max(lastTimeMs, clock.millis()));
  }

  @Override
  public void forget() {
    state = null;
  }

  LedgerState current() {
    LedgerState known = state;
    if (known == null) {
      known = store.load(clock.millis());
      state = known;
    }
    return known;
  }
}
