package dev.exchequer.ledger;

import dev.exchequer.fallback.AttemptOutcome;
import dev.exchequer.fallback.Evidence;
import dev.exchequer.fallback.Settlement;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.PriceSheet;
import dev.exchequer.policy.PriceSheet.Rate;
import dev.exchequer.policy.Provider;
import dev.exchequer.pricing.AmountOverflow;
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
 * @param voided nothing was delivered: nothing is charged
 * @param charge the lines, null where there are none (voided, nobody pays, the whole hold)
 */
record Judgement(boolean voided, long amount, Usage usage, @Nullable Charge charge) {

  static Judgement of(Policy policy, Hold hold, AttemptOutcome outcome, Evidence evidence) {
    Provider provider = Objects.requireNonNull(policy.providers().get(hold.subject().provider()));
    Quote quote = hold.quote();
    PriceSheet sheet = quote == null ? null : Objects.requireNonNull(policy.priceSheets().get(quote.sheet()), "the pinned price sheet");
    Settlement.Terms terms =
        new Settlement.Terms(
            quote == null ? 0 : quote.inputBound(),
            hold.outputBound(),
            provider.hiddenReasoning(),
            sheet == null ? PriceSheet.MissingUsage.ESTIMATE : sheet.missingUsage());
    return switch (Settlement.of(outcome, evidence, terms)) {
      case Settlement.Void v -> new Judgement(true, 0, evidence.usage(), null);
      case Settlement.Whole w -> whole(hold);
      case Settlement.Use use -> quote == null || sheet == null ? new Judgement(false, 0, use.usage(), null) : priced(sheet, quote, hold, evidence, use.usage());
    };
  }

  static Judgement whole(Hold hold) {
    return new Judgement(false, hold.amount(), new Usage(java.util.Map.of(), Usage.Source.ESTIMATED), null);
  }

  private static Judgement priced(PriceSheet sheet, Quote quote, Hold hold, Evidence evidence, Usage usage) {
    Rate rate = servedRate(sheet, hold, evidence).or(() -> Rates.named(sheet, quote.rate())).orElseThrow(() -> new IllegalStateException("no rate " + quote.rate()));
    try {
      Charge charge = Pricing.charge(sheet, rate, usage);
      return new Judgement(false, charge.amountNanos(), usage, charge);
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
