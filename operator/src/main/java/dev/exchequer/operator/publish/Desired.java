package dev.exchequer.operator.publish;

import com.google.protobuf.Message;
import dev.exchequer.operator.translate.Resources;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** What every Envoy should have, by type and name. */
record Desired(SortedMap<String, Versioned> clusters, SortedMap<String, Versioned> secrets, SortedMap<String, Versioned> routes) {

  static Desired of(Resources resources) {
    return new Desired(
        byName(resources.clusters(), cluster -> cluster.getName()),
        byName(resources.secrets(), secret -> secret.getName()),
        byName(resources.routes(), routes -> routes.getName()));
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

  private static <T extends Message> SortedMap<String, Versioned> byName(List<T> resources, Function<T, String> name) {
    SortedMap<String, Versioned> map = new TreeMap<>();
    resources.forEach(resource -> map.put(name.apply(resource), Versioned.of(name.apply(resource), resource)));
    return Collections.unmodifiableSortedMap(map);
  }
}
