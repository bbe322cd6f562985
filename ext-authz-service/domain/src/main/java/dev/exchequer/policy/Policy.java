package dev.exchequer.policy;

import dev.exchequer.identity.ObjectName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything that admission decides by, as one immutable picture, indexed for the request path. A request is decided by the picture that was in force
 * when it was admitted (its plan digest), to its end.
 *
 * @param digest lower-case hex SHA-256 of the canonical AccountingPolicy that this was read from
 */
public record Policy(
    String digest,
    Map<ObjectName, Project> projects,
    Map<ObjectName, ApiKey> keys,
    Map<ObjectName, Balance> balances,
    Map<ObjectName, PriceSheet> priceSheets,
    List<Budget> budgets,
    Map<ObjectName, Provider> providers,
    Map<ObjectName, Route> routes,
    GatewayRules gateway,
    Index index) {

  /** Look-ups that the request path makes, made once. */
  public record Index(Map<String, KeyCredential> credentials, Map<ObjectName, List<Balance>> balancesOfProject, RouteTable routes) {}

  public record KeyCredential(ApiKey key, ApiKey.Credential credential) {}

  public static Policy of(
      String digest,
      Collection<Project> projects,
      Collection<ApiKey> keys,
      Collection<Balance> balances,
      Collection<PriceSheet> priceSheets,
      List<Budget> budgets,
      Collection<Provider> providers,
      Collection<Route> routes,
      GatewayRules gateway) {
    return of(digest, projects, keys, balances, priceSheets, budgets, providers, routes, gateway, null);
  }

  /** @param before an older policy, whose routes may be the same: what is looked up of them is shared then; null = none. The result is the same without */
  public static Policy of(
      String digest,
      Collection<Project> projects,
      Collection<ApiKey> keys,
      Collection<Balance> balances,
      Collection<PriceSheet> priceSheets,
      List<Budget> budgets,
      Collection<Provider> providers,
      Collection<Route> routes,
      GatewayRules gateway,
      @Nullable Policy before) {
    RouteTable table = RouteTable.of(routes, before == null ? null : before.index.routes);
    Map<String, KeyCredential> credentials = new HashMap<>();
    for (ApiKey key : keys) {
      for (ApiKey.Credential credential : key.credentials()) {
        credentials.put(credential.sha256(), new KeyCredential(key, credential));
      }
    }
    Map<ObjectName, List<Balance>> ofProject = new HashMap<>();
    List<Balance> inOrder = new ArrayList<>(balances);
    inOrder.sort(Comparator.comparingInt(Balance::order).thenComparing(Balance::name));
    for (Balance balance : inOrder) {
      ofProject.computeIfAbsent(balance.project(), p -> new ArrayList<>()).add(balance);
    }
    return new Policy(
        digest,
        byName(projects, Project::name),
        byName(keys, ApiKey::name),
        byName(balances, Balance::name),
        byName(priceSheets, PriceSheet::name),
        List.copyOf(budgets),
        byName(providers, Provider::name),
        table,
        gateway,
        new Index(Map.copyOf(credentials), Map.copyOf(ofProject), table));
  }

  /** Whether the routes of both have the same names and serve the same models to the same keys; false where that was not seen at once. */
  public boolean claimsAsIn(Policy other) {
    return index.routes.claimsAsIn(other.index.routes);
  }

  /** Routes that the other has not; all, if {@link #claimsAsIn} says no. */
  public List<Route> routesNotIn(Policy other) {
    return index.routes.notIn(other.index.routes);
  }

  /** The key with this credential (lower-case hex SHA-256 of what the client sent), expired or not. */
  public Optional<KeyCredential> keyBySha256(String sha256) {
    return Optional.ofNullable(index.credentials.get(sha256));
  }

  /**
   * The route that serves a model at an endpoint to keys of a namespace. That namespace's own routes come before those whose audience it is in; then an exact
   * name before the longest prefix.
   */
  public Optional<Route> routeFor(String keyNamespace, String model, Endpoint endpoint) {
    return index.routes.find(keyNamespace, model, endpoint);
  }

  /** Balances of a project by order, then name. */
  public List<Balance> balancesOf(ObjectName project) {
    return index.balancesOfProject.getOrDefault(project, List.of());
  }

  private static <T> Map<ObjectName, T> byName(Collection<T> items, java.util.function.Function<T, ObjectName> name) {
    Map<ObjectName, T> map = new HashMap<>();
    for (T item : items) {
      map.put(name.apply(item), item);
    }
    return Map.copyOf(map);
  }
}
