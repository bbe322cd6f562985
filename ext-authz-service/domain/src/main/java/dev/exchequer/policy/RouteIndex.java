package dev.exchequer.policy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which route serves a model to the keys of a namespace. A namespace's own routes are asked first, then those that serve other namespaces too. An exact name is
 * found by two hash look-ups, by one more where the namespace has routes and not for this model; nothing is allocated.
 *
 * @param own by the namespace of the route
 * @param shared routes with an audience beyond their own namespace
 */
record RouteIndex(Map<String, Models> own, Models shared) {
  private static final Models NONE = Models.of(List.of());

  static RouteIndex of(Collection<Route> routes) {
    Map<String, List<Route>> byNamespace = new HashMap<>();
    List<Route> shared = new ArrayList<>();
    for (Route route : routes) {
      byNamespace.computeIfAbsent(route.name().namespace(), namespace -> new ArrayList<>()).add(route);
      if (route.audience().shared()) {
        shared.add(route);
      }
    }
    Map<String, Models> own = new HashMap<>();
    byNamespace.forEach((namespace, its) -> own.put(namespace, Models.of(its)));
    return new RouteIndex(Map.copyOf(own), Models.of(shared));
  }

  Optional<Route> find(String keyNamespace, String model, Endpoint endpoint) {
    Optional<Route> found = own.getOrDefault(keyNamespace, NONE).find(keyNamespace, model, endpoint);
    return found.isPresent() ? found : shared.find(keyNamespace, model, endpoint);
  }

  /**
   * A route with the answer that names it, made once.
   *
   * @param stem the model, without the "*" of a prefix
   */
  private record Claim(String stem, Route route, Optional<Route> answer) {
    static Claim of(ModelPattern pattern, Route route) {
      String stem = pattern.prefix() ? pattern.text().substring(0, pattern.text().length() - 1) : pattern.text();
      return new Claim(stem, route, Optional.of(route));
    }

    boolean serves(String keyNamespace, Endpoint endpoint) {
      return route.endpoints().contains(endpoint) && route.serves(keyNamespace);
    }
  }

  /**
   * The models of some routes.
   *
   * @param exact by name, in the order in which they win
   * @param prefixes the longest first, then in the order in which they win
   */
  private record Models(Map<String, List<Claim>> exact, List<Claim> prefixes) {
    private static final Comparator<Route> FIRST_WINS = Comparator.comparingInt((Route route) -> route.audience().precedence()).thenComparing(Route::name);

    static Models of(List<Route> routes) {
      Map<String, List<Claim>> exact = new HashMap<>();
      List<Claim> prefixes = new ArrayList<>();
      for (Route route : routes.stream().sorted(FIRST_WINS).toList()) {
        for (ModelPattern pattern : route.models()) {
          Claim claim = Claim.of(pattern, route);
          if (pattern.prefix()) {
            prefixes.add(claim);
          } else {
            exact.computeIfAbsent(claim.stem, model -> new ArrayList<>(1)).add(claim);
          }
        }
      }
      prefixes.sort(Comparator.comparingInt((Claim claim) -> -claim.stem.length())); // stable: the order in which they win stays
      return new Models(Map.copyOf(exact), List.copyOf(prefixes));
    }

    Optional<Route> find(String keyNamespace, String model, Endpoint endpoint) {
      List<Claim> named = exact.get(model);
      if (named != null) {
        for (int i = 0; i < named.size(); i++) {
          if (named.get(i).serves(keyNamespace, endpoint)) {
            return named.get(i).answer;
          }
        }
      }
      for (int i = 0; i < prefixes.size(); i++) {
        Claim claim = prefixes.get(i);
        if (model.startsWith(claim.stem) && claim.serves(keyNamespace, endpoint)) {
          return claim.answer;
        }
      }
      return Optional.empty();
    }
  }
}
