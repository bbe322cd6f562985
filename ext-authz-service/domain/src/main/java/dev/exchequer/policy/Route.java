package dev.exchequer.policy;

import dev.exchequer.identity.ObjectName;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A ModelRoute, compiled: its hops in order with everything that a walk needs.
 *
 * @param models the patterns that this route won over other routes
 * @param defaultOutputTokens the cap where the client names none
 * @param maxOutputTokens the cap is never more
 */
public record Route(
    ObjectName name,
    long generation,
    List<ModelPattern> models,
    Set<Endpoint> endpoints,
    List<Hop> hops,
    Fallback fallback,
    List<ObjectName> priceSheets,
    long defaultOutputTokens,
    long maxOutputTokens,
    boolean suspended) {

  /**
   * One choice of upstream.
   *
   * @param upstreamModel null = as requested
   * @param maxInputTokens what the hop declares for input that cannot be bounded by its bytes, 0 = nothing
   * @param cluster the Envoy cluster
   * @param streamIdleMs 0 = off
   */
  public record Hop(
      String name,
      ObjectName provider,
      @Nullable String upstreamModel,
      RouteClass routeClass,
      long maxInputTokens,
      String cluster,
      long streamFirstByteMs,
      long responseMs,
      long streamIdleMs) {
    public String upstreamModelFor(String requestedModel) {
      return upstreamModel == null ? requestedModel : upstreamModel;
    }
  }

  /**
   * @param policy null = the defaults
   * @param cooldownFailures failures in a row after which the provider rests, 0 = never
   */
  public record Fallback(
      @Nullable ObjectName policy,
      String digest,
      Set<Integer> statuses,
      Set<FallbackReason> reasons,
      int maxAttempts,
      long giveUpAfterMs,
      int cooldownFailures,
      long cooldownMs,
      boolean withConsent) {
    public Fallback {
      statuses = Set.copyOf(statuses);
      reasons = Set.copyOf(reasons);
    }
  }

  public Route {
    models = List.copyOf(models);
    endpoints = Set.copyOf(endpoints);
    hops = List.copyOf(hops);
    priceSheets = List.copyOf(priceSheets);
  }
}
