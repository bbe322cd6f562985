package dev.exchequer.server.alerts;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.ledger.Alert;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Budget;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An alert as JSON, for receivers and in the admin API: amounts with nine decimals, times RFC 3339 UTC with milliseconds, absent values null. */
public final class AlertJson {
  private static final DateTimeFormatter MILLIS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private AlertJson() {}

  /** What a receiver gets. The same alert is always the same text. */
  static String event(Alert alert) {
    ObjectNode event = JsonNodeFactory.instance.objectNode();
    event.put("type", type(alert)).put("timestamp", time(alert.timeMs()));
    event.set("data", data(alert));
    return event.toString();
  }

  public static String type(Alert alert) {
    return switch (alert) {
      case Alert.BalanceBelow a -> "balance.below";
      case Alert.BudgetAt a -> "budget.at_percent";
    };
  }

  public static ObjectNode data(Alert alert) {
    ObjectNode data = JsonNodeFactory.instance.objectNode().put("id", alert.id());
    return switch (alert) {
      case Alert.BalanceBelow a ->
          data.put("balance", a.balance().toString())
              .put("project", a.project().toString())
              .put("unit", a.unit())
              .put("mark", Money.decimal(a.mark()))
              .put("posted", Money.decimal(a.posted()))
              .put("sequence", a.sequence());
      case Alert.BudgetAt a -> {
        data.put("budget", a.budget().toString());
        data.putObject("target").put("kind", kind(a.target().kind())).put("name", a.target().name().toString());
        yield data.put("value", a.value())
            .put("unit", a.unit())
            .put("percent", a.percent())
            .put("limit", Money.decimal(a.limit()))
            .put("spent", Money.decimal(a.spent()))
            .put("windowStart", bound(a.windowStartMs()))
            .put("windowEnd", bound(a.windowEndMs()))
            .put("mode", a.audit() ? "Audit" : "Enforce");
      }
    };
  }

  private static String kind(Budget.TargetKind kind) {
    return switch (kind) {
      case PROJECT -> "Project";
      case API_KEY -> "ApiKey";
      case MODEL_ROUTE -> "ModelRoute";
    };
  }

  /** A lifetime has no start and no end. */
  private static @Nullable String bound(long ms) {
    return ms == 0 ? null : time(ms);
  }

  private static String time(long ms) {
    return MILLIS.format(Instant.ofEpochMilli(ms));
  }
}
