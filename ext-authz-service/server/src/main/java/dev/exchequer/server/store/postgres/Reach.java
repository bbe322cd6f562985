package dev.exchequer.server.store.postgres;

import dev.exchequer.budget.BucketKey;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Hold;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.Policy;
import dev.exchequer.selection.RequestFacts;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the money of a batch may touch: everything that the requests and holds in it lead to, rather too much than too little. A row that is not reached is not
 * there for the core, and the writer refuses to write one.
 */
final class Reach {
  final Set<ObjectName> keys = new LinkedHashSet<>();
  final Set<ObjectName> budgets = new LinkedHashSet<>();
  final Set<ObjectName> accounts = new LinkedHashSet<>();
  final Set<String> policies = new LinkedHashSet<>();
  /** Idempotency keys by API key and key. */
  final Set<Slot> slots = new LinkedHashSet<>();
  /** Counters by budget and value, of every unit and of the windows that are not over. */
  final Set<Counter> counters = new LinkedHashSet<>();
  /** Counters that a hold names, whatever their window. */
  final Set<BucketKey> buckets = new LinkedHashSet<>();
  /** Budgets whose open labels are counted, and for how long a label stays open. */
  final Map<ObjectName, Long> labels = new LinkedHashMap<>();

  record Slot(ObjectName apiKey, String key) {}

  record Counter(ObjectName budget, String value) {}

  void add(RequestFacts facts) {
    keys.add(facts.apiKey());
    policies.add(facts.planDigest());
    String key = facts.idempotencyKey();
    if (key != null) {
      slots.add(new Slot(facts.apiKey(), key));
    }
  }

  /** What a walk of this request may pay with and count in. */
  void walk(RequestFacts facts, Policy policy) {
    policy.balancesOf(facts.project()).forEach(balance -> accounts.add(balance.name()));
    for (Budget budget : policy.budgets()) {
      if (targets(budget, facts)) {
        budgets.add(budget.name());
        counters.add(new Counter(budget.name(), value(budget, facts)));
        if (budget.per() == Budget.Per.TASK && !budget.audit()) {
          labels.merge(budget.name(), budget.idleExpiryMs(), Math::max);
        }
      }
    }
  }

  void add(Hold hold) {
    policies.add(hold.planDigest());
    if (hold.balance() != null) {
      accounts.add(hold.balance());
    }
    for (BucketKey bucket : hold.buckets()) {
      budgets.add(bucket.budget());
      buckets.add(bucket);
    }
  }

  private static boolean targets(Budget budget, RequestFacts facts) {
    return switch (budget.target().kind()) {
      case PROJECT -> budget.target().name().equals(facts.project());
      case API_KEY -> budget.target().name().equals(facts.apiKey());
      case MODEL_ROUTE -> budget.target().name().equals(facts.route());
    };
  }

  private static String value(Budget budget, RequestFacts facts) {
    return switch (budget.per()) {
      case TARGET -> "";
      case API_KEY -> facts.apiKey().toString();
      case TASK -> facts.task();
      case END_USER -> facts.endUser();
    };
  }

  /** The rows that stand for what may not exist yet. */
  Set<String> anchors() {
    Set<String> anchors = new LinkedHashSet<>();
    keys.forEach(key -> anchors.add(anchor(key)));
    budgets.forEach(budget -> anchors.add("budget " + budget));
    return anchors;
  }

  static String anchor(ObjectName key) {
    return "key " + key;
  }
}
