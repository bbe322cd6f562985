package dev.exchequer.ledger;

import dev.exchequer.budget.Bucket;
import dev.exchequer.policy.Budget;
import java.util.HashSet;
import java.util.Set;

/** Which task labels of a budget are open. Idle closes a label and frees its place, never its spending. */
final class OpenLabels {
  private final LedgerState state;
  private final Budget budget;
  private final long now;

  OpenLabels(LedgerState state, Budget budget, long now) {
    this.state = state;
    this.budget = budget;
    this.now = now;
  }

  /** Whether it takes holds as it is, without taking another place. */
  boolean open(String label) {
    Envelope said = state.envelope(budget.name(), label).orElse(null);
    if (said != null && (said.closed() || said.expiresAtMs() != 0)) {
      return said.openAt(now, budget.idleExpiryMs());
    }
    if (said == null && budget.openByApi()) {
      return false;
    }
    return said != null && said.openAt(now, budget.idleExpiryMs()) || used(label);
  }

  /** Whether a new hold of this label is refused whatever it costs. */
  boolean refused(String label) {
    Envelope said = state.envelope(budget.name(), label).orElse(null);
    boolean ended = said != null && (said.closed() || (said.expiresAtMs() != 0 && now >= said.expiresAtMs()));
    return ended || (budget.openByApi() && !open(label));
  }

  /** Whether it has a place, also while a closed one still holds. */
  boolean counts(String label) {
    return open(label) || holds(label);
  }

  int count() {
    Set<String> holding = new HashSet<>();
    Set<String> labels = new HashSet<>();
    for (Bucket bucket : state.bucketsOf(budget.name()).values()) {
      if (bucket.held() > 0) {
        holding.add(bucket.key().value());
      }
      if (!budget.openByApi() && isRecent(bucket)) {
        labels.add(bucket.key().value());
      }
    }
    for (Envelope said : state.envelopesOf(budget.name())) {
      boolean open = said.openAt(now, budget.idleExpiryMs());
      if (open) {
        labels.add(said.task());
      } else if (said.closed() || said.expiresAtMs() != 0) {
        labels.remove(said.task());
      } else if (recent(said.task())) {
        labels.add(said.task());
      }
    }
    labels.addAll(holding);
    return labels.size();
  }

  private boolean holds(String label) {
    return state.bucketsOf(budget.name()).values().stream().anyMatch(bucket -> bucket.key().value().equals(label) && bucket.held() > 0);
  }

  private boolean used(String label) {
    return holds(label) || recent(label);
  }

  private boolean recent(String label) {
    return state.bucketsOf(budget.name()).values().stream().anyMatch(bucket -> bucket.key().value().equals(label) && isRecent(bucket));
  }

  private boolean isRecent(Bucket bucket) {
    return bucket.lastUsedMs() > now - budget.idleExpiryMs();
  }
}
