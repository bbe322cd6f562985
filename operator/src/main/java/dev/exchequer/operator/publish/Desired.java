package dev.exchequer.operator.publish;

import dev.exchequer.operator.model.Memo;
import dev.exchequer.operator.translate.Resources;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** What every Envoy should have, by type and name. */
record Desired(SortedMap<String, Versioned> clusters, SortedMap<String, Versioned> secrets, SortedMap<String, Versioned> routes) {

  static Desired of(Resources resources) {
    return of(resources, new Memo<>(Desired::versioned));
  }

  /** @param tables packed before; a table of thousands of routes is packed and named by its digest once */
  static Desired of(Resources resources, Memo<RouteConfiguration, Versioned> tables) {
    tables.turn();
    return new Desired(
        byName(resources.clusters(), cluster -> Versioned.of(cluster.getName(), cluster)),
        byName(resources.secrets(), secret -> Versioned.of(secret.getName(), secret)),
        byName(resources.routes(), tables::of));
  }

  static Versioned versioned(RouteConfiguration table) {
    return Versioned.of(table.getName(), table);
  }

  Map<String, Versioned> get(ResourceType type) {
    return switch (type) {
      case CLUSTER -> clusters;
      case SECRET -> secrets;
      case ROUTES -> routes;
    };
  }

  Desired withRoutes(Desired other) {
    return new Desired(clusters, secrets, other.routes);
  }

  Desired withClusters(Desired other) {
    return new Desired(other.clusters, secrets, routes);
  }

  private static <T> SortedMap<String, Versioned> byName(List<T> resources, Function<T, Versioned> pack) {
    SortedMap<String, Versioned> map = new TreeMap<>();
    for (T resource : resources) {
      Versioned packed = pack.apply(resource);
      map.put(packed.name(), packed);
    }
    return Collections.unmodifiableSortedMap(map);
  }
}
