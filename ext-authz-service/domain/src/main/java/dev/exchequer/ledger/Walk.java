package dev.exchequer.ledger;

import dev.exchequer.budget.Bucket;
import dev.exchequer.fallback.Ending;
import dev.exchequer.fallback.Endings;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.FallbackReason;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.Route;
import dev.exchequer.pricing.Quote;
import dev.exchequer.receipt.Receipt;
import dev.exchequer.selection.Candidate;
import dev.exchequer.selection.RequestFacts;
import dev.exchequer.selection.Selection;
import dev.exchequer.selection.SkipReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the hops from where a request stands to the first that may be tried, and says why each one before it is skipped. Looks only: holding is the
 * caller's, so the same code decides an attempt and answers whether another one would be possible.
 */
final class Walk {
  sealed interface Outcome {
    List<Receipt.Hop> skipped();

    List<Endings.Skipped> clauses();
  }

  /**
   * This hop is the next attempt.
   *
   * @param balance null = nobody pays
   */
  record Take(
      Candidate candidate,
      @Nullable Balance balance,
      @Nullable Quote quote,
      List<Bucket> buckets,
      List<Receipt.Considered> considered,
      List<Receipt.Hop> skipped,
      List<Endings.Skipped> clauses)
      implements Outcome {}

  /** @param ending what the request comes to if no hop was tried before */
  record Nothing(Ending ending, List<Receipt.Hop> skipped, List<Endings.Skipped> clauses) implements Outcome {}

  private final LedgerState state;
  private final RequestFacts facts;
  private final Policy policy;
  private final Route route;
  private final ProviderView providers;
  private final long now;
  private final List<Receipt.Hop> skipped = new ArrayList<>();
  private final List<Endings.Skipped> clauses = new ArrayList<>();
  private @Nullable Ending ofFirstUsable;

  private Walk(LedgerState state, RequestFacts facts, Policy policy, ProviderView providers, long now) {
    this.state = state;
    this.facts = facts;
    this.policy = policy;
    this.route = Objects.requireNonNull(policy.routes().get(Objects.requireNonNull(facts.route())));
    this.providers = providers;
    this.now = now;
  }

  /** @param after position of the hop that was tried last, 0 = none */
  static Outcome from(LedgerState state, RequestFacts facts, Policy policy, int after, ProviderView providers, long now) {
    return new Walk(state, facts, policy, providers, now).go(after);
  }

  /** Why a hop is skipped, and how the request ends if that is its answer. */
  private record Skip(SkipReason reason, String message, Ending ending, List<Receipt.Considered> considered) {}

  private Outcome go(int after) {
    List<Candidate> candidates = Selection.candidates(policy, facts);
    boolean forbiddenOnly = true;
    for (Candidate candidate : candidates.subList(after, candidates.size())) {
      BudgetCheck.Verdict budgets = budgets(candidate);
      if (budgets instanceof BudgetCheck.Refuse refuse) {
        return new Nothing(refuse.ending(), skipped, clauses);
      }
      List<Receipt.Considered> considered = new ArrayList<>();
      Skip skip = skip(candidate, budgets, considered);
      if (skip == null) {
        return take(candidate, budgets, considered);
      }
      Take lowered = lowered(candidate, skip);
      if (lowered != null) {
        return lowered;
      }
      record(candidate, skip);
      forbiddenOnly &= skip.reason == SkipReason.ROUTE_FORBIDDEN;
      if (candidate.usable() && skip.reason != SkipReason.CROSS_BALANCE_FORBIDDEN && ofFirstUsable == null) {
        ofFirstUsable = skip.ending;
      }
      if (!passes(skip.reason)) {
        break;
      }
    }
    Ending ending = ofFirstUsable != null ? ofFirstUsable : noneUsable(forbiddenOnly);
    return new Nothing(ending, skipped, clauses);
  }

  /** The same hop with a lower cap, where the route allows that and money is all that is missing. */
  private @Nullable Take lowered(Candidate candidate, Skip skip) {
    boolean money = skip.reason == SkipReason.BALANCE_INSUFFICIENT || skip.reason == SkipReason.BUDGET_EXCEEDED;
    if (!money || route.clampMinTokens() == 0 || !(candidate.verdict() instanceof Candidate.Payable payable)) {
      return null;
    }
    long budgetRoom = new BudgetCheck(state, facts, now).room(policy, candidate.hop().routeClass(), payable.options().get(0).quote().unit());
    Candidate lower = new Clamp(state, policy, facts.demand(), route.clampMinTokens()).lower(candidate, payable, budgetRoom);
    if (lower == null) {
      return null;
    }
    BudgetCheck.Verdict budgets = budgets(lower);
    List<Receipt.Considered> considered = new ArrayList<>();
    if (!(budgets instanceof BudgetCheck.Passes) || skip(lower, budgets, considered) != null) {
      return null;
    }
    Receipt.Considered payer = considered.removeLast();
    considered.add(new Receipt.Considered(payer.balance(), "pays, output cap lowered to " + lower.outputCap(), payer.available()));
    return take(lower, budgets, considered);
  }

  private BudgetCheck.Verdict budgets(Candidate candidate) {
    if (candidate.verdict() instanceof Candidate.Payable payable) {
      Quote quote = payable.options().get(0).quote();
      return new BudgetCheck(state, facts, now).check(policy, candidate.hop().routeClass(), quote.unit(), quote.amountNanos());
    }
    return new BudgetCheck.Passes(List.of());
  }

  private Take take(Candidate candidate, BudgetCheck.Verdict budgets, List<Receipt.Considered> considered) {
    List<Bucket> buckets = budgets instanceof BudgetCheck.Passes passes ? passes.buckets() : List.of();
    if (candidate.verdict() instanceof Candidate.Payable payable) {
      Candidate.Option option = payable.options().get(considered.size() - 1);
      return new Take(candidate, option.balance(), option.quote(), buckets, considered, skipped, clauses);
    }
    return new Take(candidate, null, null, buckets, considered, skipped, clauses);
  }

  /** Null = it may be tried; the last of the considered balances pays then. */
  private @Nullable Skip skip(Candidate candidate, BudgetCheck.Verdict budgets, List<Receipt.Considered> considered) {
    if (candidate.verdict() instanceof Candidate.Skip skip) {
      return new Skip(skip.reason(), skip.message(), SkipEndings.of(skip.reason(), skip.message(), candidate.hop().name()), considered);
    }
    Skip provider = providerSkip(candidate);
    if (provider != null) {
      return provider;
    }
    if (candidate.verdict() instanceof Candidate.Payable payable) {
      Skip money = moneySkip(candidate, payable, considered);
      if (money != null) {
        return money;
      }
    }
    return budgets instanceof BudgetCheck.Exceeded exceeded ? budgetSkip(candidate, exceeded, considered) : null;
  }

  private @Nullable Skip providerSkip(Candidate candidate) {
    String provider = "provider " + candidate.provider().name();
    if (providers.of(candidate.provider().name()) instanceof ProviderView.Standing.CoolingDown cooling) {
      String message = provider + " rests after failures in a row";
      return new Skip(
          SkipReason.PROVIDER_COOLING_DOWN, message, SkipEndings.retryAfter(503, "provider_unavailable", message, cooling.retryAfterSeconds()), List.of());
    }
    if (state.inFlight(candidate.provider().name()) >= candidate.provider().maxInFlight()) {
      String message = provider + " has " + candidate.provider().maxInFlight() + " requests in flight (maxInFlight)";
      return new Skip(SkipReason.PROVIDER_BUSY, message, SkipEndings.retryAfter(503, "provider_unavailable", message, 1), List.of());
    }
    return null;
  }

  private @Nullable Skip moneySkip(Candidate candidate, Candidate.Payable payable, List<Receipt.Considered> considered) {
    boolean allSuspended = true;
    List<String> names = new ArrayList<>();
    for (Candidate.Option option : payable.options()) {
      Balance balance = option.balance();
      Account account = state.account(balance.name()).orElse(null);
      long available = account == null ? 0 : account.available(balance.overdraftNanos());
      names.add(balance.name().toString());
      if (Clamp.stopped(balance, account)) {
        String verdict = account != null && account.purse().closed() ? "closed" : "suspended";
        considered.add(new Receipt.Considered(balance.name().toString(), verdict, available));
        continue;
      }
      allSuspended = false;
      boolean pays = account != null && account.unit().equals(balance.unit()) && available >= option.quote().amountNanos();
      considered.add(new Receipt.Considered(balance.name().toString(), pays ? "pays" : "insufficient", available));
      if (pays) {
        return null;
      }
    }
    String balances = String.join(", ", names);
    Quote quote = payable.options().get(0).quote();
    SkipReason reason = allSuspended ? SkipReason.BALANCE_SUSPENDED : SkipReason.BALANCE_INSUFFICIENT;
    String message =
        allSuspended
            ? balances + (names.size() == 1 ? " is suspended" : " are suspended")
            : "hop " + candidate.hop().name() + " needs a hold of " + dev.exchequer.money.Money.text(quote.amountNanos()) + " " + quote.unit() + " from " + balances;
    return new Skip(reason, message, SkipEndings.of(reason, message, candidate.hop().name()), considered);
  }

  private Skip budgetSkip(Candidate candidate, BudgetCheck.Exceeded exceeded, List<Receipt.Considered> considered) {
    String of = exceeded.value().isEmpty() ? "" : " for " + exceeded.value();
    String message = "budget " + exceeded.budget().name() + of + " has no room for hop " + candidate.hop().name();
    List<Receipt.Considered> verdicts = new ArrayList<>(considered);
    if (!verdicts.isEmpty()) {
      Receipt.Considered last = verdicts.remove(verdicts.size() - 1);
      verdicts.add(new Receipt.Considered(last.balance(), "budget_exceeded: " + exceeded.budget().name(), last.available()));
    }
    long seconds = exceeded.roomAtMs() == 0 ? Long.MAX_VALUE : (exceeded.roomAtMs() - now + 999) / 1000;
    return new Skip(SkipReason.BUDGET_EXCEEDED, message, SkipEndings.retryAfter(429, "budget_exceeded", message, seconds), verdicts);
  }

  private void record(Candidate candidate, Skip skip) {
    skipped.add(ReceiptHops.skipped(candidate, skip.reason, skip.message, skip.considered, Objects.requireNonNull(facts.requestedModel())));
    clauses.add(new Endings.Skipped(candidate.hop().name(), skip.reason.text(), skip.message));
  }

  private boolean passes(SkipReason reason) {
    return switch (reason) {
      case ROUTE_FORBIDDEN, NO_BALANCE, CROSS_BALANCE_FORBIDDEN, PROVIDER_SUSPENDED, UNBOUNDED_INPUT -> true;
      case ROUTE_SUSPENDED -> false;
      case PROVIDER_COOLING_DOWN -> allows(FallbackReason.PROVIDER_COOLING_DOWN);
      case PROVIDER_BUSY -> allows(FallbackReason.PROVIDER_BUSY);
      case BALANCE_INSUFFICIENT, BALANCE_SUSPENDED -> allows(FallbackReason.BALANCE_INSUFFICIENT);
      case BUDGET_EXCEEDED -> allows(FallbackReason.BUDGET_EXCEEDED);
      case PRICE_MISSING -> allows(FallbackReason.PRICE_MISSING);
    };
  }

  private boolean allows(FallbackReason reason) {
    return route.fallback().reasons().contains(reason);
  }

  private Ending noneUsable(boolean forbiddenOnly) {
    return forbiddenOnly
        ? Ending.of(403, "route_forbidden", "no hop of route " + route.name() + " may be used by this request", new Ending.Retry.No())
        : Ending.of(402, "balance_insufficient", "project " + facts.project() + " has no balance that pays for route " + route.name(), new Ending.Retry.No());
  }
}
