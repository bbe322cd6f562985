package dev.exchequer.operator.compile;

import com.fasterxml.jackson.databind.node.MissingNode;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Names;
import dev.exchequer.operator.model.Spec;
import dev.exchequer.operator.policy.ToRoute;
import dev.exchequer.policy.FallbackReason;
import dev.exchequer.policy.Route;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A FallbackPolicy with every default spelled out; a route without one gets the defaults.
 *
 * @param connectMs, streamFirstByteMs, responseMs, streamIdleMs for hops that do not say otherwise; idle 0 = off
 */
record FallbackTerms(Route.Fallback fallback, long connectMs, long streamFirstByteMs, long responseMs, long streamIdleMs) {
  private static final Set<Integer> DEFAULT_STATUSES = Set.of(408, 429, 500, 502, 503, 504);
  private static final Set<FallbackReason> DEFAULT_REASONS =
      EnumSet.of(
          FallbackReason.CONNECT_FAILURE,
          FallbackReason.FIRST_BYTE_TIMEOUT,
          FallbackReason.PROVIDER_COOLING_DOWN,
          FallbackReason.PROVIDER_BUSY,
          FallbackReason.BALANCE_INSUFFICIENT);

  static FallbackTerms of(Optional<Document> policy) {
    return policy
        .map(document -> of(document.name(), Spec.of(document)))
        .orElseGet(() -> of(null, new Spec(MissingNode.getInstance(), "spec")));
  }

  private static FallbackTerms of(@Nullable ObjectName name, Spec spec) {
    Spec on = spec.part("fallbackOn");
    Spec timeouts = spec.part("timeouts");
    Spec cooldown = spec.part("cooldown");
    Set<Integer> statuses =
        on.has("statuses") ? on.list("statuses").stream().map(status -> status.node().asInt()).collect(Collectors.toSet()) : DEFAULT_STATUSES;
    Route.Fallback fallback =
        new Route.Fallback(
            name,
            "",
            statuses,
            on.has("reasons") ? Names.reasons(on.texts("reasons")) : DEFAULT_REASONS,
            spec.number("maxAttempts", 4),
            spec.duration("giveUpAfter", 60_000),
            cooldown.number("afterFailures", 5),
            cooldown.duration("duration", 30_000),
            spec.text("crossBalance").equals("WithConsent"));
    return new FallbackTerms(
        ToRoute.withDigest(fallback),
        timeouts.duration("connect", 5_000),
        timeouts.duration("streamFirstByte", 30_000),
        timeouts.duration("response", 300_000),
        timeouts.duration("streamIdle", 60_000));
  }
}
