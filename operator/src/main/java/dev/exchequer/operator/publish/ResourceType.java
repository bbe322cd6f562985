package dev.exchequer.operator.publish;

import java.util.Arrays;
import java.util.Optional;

/** What is served by ADS. */
enum ResourceType {
  CLUSTER("envoy.config.cluster.v3.Cluster"),
  SECRET("envoy.extensions.transport_sockets.tls.v3.Secret"),
  ROUTES("envoy.config.route.v3.RouteConfiguration");

  private final String typeUrl;

  ResourceType(String message) {
    this.typeUrl = "type.googleapis.com/" + message;
  }

  String typeUrl() {
    return typeUrl;
  }

  static Optional<ResourceType> of(String typeUrl) {
    return Arrays.stream(values()).filter(type -> type.typeUrl.equals(typeUrl)).findFirst();
  }
}
