package dev.exchequer.fallback;

import dev.exchequer.policy.FallbackReason;
import dev.exchequer.policy.Route;
import java.util.Arrays;
import java.util.Set;

/**
 * Reads how an attempt ended off its evidence, and whether the policy looks at the next hop then.
 *
 * <p>Envoy's response flags: the "Response flags" table of its access log documentation. UT timeout, UF connect failure, UC connection ended, UR reset,
 * NC no cluster, NR no route, UO overflow, UH no healthy host, SI stream idle timeout, DC downstream disconnected.
 */
public final class Outcomes {
  private static final Set<String> GOOD_FINISH = Set.of("", "stop", "length", "tool_calls", "function_call", "eos", "end_turn");

  private Outcomes() {}

  public static AttemptOutcome of(Evidence evidence) {
    if (!evidence.local().isEmpty() && !evidence.released()) {
      return local(evidence);
    }
    if (evidence.status() == 0) {
      return evidence.clientGone() ? AttemptOutcome.CLIENT_GONE : AttemptOutcome.CONNECT_FAILURE;
    }
    if (evidence.status() < 200 || evidence.status() > 299) {
      return AttemptOutcome.PROVIDER_STATUS;
    }
    return answered(evidence);
  }

  private static AttemptOutcome answered(Evidence evidence) {
    if (!evidence.contentEncoding().isEmpty() && !evidence.contentEncoding().equals("identity")) {
      return AttemptOutcome.UNREADABLE;
    }
    boolean nothingSaid = evidence.streamed() ? evidence.textBytes() == 0 : evidence.outputItems() == 0;
    if (nothingSaid && !GOOD_FINISH.contains(evidence.finishReason())) {
      return AttemptOutcome.EMPTY_ERROR;
    }
    if (evidence.errorSeen()) {
      return evidence.released() ? AttemptOutcome.STREAM_BROKEN : AttemptOutcome.UNREADABLE;
    }
    if (evidence.complete()) {
      return AttemptOutcome.COMPLETED;
    }
    return evidence.clientGone() ? AttemptOutcome.CLIENT_GONE : AttemptOutcome.STREAM_BROKEN;
  }

  private static AttemptOutcome local(Evidence evidence) {
    String local = evidence.local();
    int space = local.indexOf(' ');
    Set<String> flags = Set.copyOf(Arrays.asList((space < 0 ? local : local.substring(0, space)).split(",")));
    if (flags.contains("DC") || evidence.clientGone()) {
      return AttemptOutcome.CLIENT_GONE;
    }
    if (flags.contains("UT") || flags.contains("SI")) {
      return local.contains("per_try") ? AttemptOutcome.FIRST_BYTE_TIMEOUT : AttemptOutcome.RESPONSE_TIMEOUT;
    }
    return AttemptOutcome.CONNECT_FAILURE;
  }

  /** Whether the policy looks at the next hop after this outcome, as far as the outcome decides it. Never once bytes of a 2xx answer were released. */
  public static boolean movesOn(AttemptOutcome outcome, Evidence evidence, Route.Fallback fallback) {
    if (evidence.released() && evidence.status() >= 200 && evidence.status() <= 299) {
      return false;
    }
    return switch (outcome) {
      case PROVIDER_STATUS -> fallback.statuses().contains(evidence.status());
      case CONNECT_FAILURE -> fallback.reasons().contains(FallbackReason.CONNECT_FAILURE);
      case FIRST_BYTE_TIMEOUT, RESPONSE_TIMEOUT -> fallback.reasons().contains(FallbackReason.FIRST_BYTE_TIMEOUT);
      case UNREADABLE, EMPTY_ERROR -> true;
      case COMPLETED, STREAM_BROKEN, CLIENT_GONE, IN_DOUBT -> false;
    };
  }

  /** Whether the outcome counts against the provider: failures in a row make it rest. 429 does not count, it is about this account's rate. */
  public static boolean providerFailed(AttemptOutcome outcome, int status) {
    return switch (outcome) {
      case CONNECT_FAILURE, FIRST_BYTE_TIMEOUT, RESPONSE_TIMEOUT, UNREADABLE -> true;
      case PROVIDER_STATUS -> status >= 500;
      case COMPLETED, EMPTY_ERROR, STREAM_BROKEN, CLIENT_GONE, IN_DOUBT -> false;
    };
  }
}
