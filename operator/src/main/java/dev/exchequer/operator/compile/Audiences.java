package dev.exchequer.operator.compile;

import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Inventory;
import dev.exchequer.operator.model.NamespaceChoice;
import dev.exchequer.operator.model.Namespaces;
import dev.exchequer.policy.Route;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which keys a route serves. A label says nothing to the accounting service, so selectors become lists here: of the namespaces that have keys, that the list
 * stays short.
 *
 * @param gatewayNamespace whose routes may serve the keys of others
 */
public record Audiences(Namespaces namespaces, String gatewayNamespace, List<String> namespacesWithKeys) {
  static Audiences of(Inventory inForce, String gatewayNamespace) {
    return new Audiences(
        inForce.namespaces(),
        gatewayNamespace,
        List.copyOf(inForce.ofKind("ApiKey").stream().map(key -> key.name().namespace()).collect(Collectors.toCollection(TreeSet::new))));
  }

  /** Whether the route asks for more than a route of its namespace may have. */
  public static boolean overreaches(Document route, String gatewayNamespace) {
    return !NamespaceChoice.of(route, "audience").same() && !route.name().namespace().equals(gatewayNamespace);
  }

  /** Without its precedence. */
  Route.Audience of(NamespaceChoice choice) {
    if (choice.same() || !choice.own().equals(gatewayNamespace)) {
      return Route.Audience.OWN;
    }
    if (choice.all()) {
      return new Route.Audience(true, List.of(), 0);
    }
    return new Route.Audience(
        false, namespacesWithKeys.stream().filter(namespace -> !namespace.equals(choice.own()) && choice.includes(namespace, namespaces)).toList(), 0);
  }
}
