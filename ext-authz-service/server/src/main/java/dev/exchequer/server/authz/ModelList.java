package dev.exchequer.server.authz;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.ModelPattern;
import dev.exchequer.policy.Route;
import dev.exchequer.policy.RouteClass;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** GET /v1/models: what a key may ask for, in OpenAI's form. Prefixes are listed as they are ("gpt-*"). */
final class ModelList {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ModelList() {}

  static String of(Caller caller) {
    Set<String> names = new TreeSet<>();
    String namespace = caller.key().name().namespace();
    for (Route route : caller.policy().routes().values()) {
      if (route.serves(namespace) && !route.suspended() && route.hops().stream().anyMatch(hop -> usable(hop.routeClass(), caller))) {
        for (ModelPattern model : route.models()) {
          if (isServedBy(route, model, caller)
              && meets(model, caller.key().models())
              && meets(model, caller.project().models())) {
            names.add(model.text());
          }
        }
      }
    }
    ObjectNode list = JSON.createObjectNode().put("object", "list");
    ArrayNode data = list.putArray("data");
    for (String name : names) {
      data.addObject().put("id", name).put("object", "model").put("created", 0).put("owned_by", "exchequer");
    }
    return list.toString();
  }

  /** Whether the route comes first for the key at one of its endpoints. No name of a model has a "*": a prefix is found as itself. */
  private static boolean isServedBy(Route route, ModelPattern model, Caller caller) {
    String namespace = caller.key().name().namespace();
    return route.endpoints().stream()
        .anyMatch(endpoint -> caller.policy().routeFor(namespace, model.text(), endpoint).filter(first -> first.name().equals(route.name())).isPresent());
  }

  private static boolean usable(RouteClass routeClass, Caller caller) {
    if (!allowed(routeClass, caller.key().routeClasses()) || !allowed(routeClass, caller.project().routeClasses())) {
      return false;
    }
    if (!routeClass.paid()) {
      return true;
    }
    for (Balance balance : caller.policy().balancesOf(caller.project().name())) {
      if (balance.routeClasses().contains(routeClass)) {
        return true;
      }
    }
    return false;
  }

  /** Nothing listed = not narrowed. */
  private static boolean allowed(RouteClass routeClass, Set<RouteClass> classes) {
    return classes.isEmpty() || classes.contains(routeClass);
  }

  /** Whether there is a model that both the pattern and the list match. */
  private static boolean meets(ModelPattern pattern, List<ModelPattern> list) {
    if (list.isEmpty()) {
      return true;
    }
    for (ModelPattern other : list) {
      boolean both = pattern.prefix() ? other.matches(stem(pattern)) || stem(other).startsWith(stem(pattern)) : other.matches(pattern.text());
      if (both) {
        return true;
      }
    }
    return false;
  }

  private static String stem(ModelPattern pattern) {
    return pattern.prefix() ? pattern.text().substring(0, pattern.text().length() - 1) : pattern.text();
  }
}
