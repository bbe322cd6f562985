package dev.exchequer.ledger;

import dev.exchequer.budget.Bucket;
import dev.exchequer.budget.BucketKey;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.Policy;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which marks a command crossed, by the definitions in force: looked at once, when all of it is decided, so that a charge and what is written off of it at once are
 * one step. What was told is remembered in the balance or the bucket, in the same transaction.
 */
final class Alerts {
  private static final BigInteger HUNDRED = BigInteger.valueOf(100);

  private final Draft draft;

  Alerts(Draft draft) {
    this.draft = draft;
  }

  void raise() {
    Policy policy = draft.state().policy().orElse(null);
    if (policy == null) {
      return;
    }
    Map.copyOf(draft.postedBefore()).entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(each -> balance(policy, each.getKey(), each.getValue()));
    Map<BucketKey, Bucket> spending = spending();
    if (!spending.isEmpty()) {
      Map<ObjectName, Budget> budgets = new HashMap<>();
      policy.budgets().forEach(budget -> budgets.put(budget.name(), budget));
      spending.forEach(
          (key, before) -> {
            Budget budget = budgets.get(key.budget());
            if (budget != null && !budget.alertsAtPercent().isEmpty()) {
              bucket(budget, before, draft.state().bucket(key).orElseThrow());
            }
          });
    }
  }

  /** Once below a mark, nothing more is told of it until it was reached again. A mark that is set while the balance is below it is told by the next step down. */
  private void balance(Policy policy, ObjectName name, long before) {
    Balance definition = policy.balances().get(name);
    Account account = draft.state().account(name).orElseThrow();
    List<Long> told = account.purse().alerted();
    if (definition == null || (definition.alertsBelow().isEmpty() && told.isEmpty())) {
      return;
    }
    List<Long> below = new ArrayList<>();
    for (long mark : definition.alertsBelow().stream().distinct().sorted(Comparator.reverseOrder()).toList()) {
      if (account.posted() >= mark) {
        continue;
      }
      if (told.contains(mark)) {
        below.add(mark);
      } else if (account.posted() < before) {
        below.add(mark);
        String id = Alert.idOf("balance", name, mark, account.sequence());
        draft.put(
            new Change.AlertRaised(new Alert.BalanceBelow(id, draft.now(), name, definition.project(), account.unit(), mark, account.posted(), account.sequence())));
      }
    }
    if (!below.equals(told)) {
      draft.put(new Change.AccountChanged(account.with(account.purse().alerting(below))));
    }
  }

  /** Buckets of which the command changed what is spent, as they were before. */
  private Map<BucketKey, Bucket> spending() {
    Map<BucketKey, Bucket> spending = new java.util.LinkedHashMap<>(draft.bucketsBefore());
    spending.entrySet().removeIf(each -> draft.state().bucket(each.getKey()).orElseThrow().spent() == each.getValue().spent());
    return spending;
  }

  /** Each mark once in a window. Where the limit is another one than what was told of, marks are told again that its spending had not reached. */
  private void bucket(Budget budget, Bucket before, Bucket after) {
    long all = budget.limits().getOrDefault(after.key().unit(), 0L);
    long limit =
        budget.per() != Budget.Per.TASK ? all : draft.state().envelope(budget.name(), after.key().value()).map(said -> said.cap(after.key().unit(), all)).orElse(all);
    if (limit <= 0) {
      return; // nothing is a share of nothing
    }
    if (budget.window().rolling()) {
      rolling(budget, before, after, limit);
      return;
    }
    int known = after.alertedLimit() == limit ? after.alerted() : Math.min(after.alerted(), percent(before.spent(), limit));
    int told = known;
    for (int mark : budget.alertsAtPercent().stream().sorted().toList()) {
      if (mark > told && percent(after.spent(), limit) >= mark) {
        told = mark;
        draft.put(new Change.AlertRaised(alert(budget, after, after.spent(), mark, limit)));
      }
    }
    if (told != after.alerted() || (told > 0 && after.alertedLimit() != limit)) {
      draft.put(new Change.BucketChanged(after.alerting(told, limit)));
    }
  }

  /** Of a window that rolls: whenever spending takes the sum over a mark. Time takes it back, so the next crossing is another one. */
  private void rolling(Budget budget, Bucket before, Bucket after, long limit) {
    if (after.windowEndMs() <= draft.now()) {
      return; // late evidence of what does not count any more
    }
    long others = OtherSlices.spent(OtherSlices.of(draft.state(), budget, after.key(), draft.now()));
    int was = percent(OtherSlices.saturated(others, before.spent()), limit);
    long spent = OtherSlices.saturated(others, after.spent());
    for (int mark : budget.alertsAtPercent().stream().distinct().sorted().toList()) {
      if (mark > was && percent(spent, limit) >= mark) {
        draft.put(new Change.AlertRaised(alert(budget, after, spent, mark, limit)));
      }
    }
  }

  private Alert alert(Budget budget, Bucket bucket, long spent, int percent, long limit) {
    BucketKey key = bucket.key();
    String id = Alert.idOf("budget", key.budget(), key.value(), key.unit(), key.windowStartMs(), percent, limit, draft.now(), spent);
    return new Alert.BudgetAt(
        id, draft.now(), key.budget(), budget.target(), key.value(), key.unit(), percent, limit, spent, key.windowStartMs(), bucket.windowEndMs(), budget.audit());
  }

  /** Whole percents of the limit that are spent, rounded down; at most 100. */
  private static int percent(long spent, long limit) {
    if (spent <= 0) {
      return 0;
    }
    return spent >= limit ? 100 : BigInteger.valueOf(spent).multiply(HUNDRED).divide(BigInteger.valueOf(limit)).intValueExact();
  }
}
