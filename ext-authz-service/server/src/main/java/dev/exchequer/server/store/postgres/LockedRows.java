package dev.exchequer.server.store.postgres;

import dev.exchequer.budget.Bucket;
import dev.exchequer.budget.BucketKey;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Account;
import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.Change.GrantRecord;
import dev.exchequer.ledger.Change.IdempotencyKey;
import dev.exchequer.ledger.Envelope;
import dev.exchequer.ledger.Hold;
import dev.exchequer.ledger.LedgerState;
import dev.exchequer.ledger.RunningRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The rows of one batch as they were when they were locked: what its state is made of, and what may be updated. */
final class LockedRows {
  final Map<String, RunningRequest> requests = new LinkedHashMap<>();
  final Map<HoldId, Hold> holds = new LinkedHashMap<>();
  final Map<ObjectName, Account> accounts = new LinkedHashMap<>();
  /** Read, but not locked: the core looks at them and does not change them. */
  final Map<ObjectName, Account> seenAccounts = new LinkedHashMap<>();
  final Map<BucketKey, Bucket> buckets = new LinkedHashMap<>();
  final List<IdempotencyKey> keys = new ArrayList<>();
  final Set<Envelope> envelopes = new LinkedHashSet<>();
  final List<GrantRecord> grants = new ArrayList<>();
  /** Requests of each locked API key that run, here or elsewhere. */
  final Map<ObjectName, Integer> running = new HashMap<>();
  final Set<String> anchors = new HashSet<>();

  /**
   * @param wanted holds that were looked for: one that is not here does not exist
   * @param current digest of the policy that decides new requests at this replica; "" = none yet
   * @param startedAtMs as in {@link LedgerState}
   */
  LedgerState state(Footprint wanted, Reach reach, PolicyShelf policies, String current, LocalCounts local, long startedAtMs, long nowMs) {
    LedgerState state = new LedgerState(startedAtMs, id -> notThere(id, wanted));
    List<String> digests = new ArrayList<>(reach.policies);
    digests.remove(current);
    digests.add(current); // the last one is the one in force
    for (String digest : digests) {
      // as if activated just now: what names a policy is known to the database, so the core must find none of them old
      policies.get(digest).ifPresent(policy -> state.apply(new Change.PolicyActivated(policy, nowMs)));
    }
    seenAccounts.values().forEach(account -> state.apply(new Change.AccountChanged(account)));
    accounts.values().forEach(account -> state.apply(new Change.AccountChanged(account)));
    buckets.values().forEach(bucket -> state.apply(new Change.BucketChanged(bucket)));
    envelopes.forEach(envelope -> state.apply(new Change.EnvelopeChanged(envelope)));
    keys.forEach(key -> state.apply(new Change.KeyTaken(key)));
    grants.forEach(grant -> state.apply(new Change.GrantRecorded(grant)));
    requests.values().forEach(request -> state.apply(new Change.RequestChanged(request)));
    holds.values().forEach(hold -> state.apply(new Change.HoldChanged(hold)));
    state.countElsewhere(requestsElsewhere(), attemptsElsewhere(local));
    local.admissions(state, reach.keys, nowMs);
    state.take(local.refusals());
    return state;
  }

  private static Optional<Hold> notThere(HoldId id, Footprint wanted) {
    if (!wanted.holds.contains(id)) {
      throw new IllegalStateException("hold " + id + " was not locked");
    }
    return Optional.empty();
  }

  private Map<ObjectName, Integer> requestsElsewhere() {
    Map<ObjectName, Integer> elsewhere = new HashMap<>(running);
    requests.values().forEach(request -> elsewhere.merge(request.facts().apiKey(), -1, Integer::sum));
    return elsewhere;
  }

  private Map<ObjectName, Integer> attemptsElsewhere(LocalCounts local) {
    Map<ObjectName, Integer> elsewhere = new HashMap<>(local.attempts());
    holds.values().stream().filter(Hold::active).forEach(hold -> elsewhere.merge(hold.subject().provider(), -1, Integer::sum));
    return elsewhere;
  }
}
