package dev.exchequer.operator.policy;

import dev.exchequer.operator.model.Sha256;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.FallbackReason;
import dev.exchequer.policy.Route;

/** Routes on the wire. */
public final class ToRoute {
  private ToRoute() {}

  /** The same fallback, with its digest: the SHA-256 of its message without the digest. */
  public static Route.Fallback withDigest(Route.Fallback fallback) {
    return new Route.Fallback(
        fallback.policy(),
        Sha256.hex(Wire.canonical(fallback(fallback).toBuilder().clearDigest().build())),
        fallback.statuses(),
        fallback.reasons(),
        fallback.maxAttempts(),
        fallback.giveUpAfterMs(),
        fallback.cooldownFailures(),
        fallback.cooldownMs(),
        fallback.withConsent());
  }

  static dev.exchequer.api.v1.Route message(Route route) {
    return dev.exchequer.api.v1.Route.newBuilder()
        .setName(route.name().toString())
        .setGeneration(route.generation())
        .addAllModels(Wire.models(route.models()))
        .addAllEndpoints(route.endpoints().stream().sorted().map(Endpoint::text).toList())
        .addAllHops(route.hops().stream().map(ToRoute::hop).toList())
        .setFallback(fallback(route.fallback()))
        .addAllPriceSheets(Wire.names(route.priceSheets()))
        .setDefaultOutputTokens(route.defaultOutputTokens())
        .setMaxOutputTokens(route.maxOutputTokens())
        .setSuspended(route.suspended())
        .setAllNamespaces(route.audience().allNamespaces())
        .addAllNamespaces(route.audience().namespaces())
        .setPrecedence(route.audience().precedence())
        .setClampMinTokens(route.clampMinTokens())
        .build();
  }

  private static dev.exchequer.api.v1.Hop hop(Route.Hop hop) {
    dev.exchequer.api.v1.Hop.Builder message = dev.exchequer.api.v1.Hop.newBuilder();
    if (hop.maxToolCalls() != null) {
      message.setMaxToolCalls(Math.toIntExact(hop.maxToolCalls()));
    }
    return message
        .setName(hop.name())
        .setProvider(hop.provider().toString())
        .setUpstreamModel(hop.upstreamModel() == null ? "" : hop.upstreamModel())
        .setRouteClass(Wire.routeClass(hop.routeClass()))
        .setMaxInputTokens(hop.maxInputTokens())
        .setCluster(hop.cluster())
        .setStreamFirstByteMs(hop.streamFirstByteMs())
        .setResponseMs(hop.responseMs())
        .setStreamIdleMs(hop.streamIdleMs())
        .build();
  }

  private static dev.exchequer.api.v1.Fallback fallback(Route.Fallback fallback) {
    return dev.exchequer.api.v1.Fallback.newBuilder()
        .setPolicy(fallback.policy() == null ? "" : fallback.policy().toString())
        .setDigest(fallback.digest())
        .addAllStatuses(fallback.statuses().stream().sorted().toList())
        .addAllReasons(fallback.reasons().stream().sorted().map(FallbackReason::text).toList())
        .setMaxAttempts(fallback.maxAttempts())
        .setGiveUpAfterMs(fallback.giveUpAfterMs())
        .setCooldownFailures(fallback.cooldownFailures())
        .setCooldownMs(fallback.cooldownMs())
        .setWithConsent(fallback.withConsent())
        .build();
  }
}
