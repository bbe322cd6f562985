package dev.exchequer.policy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which of a list of routes serves a model to the keys of a namespace. A namespace's own routes are asked first, then those that serve other namespaces too. An exact name is
 * found by two hash look-ups, by one more where the namespace has routes and not for this model; nothing is allocated.
 *
 * @param own by the namespace of the route
 * @param shared routes with an audience beyond their own namespace
 */
record RouteIndex(Map<String, Models> own, Models shared) {
  private static final Models NONE = new Models(Map.of(), List.of());

  static RouteIndex of(List<Route> routes) {
    Map<String, List<Integer>> byNamespace = new HashMap<>();
    List<Integer> shared = new ArrayList<>();
    for (int place = 0; place < routes.size(); place++) {
      Route route = routes.get(place);
      byNamespace.computeIfAbsent(route.name().namespace(), namespace -> new ArrayList<>()).add(place);
      if (route.audience().shared()) {
        shared.add(place);
      }
    }
    Map<String, Models> own = new HashMap<>();
    byNamespace.forEach((namespace, its) -> own.put(namespace, Models.of(routes, its)));
    return new RouteIndex(Map.copyOf(own), Models.of(routes, shared));
  }

  /** Whether a list with the one route in the place of the other has the same index: all that is read here is looked at. */
  static boolean claimTheSame(Route one, Route other) {
    return one.name().equals(other.name())
        && one.models().equals(other.models())
        && one.endpoints().equals(other.endpoints())
        && one.audience().equals(other.audience());
  }

  /**
   * The place of the route that serves, -1 = none does.
   *
   * @param routes those that this was made of, or others that claim the same
   */
  int find(List<Route> routes, String keyNamespace, String model, Endpoint endpoint) {
    int found = own.getOrDefault(keyNamespace, NONE).find(routes, keyNamespace, model, endpoint);
    return found >= 0 ? found : shared.find(routes, keyNamespace, model, endpoint);
  }

  /**
   * What a route serves.
   *
   * @param stem the model, without the "*" of a prefix
   * @param place of the route
   */
  private record Claim(String stem, int place) {
    static Claim of(ModelPattern pattern, int place) {
      String stem = pattern.prefix() ? pattern.text().substring(0, pattern.text().length() - 1) : pattern.text();
      return new Claim(stem, place);
    }

    boolean serves(List<Route> routes, String keyNamespace, Endpoint endpoint) {
      Route route = routes.get(place);
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

    static Models of(List<Route> routes, List<Integer> places) {
      Map<String, List<Claim>> exact = new HashMap<>();
      List<Claim> prefixes = new ArrayList<>();
      for (int place : places.stream().sorted(Comparator.comparing(routes::get, FIRST_WINS)).toList()) {
        for (ModelPattern pattern : routes.get(place).models()) {
          Claim claim = Claim.of(pattern, place);
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

    int find(List<Route> routes, String keyNamespace, String model, Endpoint endpoint) {
      List<Claim> named = exact.get(model);
      if (named != null) {
        for (int i = 0; i < named.size(); i++) {
          if (named.get(i).serves(routes, keyNamespace, endpoint)) {
            return named.get(i).place;
          }
        }
      }
      for (int i = 0; i < prefixes.size(); i++) {
        Claim claim = prefixes.get(i);
        if (model.startsWith(claim.stem) && claim.serves(routes, keyNamespace, endpoint)) {
          return claim.place;
        }
      }
      return -1;
    }
  }
}
