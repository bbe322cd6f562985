package dev.exchequer.fallback;

import dev.exchequer.pricing.Usage;
import org.jspecify.annotations.Nullable;

/**
 * What is known of how an attempt ended, from the meter's Settle call or from a line of the journal. Any part may be missing.
 *
 * @param from who speaks
 * @param status HTTP status of the answer, 0 = none arrived
 * @param local Envoy's own reply: "<response flags> <details>"; "" = the provider answered
 * @param usage normalised; source NONE where none was reported or it was rejected as nonsense
 * @param usageRejected why reported usage was not believed, null = it was, or there was none
 * @param servedModel "" = not said
 * @param serviceTier "" = not said
 * @param errorSeen a 2xx answer carried a top-level error
 * @param released bytes of a 2xx answer may have reached the client
 * @param complete the answer came to its end: a JSON body, or a stream whose last choice finished or that said [DONE]
 * @param clientGone the client left first
 * @param upstreamSeen the attempt was sent to an upstream host, or may have been
 * @param providerError the provider's error body, parsed and masked, null = none
 * @param retryAfterSeconds the provider's retry-after, -1 = none
 */
public record Evidence(
    From from,
    int status,
    String local,
    String contentEncoding,
    Usage usage,
    @Nullable String usageRejected,
    String servedModel,
    String serviceTier,
    String providerRequestId,
    String finishReason,
    boolean errorSeen,
    boolean streamed,
    boolean released,
    boolean complete,
    boolean clientGone,
    boolean upstreamSeen,
    long events,
    long textBytes,
    long outputItems,
    long firstByteMs,
    long latencyMs,
    @Nullable ProviderError providerError,
    long retryAfterSeconds) {

  public enum From {
    SETTLE,
    JOURNAL
  }

  /** Each part at most 1 KiB, key-like strings masked. */
  public record ProviderError(String message, String type, @Nullable String param, @Nullable String code) {}

  /** Nothing is known. */
  public static Evidence none() {
    return new Evidence(From.JOURNAL, 0, "", "", Usage.NOTHING, null, "", "", "", "", false, false, false, false, false, false, 0, 0, 0, 0, 0, null, -1);
  }

  /** The client left, and nothing was sent. */
  public Evidence gone() {
    return new Evidence(
        from, status, local, contentEncoding, usage, usageRejected, servedModel, serviceTier, providerRequestId, finishReason, errorSeen, streamed, released, complete,
        true, upstreamSeen, events, textBytes, outputItems, firstByteMs, latencyMs, providerError, retryAfterSeconds);
  }

  public Evidence withUsage(Usage other) {
    return new Evidence(
        from, status, local, contentEncoding, other, usageRejected, servedModel, serviceTier, providerRequestId, finishReason, errorSeen, streamed, released, complete,
        clientGone, upstreamSeen, events, textBytes, outputItems, firstByteMs, latencyMs, providerError, retryAfterSeconds);
  }
}
