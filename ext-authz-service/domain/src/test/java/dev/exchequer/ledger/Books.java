package dev.exchequer.ledger;

import dev.exchequer.budget.Bucket;
import dev.exchequer.budget.BucketKey;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.receipt.Receipt;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** An independent bookkeeper: reads nothing but the recorded changes, and checks the invariants of DOMAIN section 5 after each command. */
public final class Books {
  public final List<Change> history = new ArrayList<>();
  public final Map<HoldId, Hold> holds = new LinkedHashMap<>();
  public final Map<String, Receipt> receipts = new LinkedHashMap<>();
  public final Map<ObjectName, Account> accounts = new HashMap<>();
  /** By budget and label. */
  public final Map<String, Envelope> envelopes = new HashMap<>();
  public final Map<BucketKey, Bucket> buckets = new HashMap<>();
  private final Map<ObjectName, List<Entry>> entries = new HashMap<>();
  private final Map<HoldId, List<Entry>> entriesOf = new HashMap<>();
  private final Map<HoldId, List<HouseEntry>> houseOf = new HashMap<>();
  private final Map<ObjectName, BigInteger> held = new HashMap<>();
  private final Map<BucketKey, BigInteger> bucketHeld = new HashMap<>();
  private final Map<BucketKey, BigInteger> bucketSpent = new HashMap<>();
  public final Set<String> grants = new LinkedHashSet<>();
  private final Set<String> allowances = new HashSet<>();
  private final Map<String, Integer> refusalsOfSecond = new HashMap<>();
  public long refusalsCounted;
  /** Where in the history each command ends. */
  private final List<Integer> ends = new ArrayList<>();
  /** Ledger time of each. */
  private final List<Long> times = new ArrayList<>();
  final LotBooks lots = new LotBooks();
  final AlertBooks alerts = new AlertBooks();
  private final boolean onePolicy;
  /** Ledger time of the latest command. */
  public long now;

  /** One ledger, decided by one policy at a time. */
  public Books() {
    this(true);
  }

  /** @param onePolicy false = several replicas decide by policies of their own, so that nothing can be said of marks, which are the policy's that decided */
  public Books(boolean onePolicy) {
    this.onePolicy = onePolicy;
  }

  /** What is said of a check that fails, put together only then: most of a simulation's time went there. */
  public static void check(boolean holds, Supplier<String> invariant) {
    if (!holds) {
      check(false, invariant.get());
    }
  }

  public static void check(boolean holds, String invariant) {
    if (!holds) {
      throw new AssertionError("broken: " + invariant);
    }
  }

  /** All changes of one command. */
  public void record(List<Change> changes) {
    ends.add(history.size() + changes.size());
    if (onePolicy) {
      alerts.record(changes, now);
    }
    times.add(now);
    take(changes);
  }

  /** The first changes of another bookkeeper, as whole commands: what they come to was checked there. */
  void record(Books other, int changes) {
    int begin = 0;
    for (int i = 0; i < other.ends.size() && other.ends.get(i) <= changes; i++) {
      int end = other.ends.get(i);
      alerts.record(other.history.subList(begin, end), other.times.get(i));
      ends.add(end);
      times.add(other.times.get(i));
      begin = end;
    }
    note(other.history.subList(0, changes), new LinkedHashSet<>());
  }

  private void take(List<Change> changes) {
    Set<HoldId> touched = new LinkedHashSet<>();
    note(changes, touched);
    check(changes, touched);
  }

  /** @param touched gets the holds that changed */
  private void note(List<Change> changes, Set<HoldId> touched) {
    for (Change change : changes) {
      history.add(change);
      switch (change) {
        case Change.AccountChanged c -> accounts.put(c.account().name(), c.account());
        case Change.BucketChanged c -> buckets.put(c.bucket().key(), c.bucket());
        case Change.HoldChanged c -> {
          touched.add(c.hold().id());
          if (!holds.containsKey(c.hold().id()) && c.hold().balance() != null) {
            LotBooks.checkBurnOrder(c.hold(), Objects.requireNonNull(accounts.get(c.hold().balance())));
          }
          hold(c.hold());
          lots.hold(c.hold());
        }
        case Change.EntryPosted c -> {
          entry(c.entry());
          lots.entry(c.entry());
        }
        case Change.HousePosted c -> house(c.entry());
        case Change.ReceiptWritten c -> receipt(c.receipt());
        case Change.RefusalCounted c -> refusalsCounted++;
        case Change.EnvelopeChanged c -> envelopes.put(c.envelope().budget() + " " + c.envelope().task(), c.envelope());
        case Change.GrantRecorded c -> grant(c.grant());
        default -> {}
      }
    }
  }

  private void check(List<Change> changes, Set<HoldId> touched) {
    touched.forEach(this::checkHold);
    for (Change change : changes) {
      if (change instanceof Change.AccountChanged c) {
        checkAccount(c.account().name());
      } else if (change instanceof Change.BucketChanged c) {
        checkBucket(c.bucket().key());
      } else if (change instanceof Change.ReceiptWritten c) {
        checkReceipt(c.receipt());
      }
    }
  }

  private void grant(Change.GrantRecord grant) {
    check(grants.add(grant.key()), () -> "one grant " + grant.key());
    String recurring = "recurring/" + grant.balance() + "/";
    if (grant.key().startsWith(recurring)) {
      // whatever else its key says
      String window = grant.key().substring(0, grant.key().indexOf('/', recurring.length())) + " from " + Objects.requireNonNull(grant.terms()).startsAtMs();
      check(allowances.add(window), () -> "an allowance is given once a window: " + window);
    }
  }

  private void house(HouseEntry entry) {
    List<HouseEntry> ofHold = houseOf.computeIfAbsent(entry.attempt(), h -> new ArrayList<>());
    check(entry.amount() != 0 && ofHold.stream().noneMatch(other -> other.kind() == entry.kind() || !other.unit().equals(entry.unit())), () -> "one house cost and one correction of " + entry.attempt());
    ofHold.add(entry);
  }

  private void receipt(Receipt receipt) {
    check(receipts.put(receipt.id(), receipt) == null, () -> "one receipt of " + receipt.id());
    if (receipt.status().equals("Denied")) {
      refusalsOfSecond.merge(receipt.apiKey() + " " + receipt.endedAt() / 1000, 1, Integer::sum);
    }
  }

  /** Receipts of denied requests that a key got in the second of this moment. */
  public int receiptsOfRefusals(ObjectName apiKey, long atMs) {
    return refusalsOfSecond.getOrDefault(apiKey + " " + atMs / 1000, 0);
  }

  private void hold(Hold hold) {
    Hold before = holds.put(hold.id(), hold);
    check(before == null ? hold.active() : !hold.active() || before.active(), () -> "an ended hold stays ended: " + hold.id());
    long heldNow = hold.active() ? hold.amount() : 0;
    long heldBefore = before != null && before.active() ? before.amount() : 0;
    BigInteger heldMore = BigInteger.valueOf(heldNow - heldBefore);
    BigInteger chargedMore = BigInteger.valueOf(borne(hold)).subtract(BigInteger.valueOf(before == null ? 0 : borne(before)));
    if (hold.balance() != null) {
      held.merge(hold.balance(), heldMore, BigInteger::add);
    }
    for (BucketKey key : hold.buckets()) {
      bucketHeld.merge(key, heldMore, BigInteger::add);
      bucketSpent.merge(key, chargedMore, BigInteger::add);
    }
  }

  /** What a budget counts: not what was written off. */
  private static long borne(Hold hold) {
    return hold.charged() - hold.payment().writtenOff();
  }

  private void entry(Entry entry) {
    List<Entry> known = entries.computeIfAbsent(entry.balance(), b -> new ArrayList<>());
    check(entry.sequence() == known.size() + 1, "gapless");
    check(entry.before() == (known.isEmpty() ? 0 : known.get(known.size() - 1).after()), () -> "before(n+1) = after(n)");
    check(entry.before() + entry.amount() == entry.after(), () -> "after = before + amount");
    known.add(entry);
    if (entry.receipt() != null) {
      HoldId id = new HoldId(entry.receipt(), Objects.requireNonNull(entry.attempt()));
      List<Entry> ofHold = entriesOf.computeIfAbsent(id, h -> new ArrayList<>());
      boolean once = entry.kind() == Entry.Kind.CHARGE || entry.kind() == Entry.Kind.CORRECTION;
      check(!once || ofHold.stream().noneMatch(other -> other.kind() == entry.kind()), () -> "at most one " + entry.kind() + " of " + id);
      ofHold.add(entry);
    }
  }

  private void checkHold(HoldId id) {
    Hold hold = Objects.requireNonNull(holds.get(id));
    BigInteger charged = BigInteger.ZERO;
    for (Entry entry : entriesOf.getOrDefault(id, List.of())) {
      check(entry.balance().equals(hold.balance()), "charged where it was held");
      if (entry.kind() == Entry.Kind.CHARGE || entry.kind() == Entry.Kind.CORRECTION) {
        charged = charged.subtract(BigInteger.valueOf(entry.amount()));
      }
    }
    check(charged.equals(BigInteger.valueOf(hold.charged())), () -> "the entries of " + id + " come to what it was charged");
    check(!hold.active() || charged.signum() == 0, "an active hold is not charged");
    lots.checkHold(hold);
    BigInteger billed = BigInteger.ZERO;
    for (HouseEntry entry : houseOf.getOrDefault(id, List.of())) {
      billed = billed.add(BigInteger.valueOf(entry.amount()));
    }
    check(billed.equals(BigInteger.valueOf(hold.cost() == null ? 0 : hold.cost().amountNanos())), () -> "the house entries of " + id + " come to its cost");
    check(hold.active() == (hold.answer() == null), "a hold has its answer when it ended");
  }

  private void checkAccount(ObjectName name) {
    Account account = Objects.requireNonNull(accounts.get(name));
    List<Entry> known = entries.getOrDefault(name, List.of());
    check(account.posted() == (known.isEmpty() ? 0 : known.get(known.size() - 1).after()), "posted = sum of entries");
    lots.checkAccount(account, now);
    check(account.sequence() == known.size(), "the sequence is that of the last entry");
    check(held.getOrDefault(name, BigInteger.ZERO).equals(BigInteger.valueOf(account.held())), () -> "held = sum of active holds of " + name);
  }

  private void checkBucket(BucketKey key) {
    Bucket bucket = Objects.requireNonNull(buckets.get(key));
    check(bucketHeld.getOrDefault(key, BigInteger.ZERO).equals(BigInteger.valueOf(bucket.held())), () -> "held = sum of active holds in " + key);
    check(bucketSpent.getOrDefault(key, BigInteger.ZERO).equals(BigInteger.valueOf(bucket.spent())), () -> "spent = charges and corrections in " + key);
  }

  private void checkReceipt(Receipt receipt) {
    Map<String, BigInteger> totals = new HashMap<>();
    int attempt = 0;
    for (Receipt.Hop hop : receipt.hops()) {
      if (hop.attempt() == null) {
        check(hop.charge() == null && hop.entry() == null && hop.skipReason() != null, "a skipped hop costs nothing and says why");
        continue;
      }
      check(hop.attempt() == ++attempt, "attempts in order");
      long charge = Objects.requireNonNull(hop.charge());
      if (charge != 0) {
        totals.merge(Objects.requireNonNull(hop.unit()), BigInteger.valueOf(charge), BigInteger::add);
      }
      Hold hold = Objects.requireNonNull(holds.get(new HoldId(receipt.id(), hop.attempt())));
      check(Objects.equals(hop.hold(), hold.quote() == null ? null : hold.amount()), "the receipt says what was held");
      boolean posted = entriesOf.getOrDefault(hold.id(), List.of()).stream().anyMatch(entry -> entry.kind() == Entry.Kind.CHARGE);
      check(posted == (charge != 0), "what the receipt charges was posted");
      checkLines(hop, charge);
      checkEntry(receipt, hop, charge);
    }
    check((attempt == 0) == receipt.status().equals("Denied"), "denied = no hop was tried");
    Map<String, BigInteger> told = new HashMap<>();
    receipt.totals().forEach(total -> told.put(total.unit(), BigInteger.valueOf(total.charge())));
    check(told.equals(totals), "totals = charges of the hops");
  }

  private static void checkLines(Receipt.Hop hop, long charge) {
    if (hop.lines().isEmpty()) {
      check(charge == 0 || charge == Objects.requireNonNull(hop.hold()), "a charge without lines is the whole hold");
      return;
    }
    BigDecimal sum = BigDecimal.ZERO;
    for (Receipt.Line line : hop.lines()) {
      BigDecimal exact = BigDecimal.valueOf(line.quantity()).multiply(BigDecimal.valueOf(line.price(), 9)).divide(BigDecimal.valueOf(line.per()));
      check(exact.compareTo(line.amount()) == 0, "a line is quantity x price / per");
      sum = sum.add(exact);
    }
    BigDecimal nanos = sum.multiply(BigDecimal.valueOf(Objects.requireNonNull(hop.multiplierNanos()), 9)).movePointRight(9);
    long least = hop.minimumCharge() == null ? 0 : hop.minimumCharge();
    BigDecimal metered = nanos.setScale(0, RoundingMode.CEILING);
    BigDecimal raised = metered.signum() == 0 ? metered : metered.max(BigDecimal.valueOf(least));
    check(raised.compareTo(BigDecimal.valueOf(charge)) == 0, "charge = lines x multiplier, rounded up once, at least the minimum");
  }

  private void checkEntry(Receipt receipt, Receipt.Hop hop, long charge) {
    if (hop.balance() == null) {
      check(charge == 0 && hop.entry() == null, "nobody pays");
      return;
    }
    ObjectName balance = ObjectName.parse(hop.balance());
    check(Objects.requireNonNull(accounts.get(balance)).unit().equals(hop.unit()), "one unit");
    if (hop.entry() == null) {
      check(charge == 0 && Objects.equals(hop.balanceBefore(), hop.balanceAfter()), "no entry, no charge");
      return;
    }
    Entry entry = Objects.requireNonNull(entries.get(balance)).get((int) (hop.entry() - 1));
    check(entry.amount() == -charge && charge != 0, "receipt amount = entry");
    List<Allocation> paid = hop.paidFrom().stream().map(lot -> new Allocation(lot.grant(), -lot.amount())).toList();
    check(paid.equals(entry.allocations()), "the receipt says which grants paid");
    check(receipt.id().equals(entry.receipt()) && Objects.equals(hop.attempt(), entry.attempt()), "the entry names the receipt");
    boolean told = Long.valueOf(entry.before()).equals(hop.balanceBefore()) && Long.valueOf(entry.after()).equals(hop.balanceAfter());
    check(told, "before and after of the settling entry");
  }

  /** The state that a process finds: all changes replayed, or, as a store does it, the rows as they are and ended holds on demand. */
  public LedgerState state(long startedAtMs, boolean replay) {
    LedgerState state = new LedgerState(startedAtMs, id -> Optional.ofNullable(holds.get(id)));
    Map<String, RunningRequest> running = new LinkedHashMap<>();
    for (Change change : history) {
      if (replay) {
        state.apply(change);
        continue;
      }
      switch (change) {
        case Change.AccountChanged c -> {}
        case Change.BucketChanged c -> {}
        case Change.HoldChanged c -> {}
        case Change.RequestChanged c -> running.put(c.request().facts().id(), c.request());
        case Change.RequestEnded c -> running.remove(c.request().facts().id());
        default -> state.apply(change);
      }
    }
    if (!replay) {
      accounts.values().forEach(account -> state.apply(new Change.AccountChanged(account)));
      buckets.values().forEach(bucket -> state.apply(new Change.BucketChanged(bucket)));
      running.values().forEach(request -> state.apply(new Change.RequestChanged(request)));
      holds.values().stream().filter(Hold::active).forEach(hold -> state.apply(new Change.HoldChanged(hold)));
    }
    return state;
  }

  /** When the process began that has this state. */
  public static long startedAt(LedgerState state) {
    return state.startedAtMs();
  }

  /** Both decide alike from here on. */
  public void checkSame(LedgerState a, LedgerState b) {
    for (ObjectName name : accounts.keySet()) {
      check(a.account(name).equals(b.account(name)), () -> "replay gives account " + name);
    }
    for (BucketKey key : buckets.keySet()) {
      check(a.bucket(key).equals(b.bucket(key)), () -> "replay gives bucket " + key);
    }
    envelopes.values().forEach(e -> check(a.envelope(e.budget(), e.task()).equals(b.envelope(e.budget(), e.task())), () -> "replay gives task " + e.task()));
    for (HoldId id : holds.keySet()) {
      check(a.hold(id).equals(b.hold(id)), () -> "replay gives hold " + id);
    }
    check(Set.copyOf(a.activeHolds()).equals(Set.copyOf(b.activeHolds())), "replay gives the active holds");
    check(Set.copyOf(a.runningRequests()).equals(Set.copyOf(b.runningRequests())), "replay gives the running requests");
    check(Set.copyOf(a.idempotencyKeys()).equals(Set.copyOf(b.idempotencyKeys())), "replay gives the idempotency keys");
    check(a.policy().equals(b.policy()) && Set.copyOf(a.policies()).equals(Set.copyOf(b.policies())), "replay gives the policies");
    grants.forEach(key -> check(a.grant(key).equals(b.grant(key)), () -> "replay gives grant " + key));
    SimulatedPolicies.PROVIDERS.forEach(provider -> check(a.inFlight(provider) == b.inFlight(provider), "replay gives what is in flight"));
    SimulatedPolicies.KEYS.forEach(key -> check(a.runningOf(key) == b.runningOf(key), "replay gives what runs"));
    check(a.journalPosition("hops.jsonl").equals(b.journalPosition("hops.jsonl")), "replay gives the place in the journal");
  }
}
