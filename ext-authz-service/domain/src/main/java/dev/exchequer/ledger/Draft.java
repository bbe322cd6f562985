package dev.exchequer.ledger;

import dev.exchequer.budget.Bucket;
import dev.exchequer.budget.BucketKey;
import dev.exchequer.identity.ObjectName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The changes of one command while it is decided; each is at once visible to what the command looks at next. */
class Draft {
  private final LedgerState state;
  private final long now;
  private final Map<ObjectName, Long> postedBefore = new HashMap<>();
  private final Map<BucketKey, Bucket> bucketsBefore = new LinkedHashMap<>();
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
    switch (change) {
      case Change.EntryPosted c -> postedBefore.putIfAbsent(c.entry().balance(), c.entry().before());
      case Change.BucketChanged c -> bucketsBefore.computeIfAbsent(c.bucket().key(), key -> state.bucket(key).orElseGet(() -> new Bucket(key, 0, 0, 0, 0)));
      default -> {}
    }
    state.apply(change);
    changes.add(change);
  }

  /** What balances had posted before this command, of those that it posted to. */
  Map<ObjectName, Long> postedBefore() {
    return postedBefore;
  }

  /** Buckets that this command changed, as they were before it. */
  Map<BucketKey, Bucket> bucketsBefore() {
    return bucketsBefore;
  }

  Decision decide(Result result) {
    return new Decision(result, changes);
  }
}
