package dev.exchequer.server.policyfeed;

import static dev.exchequer.server.policyfeed.Fields.amount;
import static dev.exchequer.server.policyfeed.Fields.count;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.FallbackReason;
import dev.exchequer.policy.Provider;
import dev.exchequer.policy.Route;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Providers and routes. */
final class FromRouteMessages {
  private FromRouteMessages() {}

  static Provider provider(dev.exchequer.api.v1.Provider m) {
    return new Provider(
        ObjectName.parse(m.getName()),
        Fields.text("dialect", m.getDialect()),
        m.getBasePath(),
        Fields.text("output_cap_field", m.getOutputCapField()),
        m.getCachedOutsidePrompt(),
        m.getHiddenReasoning(),
        Fields.atLeastOne("max_in_flight", m.getMaxInFlight()),
        m.getSuspended(),
        switch (m.getUsageTrust()) {
          case FULL -> Provider.UsageTrust.FULL;
          case BOUNDED -> Provider.UsageTrust.BOUNDED;
          case ESTIMATE -> Provider.UsageTrust.ESTIMATE;
          case UNRECOGNIZED -> throw Fields.unknown("usage_trust");
        },
        m.getCostSheet().isEmpty() ? null : ObjectName.parse(m.getCostSheet()));
  }

  static Route route(dev.exchequer.api.v1.Route m) {
    if (!m.hasFallback()) {
      throw new IllegalArgumentException("no fallback");
    }
    return new Route(
        ObjectName.parse(m.getName()),
        amount("generation", m.getGeneration()),
        Fields.patterns(m.getModelsList()),
        texts("endpoint", m.getEndpointsList(), Endpoint.values(), Endpoint::text),
        Fields.notEmpty("hops", m.getHopsList().stream().map(FromRouteMessages::hop).toList(), m.getHopsCount() == 0),
        fallback(m.getFallback()),
        Fields.names(m.getPriceSheetsList()),
        amount("default_output_tokens", m.getDefaultOutputTokens()),
        amount("max_output_tokens", m.getMaxOutputTokens()),
        m.getSuspended(),
        new Route.Audience(m.getAllNamespaces(), m.getNamespacesList(), count("precedence", m.getPrecedence())),
        amount("clamp_min_tokens", m.getClampMinTokens()));
  }

  private static Route.Hop hop(dev.exchequer.api.v1.Hop m) {
    return new Route.Hop(
        Fields.text("hop name", m.getName()),
        ObjectName.parse(m.getProvider()),
        m.getUpstreamModel().isEmpty() ? null : m.getUpstreamModel(),
        Fields.routeClass(m.getRouteClass()),
        amount("max_input_tokens", m.getMaxInputTokens()),
        Fields.text("cluster", m.getCluster()),
        amount("stream_first_byte_ms", m.getStreamFirstByteMs()),
        amount("response_ms", m.getResponseMs()),
        amount("stream_idle_ms", m.getStreamIdleMs()),
        m.hasMaxToolCalls() ? Long.valueOf(count("max_tool_calls", m.getMaxToolCalls())) : null);
  }

  private static Route.Fallback fallback(dev.exchequer.api.v1.Fallback m) {
    return new Route.Fallback(
        m.getPolicy().isEmpty() ? null : ObjectName.parse(m.getPolicy()),
        m.getDigest(),
        Set.copyOf(new HashSet<>(m.getStatusesList())),
        texts("fallback reason", m.getReasonsList(), FallbackReason.values(), FallbackReason::text),
        Fields.atLeastOne("max_attempts", m.getMaxAttempts()),
        amount("give_up_after_ms", m.getGiveUpAfterMs()),
        count("cooldown_failures", m.getCooldownFailures()),
        amount("cooldown_ms", m.getCooldownMs()),
        m.getWithConsent());
  }

  private static <E extends Enum<E>> Set<E> texts(String what, List<String> texts, E[] values, Function<E, String> textOf) {
    Set<E> found = new HashSet<>();
    for (String text : texts) {
      found.add(
          Arrays.stream(values)
              .filter(value -> textOf.apply(value).equals(text))
              .findAny()
              .orElseThrow(() -> new IllegalArgumentException("no such " + what + ": " + text)));
    }
    return found.stream().collect(Collectors.toUnmodifiableSet());
  }
}
