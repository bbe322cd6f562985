package dev.exchequer.policy;

import dev.exchequer.identity.ObjectName;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A ModelRoute, compiled: its hops in order with everything that a walk needs.
 *
 * @param models the patterns that this route won over other routes
 * @param defaultOutputTokens the cap where the client names none
 * @param maxOutputTokens the cap is never more
 * @param audience which keys it serves
 * @param clampMinTokens where the whole cap cannot be paid it is lowered to what can, not below this; 0 = never (Strict)
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
    boolean suspended,
    Audience audience,
    long clampMinTokens) {

  /** One whose cap is never lowered. */
  public Route(
      ObjectName name,
      long generation,
      List<ModelPattern> models,
      Set<Endpoint> endpoints,
      List<Hop> hops,
      Fallback fallback,
      List<ObjectName> priceSheets,
      long defaultOutputTokens,
      long maxOutputTokens,
      boolean suspended,
      Audience audience) {
    this(name, generation, models, endpoints, hops, fallback, priceSheets, defaultOutputTokens, maxOutputTokens, suspended, audience, 0);
  }

  /**
   * Which keys a route serves, besides those of its own namespace.
   *
   * @param namespaces sorted; those of which keys are served too
   * @param precedence among routes of one namespace that list the same model the lower wins
   */
  public record Audience(boolean allNamespaces, List<String> namespaces, int precedence) {
    /** The route's own namespace and no other. */
    public static final Audience OWN = new Audience(false, List.of(), 0);

    public Audience {
      namespaces = List.copyOf(namespaces);
      for (int i = 1; i < namespaces.size(); i++) {
        if (namespaces.get(i - 1).compareTo(namespaces.get(i)) >= 0) {
          throw new IllegalArgumentException("namespaces are not sorted: " + namespaces.get(i));
        }
      }
      if (precedence < 0) {
        throw new IllegalArgumentException("precedence is negative");
      }
    }

    /** Whether keys of another namespace than the route's are served at all. */
    public boolean shared() {
      return allNamespaces || !namespaces.isEmpty();
    }

    /** Whether keys of this namespace are, where it is not the route's own. */
    public boolean includes(String namespace) {
      return allNamespaces || Collections.binarySearch(namespaces, namespace) >= 0;
    }
  }

  /**
   * One choice of upstream.
   *
   * @param upstreamModel null = as requested
   * @param maxInputTokens what the hop declares for input that cannot be bounded by its bytes, 0 = nothing
   * @param cluster the Envoy cluster
   * @param streamIdleMs 0 = off
   * @param maxToolCalls how many tools the upstream runs in one request at most, 0 = it runs none, null = not declared
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
      long streamIdleMs,
      @Nullable Long maxToolCalls) {
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

  /** Whether it serves keys of this namespace; whether another route comes first for them is another question. */
  public boolean serves(String keyNamespace) {
    return name.namespace().equals(keyNamespace) || audience.includes(keyNamespace);
  }
}
