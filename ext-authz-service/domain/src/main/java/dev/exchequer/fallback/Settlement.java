package dev.exchequer.fallback;

import dev.exchequer.policy.PriceSheet.MissingUsage;
import dev.exchequer.pricing.Estimates;
import dev.exchequer.pricing.Usage;

/** What becomes of a hop's hold (`chargeOn: Delivered`): DOMAIN's table of outcomes. */
public sealed interface Settlement {
  /** Nothing is charged. */
  record Void() implements Settlement {}

  /** This much is charged. */
  record Use(Usage usage) implements Settlement {}

  /** The whole hold is charged. */
  record Whole() implements Settlement {}

  /**
   * What the hold reserved for.
   *
   * @param inputBound tokens
   * @param outputBound tokens of all outputs together
   */
  record Terms(long inputBound, long outputBound, boolean hiddenReasoning, MissingUsage missingUsage) {}

  static Settlement of(AttemptOutcome outcome, Evidence evidence, Terms terms) {
    return switch (outcome) {
      case PROVIDER_STATUS, CONNECT_FAILURE, FIRST_BYTE_TIMEOUT, RESPONSE_TIMEOUT, UNREADABLE, EMPTY_ERROR -> new Void();
      case COMPLETED, STREAM_BROKEN -> delivered(evidence, terms);
      case CLIENT_GONE -> evidence.upstreamSeen() || evidence.released() ? delivered(evidence, terms) : new Void();
      case IN_DOUBT -> delivered(evidence, terms);
    };
  }

  private static Settlement delivered(Evidence evidence, Terms terms) {
    if (evidence.usage().reported()) {
      return new Use(evidence.usage());
    }
    return switch (terms.missingUsage()) {
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
        unseenText ? Estimates.whole(terms.inputBound(), terms.outputBound()) : Estimates.delivered(terms.inputBound(), evidence.events(), evidence.textBytes()));
  }
}
