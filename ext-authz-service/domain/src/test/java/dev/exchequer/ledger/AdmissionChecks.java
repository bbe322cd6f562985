package dev.exchequer.ledger;

import static dev.exchequer.ledger.Books.check;

import dev.exchequer.budget.Bucket;
import dev.exchequer.budget.BucketKey;
import dev.exchequer.identity.HoldId;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.Route;
import dev.exchequer.receipt.Receipt;
import dev.exchequer.selection.RequestFacts;
import java.math.BigInteger;
import java.util.Collection;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/** What must be true right after a hold was made. */
public final class AdmissionChecks {
  private static final long DAY_MS = 24 * 3_600_000L;

  private AdmissionChecks() {}

  /**
   * Everything that the hold counts in had room for it.
   *
   * @param policy that the request is decided by
   */
  public static void fresh(Books books, Policy policy, RequestFacts facts, Result.Held held, long nowMs) {
    Route route = Objects.requireNonNull(policy.routes().get(Objects.requireNonNull(facts.route())));
    Hold hold = Objects.requireNonNull(books.holds.get(held.id()));
    check(held.id().attempt() <= route.fallback().maxAttempts(), "maxAttempts");
    // since it was admitted in ledger time: the clock that said when the request came may be behind
    long admittedMs = Objects.requireNonNull(books.holds.get(new HoldId(facts.id(), 1))).heldAtMs();
    check(held.id().attempt() == 1 || nowMs - admittedMs < route.fallback().giveUpAfterMs(), "no attempt starts after giveUpAfter");
    if (held.balance() != null) {
      Balance balance = Objects.requireNonNull(policy.balances().get(held.balance()));
      Account account = Objects.requireNonNull(books.accounts.get(held.balance()));
      BigInteger available = BigInteger.valueOf(account.posted()).add(BigInteger.valueOf(balance.overdraftNanos())).subtract(BigInteger.valueOf(account.held()));
      check(available.signum() >= 0, "available is never below the overdraft at admission");
      check(!balance.suspended() && !account.purse().suspended() && !account.purse().closed(), "a suspended balance takes no new holds");
    }
    for (Budget budget : policy.budgets()) {
      for (BucketKey key : hold.buckets()) {
        if (key.budget().equals(budget.name()) && !budget.audit()) {
          room(books, budget, key, nowMs);
        }
      }
    }
    if (Objects.requireNonNull(policy.keys().get(facts.apiKey())).neverCross()) {
      Set<String> units = new HashSet<>();
      for (int attempt = 1; attempt <= held.id().attempt(); attempt++) {
        Hold other = Objects.requireNonNull(books.holds.get(new HoldId(facts.id(), attempt)));
        units.add(other.quote() == null ? "nobody pays" : other.quote().unit());
      }
      check(units.size() == 1, "all hops of a Never request share a payer");
    }
  }

  private static void room(Books books, Budget budget, BucketKey key, long nowMs) {
    Bucket bucket = Objects.requireNonNull(books.buckets.get(key));
    long limit = Objects.requireNonNull(budget.limits().get(key.unit()));
    Envelope said = books.envelopes.get(budget.name() + " " + key.value());
    boolean task = budget.per() == Budget.Per.TASK;
    check(!task || !budget.openByApi() || key.value().isEmpty() || said != null, "a label that nobody opened takes no holds");
    check(!task || said == null || !said.closed() && (said.expiresAtMs() == 0 || nowMs < said.expiresAtMs()), "a label that is closed or over takes no holds");
    long cap = task && said != null ? Math.min(limit, said.limits().getOrDefault(key.unit(), limit)) : limit;
    BigInteger counted = BigInteger.valueOf(bucket.spent()).add(BigInteger.valueOf(bucket.held()));
    if (budget.window().rolling()) {
      for (Bucket other : books.buckets.values()) {
        BucketKey o = other.key();
        boolean beside = o.budget().equals(key.budget()) && o.value().equals(key.value()) && o.unit().equals(key.unit()) && o.windowStartMs() != key.windowStartMs();
        // whatever was spent in a slice that overlaps the last period
        if (beside && o.windowStartMs() + budget.window().sliceMs() > nowMs - budget.window().periodMs()) {
          counted = counted.add(BigInteger.valueOf(other.spent())).add(BigInteger.valueOf(other.held()));
        }
      }
    }
    check(counted.compareTo(BigInteger.valueOf(cap)) <= 0, "a budget is never exceeded at admission");
  }

  /** @param admitted all requests that were admitted */
  public static void idempotencyKey(Books books, RequestFacts facts, Collection<RequestFacts> admitted, long nowMs) {
    if (facts.idempotencyKey() == null) {
      return;
    }
    for (RequestFacts other : admitted) {
      if (!other.id().equals(facts.id()) && facts.idempotencyKey().equals(other.idempotencyKey()) && facts.apiKey().equals(other.apiKey())) {
        Receipt receipt = books.receipts.get(other.id());
        if (receipt == null) {
          throw new AssertionError("broken: the Idempotency-Key of a running request is taken");
        }
        boolean free = receipt.totals().isEmpty() && !receipt.status().equals("InDoubt");
        check(free || receipt.endedAt() + DAY_MS <= nowMs, "the Idempotency-Key of a request that cost something is taken for a day");
      }
    }
  }
}
