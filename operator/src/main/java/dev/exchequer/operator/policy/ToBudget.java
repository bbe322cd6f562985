package dev.exchequer.operator.policy;

import dev.exchequer.api.v1.BudgetLimit;
import dev.exchequer.policy.Budget;
import java.util.TreeMap;

/** Budgets on the wire. */
final class ToBudget {
  private ToBudget() {}

  static dev.exchequer.api.v1.Budget message(Budget budget) {
    return dev.exchequer.api.v1.Budget.newBuilder()
        .setName(budget.name().toString())
        .setTargetKind(targetKind(budget.target().kind()))
        .setTarget(budget.target().name().toString())
        .setPer(per(budget.per()))
        .addAllLimits(
            new TreeMap<>(budget.limits())
                .entrySet().stream().map(limit -> BudgetLimit.newBuilder().setUnit(limit.getKey()).setAmountNanos(limit.getValue()).build()).toList())
        .setDenyOtherUnits(budget.denyOtherUnits())
        .setWindow(window(budget.window()))
        .setAnchorDay(budget.anchorDay())
        .setTimeZone(budget.timeZone().getId())
        .setTaskRequired(budget.taskRequired())
        .setMaxOpen(budget.maxOpen())
        .setIdleExpiryMs(budget.idleExpiryMs())
        .addAllMatchRouteClasses(Wire.routeClasses(budget.matchRouteClasses()))
        .addAllMatchModels(Wire.models(budget.matchModels()))
        .setAudit(budget.audit())
        .addAllAlertsAtPercent(budget.alertsAtPercent())
        .setTasksOpenByApi(budget.openByApi())
        .build();
  }

  private static dev.exchequer.api.v1.Budget.TargetKind targetKind(Budget.TargetKind kind) {
    return switch (kind) {
      case PROJECT -> dev.exchequer.api.v1.Budget.TargetKind.PROJECT;
      case API_KEY -> dev.exchequer.api.v1.Budget.TargetKind.API_KEY;
      case MODEL_ROUTE -> dev.exchequer.api.v1.Budget.TargetKind.MODEL_ROUTE;
    };
  }

  private static dev.exchequer.api.v1.Budget.Per per(Budget.Per per) {
    return switch (per) {
      case TARGET -> dev.exchequer.api.v1.Budget.Per.TARGET;
      case API_KEY -> dev.exchequer.api.v1.Budget.Per.PER_API_KEY;
      case TASK -> dev.exchequer.api.v1.Budget.Per.TASK;
      case END_USER -> dev.exchequer.api.v1.Budget.Per.END_USER;
    };
  }

  private static dev.exchequer.api.v1.Budget.Window window(Budget.Window window) {
    return switch (window) {
      case LIFETIME -> dev.exchequer.api.v1.Budget.Window.LIFETIME;
      case DAY -> dev.exchequer.api.v1.Budget.Window.DAY;
      case WEEK -> dev.exchequer.api.v1.Budget.Window.WEEK;
      case MONTH -> dev.exchequer.api.v1.Budget.Window.MONTH;
      case ROLLING_DAY -> dev.exchequer.api.v1.Budget.Window.ROLLING_DAY;
      case ROLLING_WEEK -> dev.exchequer.api.v1.Budget.Window.ROLLING_WEEK;
      case ROLLING_MONTH -> dev.exchequer.api.v1.Budget.Window.ROLLING_MONTH;
    };
  }
}
