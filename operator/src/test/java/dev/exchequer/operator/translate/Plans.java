package dev.exchequer.operator.translate;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.ir.ClusterPlan;
import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.ir.Redacted;
import dev.exchequer.operator.ir.SecretPlan;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.GatewayRules;
import dev.exchequer.policy.Route;
import dev.exchequer.policy.RouteClass;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Small plans for tests, of this room and of publish. */
public final class Plans {
  private Plans() {}

  public static GatewayPlan plan(List<Route> routes, List<ClusterPlan> clusters, List<SecretPlan> secrets) {
    return new GatewayPlan(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), routes, GatewayRules.NONE, clusters, secrets);
  }

  public static Route route(String name, int maxAttempts, Route.Hop... hops) {
    Route.Fallback fallback = new Route.Fallback(null, "d", Set.of(500), Set.of(), maxAttempts, 60_000, 0, 0, false);
    return new Route(ObjectName.parse(name), 1, List.of(), Set.<Endpoint>of(), List.of(hops), fallback, List.of(), 1024, 4096, false, Route.Audience.OWN);
  }

  public static Route.Hop hop(String cluster, long streamIdleMs) {
    return new Route.Hop("hop", new ObjectName("default", "provider"), null, RouteClass.POOL, 0, cluster, 30_000, 600_000, streamIdleMs, null);
  }

  /** In the clear, to an address. */
  public static ClusterPlan plain(String name, String host, int port, @Nullable String secret) {
    return new ClusterPlan(name, new ObjectName("default", "plain"), false, host, port, host, 1000, null, secret, "authorization", List.of());
  }

  public static SecretPlan secret(String name, String value) {
    return new SecretPlan(name, new Redacted(value));
  }
}
