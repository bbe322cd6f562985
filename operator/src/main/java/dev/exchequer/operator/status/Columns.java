package dev.exchequer.operator.status;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.operator.GatewayPipeline.Compiled;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.policy.Route;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What `kubectl get` prints besides conditions, as fields of the status. */
public final class Columns {
  /** All fields that are written here. */
  static final Set<String> FIELDS = Set.of("hops", "crossing", "plan", "shortPlan", "routes", "serving");

  private static final int LONGEST = 1024;
  private static final int SHORT_DIGEST = 12;

  private Columns() {}

  /** Of routes, as they were compiled: "official(Direct) > pool(Pool)", and Never or WithConsent. */
  public static Map<ObjectKey, ObjectNode> of(Compiled compiled) {
    Map<ObjectKey, ObjectNode> columns = new TreeMap<>();
    compiled.plan().routes().forEach(route -> columns.put(new ObjectKey("ModelRoute", route.name()), of(route)));
    return columns;
  }

  private static ObjectNode of(Route route) {
    String hops = route.hops().stream().map(hop -> hop.name() + "(" + hop.routeClass().text() + ")").collect(Collectors.joining(" > "));
    return JsonNodeFactory.instance
        .objectNode()
        .put("hops", hops.length() <= LONGEST ? hops : hops.substring(0, LONGEST - 1) + "…")
        .put("crossing", route.fallback().withConsent() ? "WithConsent" : "Never");
  }

  /**
   * Of the gateway.
   *
   * @param serving how many of the Envoys serve the plan, as "1/1"
   */
  public static ObjectNode ofGateway(Compiled compiled, String serving) {
    String digest = compiled.digest();
    return JsonNodeFactory.instance
        .objectNode()
        .put("plan", digest)
        .put("shortPlan", digest.substring(0, Math.min(SHORT_DIGEST, digest.length())))
        .put("routes", compiled.plan().routes().size())
        .put("serving", serving);
  }
}
