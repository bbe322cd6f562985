package dev.exchequer.ledger;

import static dev.exchequer.ledger.Books.check;

import dev.exchequer.budget.Bucket;
import dev.exchequer.budget.BucketKey;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.Policy;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The part of the bookkeeper that knows alerts: each crossing is told once, none is missed, and what is told is true. */
final class AlertBooks {
  private final Map<ObjectName, Long> posted = new HashMap<>();
  private final Map<BucketKey, Long> spent = new HashMap<>();
  private final Map<ObjectName, Set<Long>> below = new HashMap<>();
  private final Map<String, Envelope> envelopes = new HashMap<>();
  private final Set<String> reached = new HashSet<>();
  private final Set<String> ids = new HashSet<>();
  private @Nullable Policy policy;
  int told;

  /** All changes of one command. */
  void record(List<Change> changes, long nowMs) {
    Map<ObjectName, Long> postedNow = new HashMap<>();
    Map<BucketKey, Bucket> buckets = new HashMap<>();
    Map<ObjectName, Set<Long>> fallen = new HashMap<>();
    List<Alert.BudgetAt> full = new ArrayList<>();
    for (Change change : changes) {
      switch (change) {
        case Change.PolicyActivated c -> policy = c.policy();
        case Change.EnvelopeChanged c -> envelopes.put(c.envelope().budget() + " " + c.envelope().task(), c.envelope());
        case Change.EntryPosted c -> postedNow.put(c.entry().balance(), c.entry().after());
        case Change.BucketChanged c -> buckets.put(c.bucket().key(), c.bucket());
        case Change.AlertRaised c -> {
          told++;
          check(ids.add(c.alert().id()), "an alert has an id of its own");
          switch (c.alert()) {
            case Alert.BalanceBelow alert -> {
              check(alert.posted() < alert.mark(), () -> "told below a mark, and it is: " + alert);
              check(fallen.computeIfAbsent(alert.balance(), b -> new TreeSet<>()).add(alert.mark()), "a mark once in a command");
            }
            case Alert.BudgetAt alert -> full.add(alert);
          }
        }
        default -> {}
      }
    }
    postedNow.forEach((balance, now) -> balance(balance, now, fallen.getOrDefault(balance, Set.of())));
    check(postedNow.keySet().containsAll(fallen.keySet()), "only an entry takes a balance below a mark");
    buckets.forEach((key, bucket) -> bucket(bucket, full.stream().filter(a -> is(a, key)).toList(), nowMs));
    check(full.stream().allMatch(alert -> buckets.keySet().stream().anyMatch(key -> is(alert, key))), "only spending reaches a mark");
  }

  private static boolean is(Alert.BudgetAt alert, BucketKey key) {
    return new BucketKey(alert.budget(), alert.value(), alert.unit(), alert.windowStartMs()).equals(key);
  }

  private void balance(ObjectName name, long now, Set<Long> fallen) {
    long before = posted.getOrDefault(name, 0L);
    posted.put(name, now);
    Balance definition = policy == null ? null : policy.balances().get(name);
    if (definition == null) {
      check(fallen.isEmpty(), "nobody set a mark");
      return;
    }
    Set<Long> known = below.getOrDefault(name, Set.of());
    Set<Long> next = new TreeSet<>();
    Set<Long> expected = new TreeSet<>();
    for (long mark : definition.alertsBelow()) {
      if (now < mark && (known.contains(mark) || now < before)) {
        next.add(mark);
        if (!known.contains(mark)) {
          expected.add(mark);
        }
      }
    }
    below.put(name, next);
    check(fallen.equals(expected), () -> "each mark once when " + name + " falls below it: " + expected + ", told " + fallen);
  }

  /** A task may have a cap of its own. */
  private long limit(Budget budget, BucketKey key) {
    long all = budget.limits().getOrDefault(key.unit(), 0L);
    Envelope said = budget.per() == Budget.Per.TASK ? envelopes.get(budget.name() + " " + key.value()) : null;
    return said == null ? all : Math.min(all, said.limits().getOrDefault(key.unit(), all));
  }

  private void bucket(Bucket bucket, List<Alert.BudgetAt> told, long nowMs) {
    long own = spent.getOrDefault(bucket.key(), 0L);
    spent.put(bucket.key(), bucket.spent());
    Budget budget = policy == null ? null : policy.budgets().stream().filter(b -> b.name().equals(bucket.key().budget())).findAny().orElse(null);
    boolean rolls = budget != null && budget.window().rolling();
    long others = budget != null && rolls ? others(budget, bucket, nowMs) : 0;
    long before = own + others;
    long after = bucket.spent() + others;
    long limit = budget == null ? 0 : limit(budget, bucket.key());
    for (Alert.BudgetAt alert : told) {
      check(alert.limit() == limit && alert.spent() == after && atLeast(after, limit, alert.percent()), () -> "told reached, and it is: " + alert);
      check(after != before, "told when something was spent");
      reached.add(bucket.key() + " " + limit + " " + alert.percent());
    }
    for (int mark : budget == null || limit == 0 ? List.<Integer>of() : budget.alertsAtPercent()) {
      boolean crossed = !atLeast(before, limit, mark) && atLeast(after, limit, mark) && (!rolls || bucket.windowEndMs() > nowMs);
      check(rolls ? crossed == told.stream().anyMatch(alert -> alert.percent() == mark) : !crossed || reached.contains(bucket.key() + " " + limit + " " + mark), () -> "a mark that is reached is told: " + mark + " of " + bucket);
    }
  }

  /** What the slices beside one come to that count now. */
  private long others(Budget budget, Bucket one, long nowMs) {
    long sum = 0;
    for (Map.Entry<BucketKey, Long> other : spent.entrySet()) {
      BucketKey o = other.getKey();
      boolean beside = o.budget().equals(one.key().budget()) && o.value().equals(one.key().value()) && o.unit().equals(one.key().unit()) && !o.equals(one.key());
      if (beside && o.windowStartMs() + budget.window().sliceMs() + budget.window().periodMs() > nowMs) {
        sum += other.getValue();
      }
    }
    return sum;
  }

  private static boolean atLeast(long spent, long limit, int percent) {
    return BigInteger.valueOf(spent).multiply(BigInteger.valueOf(100)).compareTo(BigInteger.valueOf(limit).multiply(BigInteger.valueOf(percent))) >= 0;
  }
}
