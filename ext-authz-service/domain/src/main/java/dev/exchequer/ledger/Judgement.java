package dev.exchequer.ledger;

import dev.exchequer.fallback.AttemptOutcome;
import dev.exchequer.fallback.Evidence;
import dev.exchequer.fallback.Settlement;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.PriceSheet;
import dev.exchequer.policy.PriceSheet.Rate;
import dev.exchequer.policy.Provider;
import dev.exchequer.policy.Provider.UsageTrust;
import dev.exchequer.pricing.AmountOverflow;
import dev.exchequer.pricing.Believed;
import dev.exchequer.pricing.Bounds;
import dev.exchequer.pricing.Charge;
import dev.exchequer.pricing.Pricing;
import dev.exchequer.pricing.Quote;
import dev.exchequer.pricing.Rates;
import dev.exchequer.pricing.Usage;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an ended attempt costs, by the price sheet that its hold pinned. The price follows the served model and tier; where no rate of the sheet matches
 * those, the hold's rate.
 *
 * @param voided nothing is charged, by the terms of the sheet
 * @param usage what was charged; where nothing was, what was reported
 * @param charge the lines, null where there are none (voided, nobody pays, the whole hold)
 * @param doubt what was not believed of the provider's report, for people; null = nothing
 */
record Judgement(boolean voided, long amount, Usage usage, @Nullable Charge charge, @Nullable String doubt) {

  static Judgement of(Policy policy, Hold hold, AttemptOutcome outcome, Evidence evidence) {
    Provider provider = Objects.requireNonNull(policy.providers().get(hold.subject().provider()));
    Quote quote = hold.quote();
    if (quote == null) {
      Settlement.Terms free = new Settlement.Terms(Bounds.ofTokens(0, hold.outputBound()), provider.hiddenReasoning(), PriceSheet.Terms.DEFAULT);
      return switch (Settlement.of(outcome, evidence, free)) {
        case Settlement.Void v -> nothing(evidence.usage());
        case Settlement.Whole w -> whole(hold);
        case Settlement.Use use -> new Judgement(false, 0, use.usage(), null, null);
      };
    }
    PriceSheet sheet = Objects.requireNonNull(policy.priceSheets().get(quote.sheet()), "the pinned price sheet");
    Bounds bounds = quote.bounds(hold.outputBound());
    Believed believed = Believed.of(evidence.usage(), provider.usageTrust(), bounds);
    Settlement.Terms terms = new Settlement.Terms(bounds, provider.hiddenReasoning(), sheet.terms());
    return switch (Settlement.of(outcome, evidence.withUsage(believed.usage()), terms)) {
      case Settlement.Void v -> nothing(evidence.usage());
      case Settlement.Whole w -> whole(hold).doubting(believed.doubt());
      case Settlement.Use use -> priced(sheet, quote, hold, evidence, use.usage()).atMostTheHold(hold, provider.usageTrust()).doubting(believed.doubt());
    };
  }

  /** @param reported is noted */
  static Judgement nothing(Usage reported) {
    return new Judgement(true, 0, reported, null, null);
  }

  static Judgement whole(Hold hold) {
    return new Judgement(false, hold.amount(), new Usage(java.util.Map.of(), Usage.Source.ESTIMATED), null, null);
  }

  private Judgement doubting(@Nullable String what) {
    return new Judgement(voided, amount, usage, charge, what);
  }

  /** Only a provider that is trusted fully may say more than was held. */
  private Judgement atMostTheHold(Hold hold, UsageTrust trust) {
    return trust == UsageTrust.FULL || amount <= hold.amount() ? this : new Judgement(false, hold.amount(), usage, null, doubt);
  }

  private static Judgement priced(PriceSheet sheet, Quote quote, Hold hold, Evidence evidence, Usage usage) {
    Rate rate = servedRate(sheet, hold, evidence).or(() -> Rates.named(sheet, quote.rate())).orElseThrow(() -> new IllegalStateException("no rate " + quote.rate()));
    try {
      Charge charge = Pricing.charge(sheet, rate, usage);
      return new Judgement(false, charge.amountNanos(), usage, charge, null);
    } catch (AmountOverflow | ArithmeticException absurd) {
      return whole(hold);
    }
  }

  private static Optional<Rate> servedRate(PriceSheet sheet, Hold hold, Evidence evidence) {
    if (evidence.servedModel().isEmpty() && evidence.serviceTier().isEmpty()) {
      return Optional.empty();
    }
    return Rates.match(sheet, hold.subject().servedBy(evidence.servedModel(), evidence.serviceTier()));
  }
}
