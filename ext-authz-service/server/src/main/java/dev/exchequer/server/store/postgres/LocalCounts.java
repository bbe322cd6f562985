package dev.exchequer.server.store.postgres;

import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.Hold;
import dev.exchequer.ledger.LedgerState;
import dev.exchequer.ledger.Refusals;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * What is counted for each replica alone: its attempts at each provider, and of each API key the admissions of the last minute and the receipts of refusals in
 * the running second. Moved only by what is committed.
 */
final class LocalCounts {
  private static final long MINUTE_MS = 60_000;

  private final Map<HoldId, ObjectName> active = new HashMap<>();
  private final Map<ObjectName, Integer> attempts = new HashMap<>();
  private final Map<ObjectName, Deque<Long>> admissions = new HashMap<>();
  private final Refusals refusals = new Refusals();

  /** Takes the active holds of this replica as they are stored: those that another one ended are not among them any more. */
  void restart(Collection<Hold> holds) {
    active.clear();
    attempts.clear();
    holds.forEach(this::put);
  }

  void committed(Collection<Change> changes) {
    for (Change change : changes) {
      switch (change) {
        case Change.HoldChanged c -> put(c.hold());
        case Change.AdmissionCounted c -> admissions.computeIfAbsent(c.apiKey(), key -> new ArrayDeque<>()).addLast(c.atMs());
        case Change.ReceiptWritten c -> refusals.apply(c);
        default -> {}
      }
    }
  }

  private void put(Hold hold) {
    ObjectName provider = hold.subject().provider();
    if (hold.active()) {
      if (active.put(hold.id(), provider) == null) {
        attempts.merge(provider, 1, Integer::sum);
      }
    } else if (active.remove(hold.id()) != null) {
      attempts.merge(provider, -1, Integer::sum);
    }
  }

  Map<ObjectName, Integer> attempts() {
    return attempts;
  }

  Refusals refusals() {
    return refusals;
  }

  /** Tells a state of these keys' admissions. */
  void admissions(LedgerState state, Collection<ObjectName> keys, long nowMs) {
    for (ObjectName key : keys) {
      Deque<Long> times = admissions.get(key);
      if (times == null) {
        continue;
      }
      while (!times.isEmpty() && times.getFirst() <= nowMs - MINUTE_MS) {
        times.removeFirst();
      }
      if (times.isEmpty()) {
        admissions.remove(key);
      } else {
        times.forEach(at -> state.apply(new Change.AdmissionCounted(key, at)));
      }
    }
  }
}
