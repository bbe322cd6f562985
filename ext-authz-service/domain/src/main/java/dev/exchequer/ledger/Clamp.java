package dev.exchequer.ledger;

import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.PriceSheet;
import dev.exchequer.pricing.AmountOverflow;
import dev.exchequer.pricing.Demand;
import dev.exchequer.pricing.Quote;
import dev.exchequer.selection.Candidate;
import dev.exchequer.selection.Selection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * `output.reserve: Clamp`: where balance or budgets cannot pay the whole cap, the cap that is forwarded is lowered to what they can. The hold is still the ceiling of the
 * request that is sent: never a smaller hold and the same request.
 */
final class Clamp {
  private final LedgerState state;
  private final Policy policy;
  private final Demand demand;
  private final long minTokens;

  /** @param minTokens the cap is not lowered below it */
  Clamp(LedgerState state, Policy policy, Demand demand, long minTokens) {
    this.state = state;
    this.policy = policy;
    this.demand = demand;
    this.minTokens = minTokens;
  }

  /**
   * The candidate with the highest cap that its first able balance can pay; null = not even the least.
   *
   * @param budgetRoom nano-units that every budget has left
   */
  @Nullable Candidate lower(Candidate candidate, Candidate.Payable payable, long budgetRoom) {
    for (Candidate.Option option : payable.options()) {
      Account account = state.account(option.balance().name()).orElse(null);
      if (account == null || stopped(option.balance(), account) || !account.unit().equals(option.balance().unit())) {
        continue;
      }
      long room = Math.min(budgetRoom, account.available(option.balance().overdraftNanos()));
      long cap = highest(option.quote(), candidate.outputCap(), room);
      if (cap > 0) {
        Quote all = option.quote();
        Quote quote = new Quote(ceiling(all, cap), all.unit(), all.sheet(), all.sheetDigest(), all.rate(), all.otherRate(), all.inputBound(), cap, all.toolCallBound());
        Candidate.Payable able = new Candidate.Payable(List.of(new Candidate.Option(option.balance(), quote)));
        return new Candidate(candidate.position(), candidate.hop(), candidate.provider(), candidate.payer(), candidate.usable(), cap, able);
      }
    }
    return null;
  }

  static boolean stopped(Balance balance, @Nullable Account account) {
    return balance.suspended() || (account != null && (account.purse().suspended() || account.purse().closed()));
  }

  /** The cost never falls with the cap, so the highest cap that fits is found by halving. 0 = none. */
  private long highest(Quote quote, long cap, long room) {
    if (cap <= minTokens || room < 0 || ceiling(quote, minTokens) > room) {
      return 0;
    }
    long fits = minTokens;
    long tooMuch = cap;
    while (tooMuch - fits > 1) {
      long middle = fits + (tooMuch - fits) / 2;
      if (ceiling(quote, middle) <= room) {
        fits = middle;
      } else {
        tooMuch = middle;
      }
    }
    return fits;
  }

  private long ceiling(Quote quote, long cap) {
    PriceSheet sheet = Objects.requireNonNull(policy.priceSheets().get(quote.sheet()));
    try {
      return Quote.ceiling(sheet, quote.rate(), quote.otherRate(), quote.bounds(Selection.outputBound(cap, demand)));
    } catch (AmountOverflow | ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }
}
