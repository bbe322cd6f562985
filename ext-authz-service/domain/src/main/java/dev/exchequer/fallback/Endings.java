package dev.exchequer.fallback;

import dev.exchequer.fallback.Ending.Retry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of "How a request can end" (docs/REFERENCE.md): what a client is told. */
public final class Endings {
  /** A provider's retry-after is passed on up to here, in seconds. */
  private static final long LONGEST_RETRY_AFTER = 60;

  private Endings() {}

  /** Null = the provider's own answer goes to the client. */
  public static @Nullable Ending of(AttemptOutcome outcome, Evidence evidence, String hop) {
    return switch (outcome) {
      case COMPLETED, CLIENT_GONE, IN_DOUBT -> null;
      case STREAM_BROKEN -> evidence.released() ? null : unreachable(hop);
      case PROVIDER_STATUS -> status(evidence, hop);
      case CONNECT_FAILURE -> unreachable(hop);
      case FIRST_BYTE_TIMEOUT, RESPONSE_TIMEOUT ->
          Ending.of(504, "provider_timeout", "hop " + hop + ": the provider did not answer in time", new Retry.Unsaid());
      case UNREADABLE, EMPTY_ERROR ->
          evidence.released() && evidence.streamed()
              ? null
              : Ending.of(502, "provider_unreadable", "hop " + hop + ": the provider's answer could not be used", new Retry.Unsaid());
    };
  }

  private static Ending unreachable(String hop) {
    return Ending.of(502, "provider_unreachable", "hop " + hop + ": the provider could not be reached", new Retry.Unsaid());
  }

  private static Ending status(Evidence evidence, String hop) {
    int status = evidence.status();
    if (status < 400 || (status >= 401 && status <= 404)) {
      return Ending.of(502, "provider_config", "hop " + hop + ": the provider refused the gateway's account; its operator has to look", new Retry.No());
    }
    if (status == 429) {
      long after = evidence.retryAfterSeconds();
      Retry retry = after >= 0 && after <= LONGEST_RETRY_AFTER ? new Retry.After(after) : new Retry.No();
      return Ending.of(429, "provider_rate_limited", "hop " + hop + ": the provider's rate limit is reached", retry);
    }
    if (status >= 500) {
      return Ending.of(status, "provider_error", "hop " + hop + ": the provider answered " + status, new Retry.Unsaid());
    }
    Retry retry = status == 408 || status == 409 || status == 425 ? new Retry.Unsaid() : new Retry.No();
    Evidence.ProviderError told = evidence.providerError();
    if (told == null) {
      return Ending.of(status, "provider_rejected", "hop " + hop + ": the provider rejected the request with " + status, retry);
    }
    String message = told.message().isEmpty() ? "the provider rejected the request with " + status : told.message();
    return new Ending(status, "provider_rejected", message, told.type().isEmpty() ? null : told.type(), told.param(), told.code(), retry);
  }

  /** A hop that was passed over, for the last clauses of a message. */
  public record Skipped(String hop, String reason, String message) {}

  /** The message ends with one clause for each skipped hop. */
  public static Ending withSkips(Ending ending, List<Skipped> skipped) {
    if (skipped.isEmpty()) {
      return ending;
    }
    StringBuilder message = new StringBuilder(ending.message());
    for (Skipped skip : skipped) {
      message.append("; hop ").append(skip.hop()).append(" skipped: ").append(skip.reason()).append(" (").append(skip.message()).append(')');
    }
    return ending.withMessage(message.toString());
  }
}
