package dev.exchequer.operator.translate;

import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.policy.Route;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * All that Envoy's route tables are made of in one plan. A change of hops, prices or balances changes none of it: then it is the very object of the plan before,
 * found by one look over the routes.
 *
 * @param retries by route, how often a request may be tried again
 * @param idles of hops, milliseconds
 */
record Sketch(List<Route> routes, SortedMap<String, Integer> retries, SortedSet<Long> idles) {
  /** @param last of a plan before */
  static Sketch of(GatewayPlan plan, @Nullable Sketch last) {
    if (last != null && alike(plan.routes(), last.routes)) {
      return last;
    }
    return new Sketch(plan.routes(), PublicRoutes.retries(plan.routes()), HopRoutes.idles(plan.routes()));
  }

  @SuppressWarnings("ReferenceEquality") // most are the same object; the others are looked into
  private static boolean alike(List<Route> now, List<Route> before) {
    if (now.size() != before.size()) {
      return false;
    }
    for (int i = 0; i < now.size(); i++) {
      Route one = now.get(i);
      Route other = before.get(i);
      if (one != other
          && !(one.name().equals(other.name())
              && one.fallback().maxAttempts() == other.fallback().maxAttempts()
              && HopRoutes.idles(List.of(one)).equals(HopRoutes.idles(List.of(other))))) {
        return false;
      }
    }
    return true;
  }
}
