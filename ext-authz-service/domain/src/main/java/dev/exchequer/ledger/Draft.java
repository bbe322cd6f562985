package dev.exchequer.ledger;

import java.util.ArrayList;
import java.util.List;

/** The changes of one command while it is decided; each is at once visible to what the command looks at next. */
final class Draft {
  private final LedgerState state;
  private final long now;
  private final List<Change> changes = new ArrayList<>();

  Draft(LedgerState state, long now) {
    this.state = state;
    this.now = now;
  }

  LedgerState state() {
    return state;
  }

  /** Ledger time, milliseconds since the epoch. */
  long now() {
    return now;
  }

  void put(Change change) {
    state.apply(change);
    changes.add(change);
  }

  Decision decide(Result result) {
    return new Decision(result, changes);
  }
}
