package dev.exchequer.ledger;

import dev.exchequer.fallback.AttemptOutcome;
import dev.exchequer.fallback.Evidence;

/** An outcome in words, as the receipt's reason. */
final class Wording {
  private Wording() {}

  static String of(AttemptOutcome outcome, Evidence evidence, boolean next) {
    return words(outcome, evidence) + (next ? ", moved on" : "");
  }

  private static String words(AttemptOutcome outcome, Evidence evidence) {
    return switch (outcome) {
      case COMPLETED -> Integer.toString(evidence.status());
      case PROVIDER_STATUS -> evidence.status() == 429 ? "429 rate limited" : evidence.status() + " from the provider";
      case CONNECT_FAILURE -> "the provider could not be reached";
      case FIRST_BYTE_TIMEOUT -> "no first byte in time";
      case RESPONSE_TIMEOUT -> "no whole answer in time";
      case UNREADABLE ->
          evidence.errorSeen() ? evidence.status() + " with an error inside" : "the answer came as " + evidence.contentEncoding() + ", which was not asked for";
      case EMPTY_ERROR -> "empty output, finished by " + evidence.finishReason();
      case STREAM_BROKEN -> "the provider broke off";
      case CLIENT_GONE -> "the client left";
      case IN_DOUBT -> "nobody can say how it ended";
    };
  }
}
