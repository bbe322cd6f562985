package dev.exchequer.ledger;

import dev.exchequer.budget.Bucket;
import dev.exchequer.budget.BucketKey;
import dev.exchequer.budget.Windows;
import dev.exchequer.fallback.Ending;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.ModelPattern;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.RouteClass;
import dev.exchequer.selection.RequestFacts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/** Which budget counters a hop counts in, and whether they let its quote pass: all of them, or it is refused by the first that does not. */
final class BudgetCheck {
  sealed interface Verdict {}

  /** @param buckets to hold in; those that are not there yet begin empty */
  record Passes(List<Bucket> buckets) implements Verdict {}

  /** @param roomAtMs when time alone makes room for it: the window begins anew, or enough has left one that rolls; 0 = never */
  record Exceeded(Budget budget, String value, long roomAtMs) implements Verdict {}

  /** The whole request is refused, whatever other hops could do. */
  record Refuse(Ending ending) implements Verdict {}

  private final LedgerState state;
  private final RequestFacts facts;
  private final long now;

  BudgetCheck(LedgerState state, RequestFacts facts, long now) {
    this.state = state;
    this.facts = facts;
    this.now = now;
  }

  Verdict check(Policy policy, RouteClass routeClass, String unit, long amount) {
    List<Bucket> buckets = new ArrayList<>();
    for (Budget budget : policy.budgets()) {
      if (!applies(budget, routeClass)) {
        continue;
      }
      Long limit = budget.limits().get(unit);
      if (limit == null && !budget.denyOtherUnits()) {
        continue;
      }
      if (budget.per() == Budget.Per.TASK && budget.taskRequired() && facts.task().isEmpty()) {
        return new Refuse(
            Ending.of(400, "task_required", "budget " + budget.name() + " needs a task label: send the header x-exchequer-task", new Ending.Retry.No())
                .withParam("x-exchequer-task"));
      }
      Bucket bucket = bucket(budget, unit);
      if (budget.per() == Budget.Per.TASK) {
        OpenLabels labels = new OpenLabels(state, budget, now);
        String label = bucket.key().value();
        if (!budget.audit() && !label.isEmpty() && labels.refused(label)) {
          return new Refuse(
              Ending.of(403, "task_not_open", "task " + label + " of budget " + budget.name() + " is not open: an operator opens it (exchequer tasks open)", new Ending.Retry.No())
                  .withParam("x-exchequer-task"));
        }
        limit = limit == null ? null : Long.valueOf(cap(budget, label, unit, limit));
      }
      if (!budget.audit() && (limit == null || over(bucket, others(budget, bucket), amount, limit))) {
        return new Exceeded(budget, bucket.key().value(), limit == null || amount > limit ? 0 : roomAt(budget, bucket, amount, limit));
      }
      if (budget.per() == Budget.Per.TASK && !budget.audit() && !new OpenLabels(state, budget, now).open(bucket.key().value())
          && new OpenLabels(state, budget, now).count() >= budget.maxOpen()) {
        return new Refuse(
            Ending.of(
                429, "task_limit", "budget " + budget.name() + " has " + budget.maxOpen() + " open task labels: continue one of them, or wait until one is idle",
                new Ending.Retry.No()));
      }
      buckets.add(bucket);
    }
    return new Passes(buckets);
  }

  /** What every budget that counts this has left, in nano-units; below zero where one forbids the unit or has been overspent. */
  long room(Policy policy, RouteClass routeClass, String unit) {
    long room = Long.MAX_VALUE;
    for (Budget budget : policy.budgets()) {
      Long limit = budget.limits().get(unit);
      if (budget.audit() || !applies(budget, routeClass) || (limit == null && !budget.denyOtherUnits())) {
        continue;
      }
      Bucket bucket = bucket(budget, unit);
      room = Math.min(room, limit == null ? -1 : left(bucket, others(budget, bucket), cap(budget, bucket.key().value(), unit, limit)));
    }
    return room;
  }

  /** A task label may have a cap of its own, below the budget's. */
  private long cap(Budget budget, String value, String unit, long limit) {
    return budget.per() != Budget.Per.TASK ? limit : state.envelope(budget.name(), value).map(said -> said.cap(unit, limit)).orElse(limit);
  }

  /** What a window that rolls counts beside the slice of now. */
  private long others(Budget budget, Bucket bucket) {
    return budget.window().rolling() ? OtherSlices.used(OtherSlices.of(state, budget, bucket.key(), now)) : 0;
  }

  /** Where nothing is settled, released or spent until then. An amount that fits into the limit at all fits when everything has left. */
  private long roomAt(Budget budget, Bucket bucket, long amount, long limit) {
    if (!budget.window().rolling()) {
      return bucket.windowEndMs();
    }
    List<Bucket> counts = new ArrayList<>(OtherSlices.of(state, budget, bucket.key(), now));
    counts.add(bucket);
    counts.sort(Comparator.comparingLong(Bucket::windowEndMs));
    while (true) {
      long leaves = counts.remove(0).windowEndMs();
      if (OtherSlices.saturated(OtherSlices.used(counts), amount) <= limit) {
        return leaves;
      }
    }
  }

  private static long left(Bucket bucket, long others, long limit) {
    try {
      return Math.subtractExact(limit, Math.addExact(Math.addExact(bucket.spent(), bucket.held()), others));
    } catch (ArithmeticException e) {
      return bucket.spent() < 0 ? limit : -1;
    }
  }

  private static boolean over(Bucket bucket, long others, long amount, long limit) {
    try {
      return Math.addExact(Math.addExact(Math.addExact(bucket.spent(), bucket.held()), others), amount) > limit;
    } catch (ArithmeticException e) {
      return true;
    }
  }

  private boolean applies(Budget budget, RouteClass routeClass) {
    boolean target =
        switch (budget.target().kind()) {
          case PROJECT -> budget.target().name().equals(facts.project());
          case API_KEY -> budget.target().name().equals(facts.apiKey());
          case MODEL_ROUTE -> budget.target().name().equals(facts.route());
        };
    return target
        && (budget.matchRouteClasses().isEmpty() || budget.matchRouteClasses().contains(routeClass))
        && (budget.matchModels().isEmpty() || ModelPattern.anyMatches(budget.matchModels(), Objects.requireNonNull(facts.requestedModel())));
  }

  private Bucket bucket(Budget budget, String unit) {
    String value =
        switch (budget.per()) {
          case TARGET -> "";
          case API_KEY -> facts.apiKey().toString();
          case TASK -> facts.task();
          case END_USER -> facts.endUser();
        };
    Windows window = Windows.at(budget, now);
    BucketKey key = new BucketKey(budget.name(), value, unit, window.startMs());
    return state.bucket(key).orElseGet(() -> new Bucket(key, window.endMs(), 0, 0, now));
  }
}
