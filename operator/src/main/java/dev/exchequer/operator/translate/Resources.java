package dev.exchequer.operator.translate;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import java.util.List;

/** What Envoy is told by ADS, each list sorted by name. Never print it: the secrets are in the clear. */
public record Resources(List<Cluster> clusters, List<Secret> secrets, List<RouteConfiguration> routes) {
  public Resources {
    clusters = List.copyOf(clusters);
    secrets = List.copyOf(secrets);
    routes = List.copyOf(routes);
  }

  @Override
  public String toString() {
    return clusters.size() + " clusters, " + secrets.size() + " secrets, " + routes.size() + " route configurations";
  }
}
