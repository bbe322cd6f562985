package dev.exchequer.operator.ir;

import dev.exchequer.policy.ApiKey;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.GatewayRules;
import dev.exchequer.policy.PriceSheet;
import dev.exchequer.policy.Project;
import dev.exchequer.policy.Provider;
import dev.exchequer.policy.Route;
import java.util.List;

/**
 * Everything that was compiled from the resources: what the accounting service decides by, and what Envoy is told. The same input gives the same plan:
 * every list is sorted by name.
 *
 * @param routes hops name their cluster; models are those that a route won over the others
 * @param clusters one for every provider and connect timeout that a route uses
 * @param secrets the credentials that the clusters inject, by SDS
 */
public record GatewayPlan(
    List<Project> projects,
    List<ApiKey> keys,
    List<Balance> balances,
    List<PriceSheet> priceSheets,
    List<Budget> budgets,
    List<Provider> providers,
    List<Route> routes,
    GatewayRules gateway,
    List<ClusterPlan> clusters,
    List<SecretPlan> secrets) {
  public static final GatewayPlan EMPTY =
      new GatewayPlan(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), GatewayRules.NONE, List.of(), List.of());

  public GatewayPlan {
    projects = List.copyOf(projects);
    keys = List.copyOf(keys);
    balances = List.copyOf(balances);
    priceSheets = List.copyOf(priceSheets);
    budgets = List.copyOf(budgets);
    providers = List.copyOf(providers);
    routes = List.copyOf(routes);
    clusters = List.copyOf(clusters);
    secrets = List.copyOf(secrets);
  }
}
