package dev.exchequer.fallback;

import dev.exchequer.policy.PriceSheet;
import dev.exchequer.policy.PriceSheet.ChargeOn;
import dev.exchequer.pricing.Bounds;
import dev.exchequer.pricing.Estimates;
import dev.exchequer.pricing.Usage;

/** What becomes of a hop's hold: the table of outcomes in docs/design/prices.md. */
public sealed interface Settlement {
  /** Nothing is charged. */
  record Void() implements Settlement {}

  /** This much is charged. */
  record Use(Usage usage) implements Settlement {}

  /** The whole hold is charged. */
  record Whole() implements Settlement {}

  /** What the hold reserved for, and when it is charged. */
  record Terms(Bounds bounds, boolean hiddenReasoning, PriceSheet.Terms prices) {
    private boolean successOnly() {
      return prices.chargeOn() == ChargeOn.SUCCESS_ONLY;
    }
  }

  /** @param evidence with the usage that is believed; NONE where no report is */
  static Settlement of(AttemptOutcome outcome, Evidence evidence, Terms terms) {
    return switch (outcome) {
      case PROVIDER_STATUS, CONNECT_FAILURE, FIRST_BYTE_TIMEOUT, RESPONSE_TIMEOUT, UNREADABLE, EMPTY_ERROR -> failed(evidence, terms);
      case COMPLETED -> delivered(evidence, terms);
      case STREAM_BROKEN -> terms.successOnly() ? new Void() : delivered(evidence, terms);
      case CLIENT_GONE -> evidence.released() || evidence.upstreamSeen() && !terms.successOnly() ? delivered(evidence, terms) : new Void();
      case IN_DOUBT -> terms.successOnly() && !evidence.released() ? new Void() : delivered(evidence, terms);
    };
  }

  /** Nothing was delivered. What the provider bills for it, it has to say: that is never estimated. */
  private static Settlement failed(Evidence evidence, Terms terms) {
    boolean billed = terms.prices().chargeOn() == ChargeOn.UPSTREAM_BILLED && evidence.usage().reported();
    return billed ? new Use(evidence.usage()) : new Void();
  }

  private static Settlement delivered(Evidence evidence, Terms terms) {
    if (evidence.usage().reported()) {
      return new Use(evidence.usage());
    }
    return switch (terms.prices().missingUsage()) {
      case FREE -> new Use(new Usage(java.util.Map.of(), Usage.Source.ESTIMATED));
      case CHARGE_HOLD -> new Whole();
      case ESTIMATE -> estimated(evidence, terms);
    };
  }

  private static Settlement estimated(Evidence evidence, Terms terms) {
    if (terms.hiddenReasoning() && evidence.released()) {
      return new Whole();
    }
    boolean unseenText = !evidence.streamed() && evidence.outputItems() > 0 && evidence.textBytes() == 0;
    return new Use(
        unseenText ? Estimates.whole(terms.bounds()) : Estimates.delivered(terms.bounds(), evidence.events(), evidence.textBytes()));
  }
}
