package dev.exchequer.ledger;

import dev.exchequer.budget.Bucket;
import dev.exchequer.budget.BucketKey;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Change.GrantRecord;
import dev.exchequer.ledger.Change.IdempotencyKey;
import dev.exchequer.policy.Policy;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Everything that deciding needs, in memory, owned by one thread. It changes only by {@link #apply(Change)}, so that it is always what the stored changes
 * say. Ended holds are kept a while for late evidence and then looked up in the store ({@link #stored()}).
 */
public final class LedgerState {
  private static final int ENDED_HOLDS_KEPT = 20_000;

  private final Map<ObjectName, Account> accounts = new HashMap<>();
  private final Map<ObjectName, Long> due = new HashMap<>();
  private final Map<HoldId, Hold> active = new LinkedHashMap<>();
  private final Map<HoldId, Hold> ended = new LinkedHashMap<>();
  private final Map<String, RunningRequest> running = new LinkedHashMap<>();
  private final Map<ObjectName, Map<BucketKey, Bucket>> buckets = new HashMap<>();
  private final Map<ObjectName, Map<String, Envelope>> envelopes = new HashMap<>();
  private final Map<String, IdempotencyKey> keys = new LinkedHashMap<>();
  private final Map<String, GrantRecord> grants = new HashMap<>();
  private final Map<String, Policy> policies = new LinkedHashMap<>();
  /** By digest: when it last ceased to decide new requests, and until when holds that named it had their lease. */
  private final Map<String, Long> namedUntil = new HashMap<>();
  private final Map<ObjectName, Integer> inFlight = new HashMap<>();
  private final Map<ObjectName, Integer> runningOfKey = new HashMap<>();
  private final Map<ObjectName, Deque<Long>> admissions = new HashMap<>();
  private final Map<String, Command.JournalPosition> positions = new HashMap<>();
  private final Refusals refusals = new Refusals();
  private final Function<HoldId, Optional<Hold>> inStore;
  private final long startedAtMs;
  /** A cache: when the next window of a recurring grant begins; 0 = not looked yet. Decides nothing, as grants are remembered by their window. */
  private long recurringDueMs;
  private @Nullable Policy policy;

  /**
   * @param startedAtMs ledger time at which this process took over: no lease ends within the first lease after it
   * @param inStore looks up an ended hold that is no longer in memory
   */
  public LedgerState(long startedAtMs, Function<HoldId, Optional<Hold>> inStore) {
    this.startedAtMs = startedAtMs;
    this.inStore = inStore;
  }

  /**
   * Counts what runs but is not in this state, for a store that loads only the rows that a batch needs.
   *
   * @param requestsOfKeys running requests by API key
   * @param attemptsAtProviders active holds by provider
   */
  public void countElsewhere(Map<ObjectName, Integer> requestsOfKeys, Map<ObjectName, Integer> attemptsAtProviders) {
    requestsOfKeys.forEach((key, count) -> runningOfKey.merge(key, count, Integer::sum));
    attemptsAtProviders.forEach((provider, count) -> inFlight.merge(provider, count, Integer::sum));
  }

  /** Takes over which receipts of refusals the running second has already, for a store that makes a state for each batch. */
  public void take(Refusals receipts) {
    refusals.copy(receipts);
  }

  public void apply(Change change) {
    switch (change) {
      case Change.AccountChanged c -> put(c.account());
      case Change.HoldChanged c -> put(c.hold());
      case Change.RequestChanged c -> put(c.request());
      case Change.RequestEnded c -> remove(c.request());
      case Change.BucketChanged c -> buckets.computeIfAbsent(c.bucket().key().budget(), b -> new HashMap<>()).put(c.bucket().key(), c.bucket());
      case Change.KeyTaken c -> keys.put(slot(c.key().apiKey(), c.key().key()), c.key());
      case Change.KeyFreed c -> keys.remove(slot(c.key().apiKey(), c.key().key()));
      case Change.GrantRecorded c -> grants.put(c.grant().key(), c.grant());
      case Change.PolicyActivated c -> activate(c.policy(), c.atMs());
      case Change.PolicyDropped c -> drop(c.digest());
      case Change.JournalRead c -> positions.put(c.position().file(), c.position());
      case Change.AdmissionCounted c -> admissions.computeIfAbsent(c.apiKey(), k -> new ArrayDeque<>()).addLast(c.atMs());
      case Change.EntryPosted c -> {}
      case Change.HousePosted c -> {}
      case Change.ReceiptWritten c -> refusals.apply(c);
      case Change.RefusalCounted c -> {}
      case Change.EvidenceUnused c -> {}
      case Change.EnvelopeChanged c -> envelopes.computeIfAbsent(c.envelope().budget(), b -> new HashMap<>()).put(c.envelope().task(), c.envelope());
      case Change.AlertRaised c -> {}
      case Change.AlertTried c -> {}
    }
  }

  /** What was applied until now is in the store: of ended holds only the last ones have to be in memory. One that was forgotten earlier would be looked up, and found open. */
  public void stored() {
    Iterator<HoldId> oldest = ended.keySet().iterator();
    for (int over = ended.size() - ENDED_HOLDS_KEPT; over > 0; over--) {
      oldest.next();
      oldest.remove();
    }
  }

  private void activate(Policy next, long atMs) {
    if (policy != null) {
      namedUntil.merge(policy.digest(), atMs, Math::max);
    }
    policies.put(next.digest(), next);
    policy = next;
    recurringDueMs = 0;
  }

  private void drop(String digest) {
    policies.remove(digest);
    namedUntil.remove(digest);
  }

  private void put(Account account) {
    accounts.put(account.name(), account);
    long dueMs = account.purse().dueMs();
    if (dueMs == Long.MAX_VALUE) {
      due.remove(account.name());
    } else {
      due.put(account.name(), dueMs);
    }
  }

  /**
   * What was only supposed never was.
   *
   * @param before accounts as they were; empty = there was none
   * @param made keys of grants
   */
  void takeBack(Map<ObjectName, Optional<Account>> before, List<String> made) {
    before.forEach(
        (name, account) -> {
          if (account.isPresent()) {
            put(account.get());
          } else {
            accounts.remove(name);
            due.remove(name);
          }
        });
    made.forEach(grants::remove);
  }

  private void put(Hold hold) {
    Hold before = active.remove(hold.id());
    if (hold.active()) {
      active.put(hold.id(), hold);
    } else {
      ended.put(hold.id(), hold);
      if (policies.containsKey(hold.planDigest())) {
        namedUntil.merge(hold.planDigest(), hold.leaseUntilMs(), Math::max);
      }
    }
    int change = (hold.active() ? 1 : 0) - (before == null ? 0 : 1);
    if (change != 0) {
      inFlight.merge(hold.subject().provider(), change, Integer::sum);
    }
  }

  private void put(RunningRequest request) {
    if (running.put(request.facts().id(), request) == null) {
      runningOfKey.merge(request.facts().apiKey(), 1, Integer::sum);
    }
  }

  private void remove(RunningRequest request) {
    if (running.remove(request.facts().id()) != null) {
      runningOfKey.merge(request.facts().apiKey(), -1, (a, b) -> a + b == 0 ? null : a + b);
    }
  }

  private static String slot(ObjectName apiKey, String key) {
    return apiKey + "\n" + key;
  }

  public Optional<Account> account(ObjectName name) {
    return Optional.ofNullable(accounts.get(name));
  }

  /** Accounts that time changes by now: a grant starts or a lot ends. By name. */
  List<ObjectName> dueAccounts(long nowMs) {
    if (due.isEmpty()) {
      return List.of();
    }
    return due.entrySet().stream().filter(account -> account.getValue() <= nowMs).map(Map.Entry::getKey).sorted().toList();
  }

  /** When a window of a recurring grant ends next, of the policy in force; 0 = that was not looked at, Long.MAX_VALUE = never. */
  public long recurringDueMs() {
    return recurringDueMs;
  }

  /** As {@link #recurringDueMs}; a state of some accounts only is not asked for the others. */
  public void recurringDue(long ms) {
    recurringDueMs = ms;
  }

  /** A hold, active or ended. */
  public Optional<Hold> hold(HoldId id) {
    Hold known = active.get(id);
    if (known == null) {
      known = ended.get(id);
    }
    return known != null ? Optional.of(known) : inStore.apply(id);
  }

  public Collection<Hold> activeHolds() {
    return active.values();
  }

  public Optional<RunningRequest> running(String request) {
    return Optional.ofNullable(running.get(request));
  }

  public Collection<RunningRequest> runningRequests() {
    return running.values();
  }

  Optional<Bucket> bucket(BucketKey key) {
    return Optional.ofNullable(bucketsOf(key.budget()).get(key));
  }

  Map<BucketKey, Bucket> bucketsOf(ObjectName budget) {
    return buckets.getOrDefault(budget, Map.of());
  }

  /** What was said of a task label of a budget; empty = nothing. */
  public Optional<Envelope> envelope(ObjectName budget, String task) {
    return Optional.ofNullable(envelopes.getOrDefault(budget, Map.of()).get(task));
  }

  Collection<Envelope> envelopesOf(ObjectName budget) {
    return envelopes.getOrDefault(budget, Map.of()).values();
  }

  Optional<IdempotencyKey> idempotency(ObjectName apiKey, String key) {
    return Optional.ofNullable(keys.get(slot(apiKey, key)));
  }

  Collection<IdempotencyKey> idempotencyKeys() {
    return keys.values();
  }

  Optional<GrantRecord> grant(String key) {
    return Optional.ofNullable(grants.get(key));
  }

  /** The policy that decides new requests. */
  public Optional<Policy> policy() {
    return Optional.ofNullable(policy);
  }

  /** A policy that something still names. */
  public Optional<Policy> policy(String digest) {
    return Optional.ofNullable(policies.get(digest));
  }

  public Collection<Policy> policies() {
    return policies.values();
  }

  /** As {@link LateEvidence#mayDrop} wants it. Of what named it before this process is known only that no lease was longer than one from its start. */
  long namedUntil(String digest) {
    return Math.max(startedAtMs + Attempts.LEASE_MS, namedUntil.getOrDefault(digest, 0L));
  }

  int inFlight(ObjectName provider) {
    return inFlight.getOrDefault(provider, 0);
  }

  int runningOf(ObjectName apiKey) {
    return runningOfKey.getOrDefault(apiKey, 0);
  }

  /** Admissions of a key that are later than this moment, oldest first; earlier ones are forgotten. */
  Deque<Long> admissionsSince(ObjectName apiKey, long afterMs) {
    Deque<Long> times = admissions.get(apiKey);
    if (times == null) {
      return new ArrayDeque<>();
    }
    while (!times.isEmpty() && times.peekFirst() <= afterMs) {
      times.removeFirst();
    }
    return times;
  }

  Refusals refusals() {
    return refusals;
  }

  public Optional<Command.JournalPosition> journalPosition(String file) {
    return Optional.ofNullable(positions.get(file));
  }

  long startedAtMs() {
    return startedAtMs;
  }
}
