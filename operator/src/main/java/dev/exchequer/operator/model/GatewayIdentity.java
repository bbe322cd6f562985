package dev.exchequer.operator.model;

import dev.exchequer.identity.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * Which gateway is configured.
 *
 * @param namespace its own: only routes there may serve the keys of other namespaces
 * @param tokenGateway name of the TokenGateway there that is in force if it is there; null = the oldest of all
 */
public record GatewayIdentity(String namespace, @Nullable String tokenGateway) {
  public static GatewayIdentity of(String namespace) {
    return new GatewayIdentity(namespace, null);
  }

  public static GatewayIdentity of(ObjectName tokenGateway) {
    return new GatewayIdentity(tokenGateway.namespace(), tokenGateway.name());
  }

  public @Nullable ObjectName object() {
    return tokenGateway == null ? null : new ObjectName(namespace, tokenGateway);
  }
}
