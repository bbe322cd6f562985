package dev.exchequer.operator.compile;

import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Names;
import dev.exchequer.operator.model.Spec;
import dev.exchequer.policy.Budget;
import java.time.ZoneId;
import java.util.Map;
import java.util.TreeMap;

final class Budgets {
  private static final int DEFAULT_MAX_OPEN = 100;
  private static final long DEFAULT_IDLE_EXPIRY_MS = 168L * 3_600_000;

  private Budgets() {}

  static Budget budget(Document document) {
    Spec spec = Spec.of(document);
    Spec window = spec.part("window");
    Spec task = spec.part("task");
    Budget.Per per = per(spec);
    Map<String, Long> limits = new TreeMap<>();
    spec.list("limits").forEach(limit -> limits.put(limit.text("unit"), limit.money("amount", 0)));
    return new Budget(
        document.name(),
        new Budget.Target(targetKind(spec.part("targetRef")), spec.ref("targetRef", document.name()).orElseThrow()),
        per,
        limits,
        spec.text("otherUnits").equals("Deny"),
        window(window),
        window.number("anchorDay", 1),
        ZoneId.of(window.text("timeZone", "UTC")),
        per == Budget.Per.TASK && task.node().path("required").asBoolean(true),
        task.number("maxOpen", DEFAULT_MAX_OPEN),
        task.duration("idleExpiry", DEFAULT_IDLE_EXPIRY_MS),
        Names.routeClasses(spec.part("match").texts("routeClasses")),
        Names.models(spec.part("match").texts("models")),
        spec.text("mode").equals("Audit"),
        spec.list("alertsAtPercent").stream().map(percent -> percent.node().asInt()).toList(),
        per == Budget.Per.TASK && task.text("open").equals("ByApi"));
  }

  private static Budget.TargetKind targetKind(Spec ref) {
    return switch (ref.text("kind")) {
      case "ApiKey" -> Budget.TargetKind.API_KEY;
      case "ModelRoute" -> Budget.TargetKind.MODEL_ROUTE;
      default -> Budget.TargetKind.PROJECT;
    };
  }

  private static Budget.Per per(Spec spec) {
    return switch (spec.text("per", "Target")) {
      case "ApiKey" -> Budget.Per.API_KEY;
      case "Task" -> Budget.Per.TASK;
      case "EndUser" -> Budget.Per.END_USER;
      default -> Budget.Per.TARGET;
    };
  }

  private static Budget.Window window(Spec window) {
    if (window.text("type").equals("Lifetime")) {
      return Budget.Window.LIFETIME;
    }
    boolean rolling = window.text("type").equals("Rolling");
    return switch (window.text("period")) {
      case "Day" -> rolling ? Budget.Window.ROLLING_DAY : Budget.Window.DAY;
      case "Week" -> rolling ? Budget.Window.ROLLING_WEEK : Budget.Window.WEEK;
      default -> rolling ? Budget.Window.ROLLING_MONTH : Budget.Window.MONTH;
    };
  }
}
