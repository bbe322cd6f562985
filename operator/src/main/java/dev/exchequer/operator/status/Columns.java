package dev.exchequer.operator.status;

import dev.exchequer.operator.GatewayPipeline.Compiled;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.policy.Route;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What `kubectl get modelroutes` prints of the route as it was compiled.
 *
 * @param hops "official(Direct) > pool(Pool)"
 * @param crossing Never or WithConsent
 */
public record Columns(String hops, String crossing) {
  private static final int LONGEST = 1024;

  public static Map<ObjectKey, Columns> of(Compiled compiled) {
    Map<ObjectKey, Columns> columns = new TreeMap<>();
    compiled.plan().routes().forEach(route -> columns.put(new ObjectKey("ModelRoute", route.name()), of(route)));
    return columns;
  }

  private static Columns of(Route route) {
    String hops = route.hops().stream().map(hop -> hop.name() + "(" + hop.routeClass().text() + ")").collect(Collectors.joining(" > "));
    return new Columns(hops.length() <= LONGEST ? hops : hops.substring(0, LONGEST - 1) + "…", route.fallback().withConsent() ? "WithConsent" : "Never");
  }
}
