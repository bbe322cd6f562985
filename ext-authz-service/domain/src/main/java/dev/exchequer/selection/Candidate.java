package dev.exchequer.selection;

import dev.exchequer.pricing.Quote;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Payer;
import dev.exchequer.policy.Provider;
import dev.exchequer.policy.Route.Hop;
import java.util.List;

/**
 * One hop of the pinned plan as far as it can be judged without looking at money: what the ledger then walks in order.
 *
 * @param position 1-based, in ModelRoute.hops
 * @param outputCap tokens per choice that the forwarded request asks for at most, 0 where the endpoint has none
 * @param usable class and model allowed and, where it is paid, a Balance object exists (suspended, empty or unpriced is still usable)
 */
public record Candidate(int position, Hop hop, Provider provider, Payer payer, boolean usable, long outputCap, Verdict verdict) {

  public sealed interface Verdict {}

  /** Not to be tried, whatever the balances hold. */
  public record Skip(SkipReason reason, String message) implements Verdict {}

  /** Nobody pays (Byok, Free): no hold of money, a hold row of amount 0 all the same. */
  public record NoPayer() implements Verdict {}

  /** Paid by the first of these that can pay the whole quote; in order; never empty. */
  public record Payable(List<Option> options) implements Verdict {
    public Payable {
      options = List.copyOf(options);
      if (options.isEmpty()) {
        throw new IllegalArgumentException("no balance to choose from");
      }
    }
  }

  public record Option(Balance balance, Quote quote) {}
}
