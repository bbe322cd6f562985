package dev.exchequer.ledger;

import dev.exchequer.fallback.AttemptOutcome;
import dev.exchequer.fallback.Evidence;
import dev.exchequer.fallback.Settlement;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.PriceSheet;
import dev.exchequer.policy.PriceSheet.ChargeOn;
import dev.exchequer.policy.PriceSheet.MissingUsage;
import dev.exchequer.policy.PriceSheet.Rate;
import dev.exchequer.policy.Provider;
import dev.exchequer.policy.RouteClass;
import dev.exchequer.pricing.AmountOverflow;
import dev.exchequer.pricing.Bounds;
import dev.exchequer.pricing.Estimates;
import dev.exchequer.pricing.HouseCost;
import dev.exchequer.pricing.Pricing;
import dev.exchequer.pricing.Rates;
import dev.exchequer.pricing.Usage;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an ended attempt costs the house; docs/design/house-cost.md. Nothing is decided by it. */
final class Costs {
  private final Policy policy;
  private final Hold hold;
  private final Provider provider;

  private Costs(Policy policy, Hold hold) {
    this.policy = policy;
    this.hold = hold;
    this.provider = Objects.requireNonNull(policy.providers().get(hold.subject().provider()));
  }

  /**
   * @param bounds for what was not reported
   * @return null where nothing is billed as far as anybody knows: no cost sheet, the customer's own key, nothing was served
   */
  static @Nullable HouseCost of(Policy policy, Hold hold, Bounds bounds, AttemptOutcome outcome, Evidence evidence) {
    Costs costs = new Costs(policy, hold);
    ObjectName name = costs.provider.costSheet();
    if (name == null || hold.subject().routeClass() == RouteClass.BYOK) {
      return null;
    }
    PriceSheet sheet = Objects.requireNonNull(policy.priceSheets().get(name), "the pinned cost sheet");
    Usage usage = costs.billed(sheet, bounds, outcome, evidence);
    return usage == null ? null : costs.priced(sheet, usage, evidence);
  }

  /** What the provider bills: what it reported, else what was delivered. */
  private @Nullable Usage billed(PriceSheet sheet, Bounds bounds, AttemptOutcome outcome, Evidence evidence) {
    MissingUsage missing = sheet.terms().missingUsage() == MissingUsage.FREE ? MissingUsage.FREE : MissingUsage.ESTIMATE;
    PriceSheet.Terms terms = new PriceSheet.Terms(ChargeOn.UPSTREAM_BILLED, missing, 0);
    return switch (Settlement.of(outcome, evidence, new Settlement.Terms(bounds, provider.hiddenReasoning(), terms))) {
      case Settlement.Void v -> null;
      case Settlement.Use use -> use.usage();
      case Settlement.Whole w -> Estimates.whole(bounds);
    };
  }

  private HouseCost priced(PriceSheet sheet, Usage usage, Evidence evidence) {
    Rates.Subject asked = hold.subject();
    Optional<Rate> rate =
        sheet.effectiveAt(hold.heldAtMs())
            ? Rates.match(sheet, asked.servedBy(evidence.servedModel(), evidence.serviceTier())).or(() -> Rates.match(sheet, asked))
            : Optional.empty();
    if (rate.isEmpty()) {
      return unknown(sheet, usage);
    }
    try {
      long amount = Pricing.charge(sheet, rate.get(), usage).amountNanos();
      return new HouseCost(amount, sheet.unit(), sheet.name(), sheet.digest(), rate.get().name(), !usage.reported());
    } catch (AmountOverflow | ArithmeticException absurd) {
      return unknown(sheet, usage);
    }
  }

  private static HouseCost unknown(PriceSheet sheet, Usage usage) {
    return new HouseCost(0, sheet.unit(), sheet.name(), sheet.digest(), null, !usage.reported());
  }

  /** Writes down what an attempt cost, or by how much better evidence corrects that. */
  static void post(Draft draft, Hold hold, HouseEntry.Kind kind, @Nullable HouseCost before, @Nullable HouseCost cost) {
    long more = Math.subtractExact(cost == null ? 0 : cost.amountNanos(), before == null ? 0 : before.amountNanos());
    if (cost != null && more != 0) {
      draft.put(new Change.HousePosted(new HouseEntry(hold.id(), kind, draft.now(), hold.subject().provider(), cost.unit(), more, cost.sheet(), cost.digest())));
    }
  }
}
