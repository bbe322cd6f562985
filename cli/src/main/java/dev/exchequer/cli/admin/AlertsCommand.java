package dev.exchequer.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "alerts",
    description = {
      "Lists marks of balances (alertsBelow) and budgets (alertsAtPercent) that were crossed, newest first, and whether the webhook was told.",
      "PENDING: not told yet, or there is no TokenGateway.spec.alertWebhook. GIVEN UP: it could not be told for a week."
    },
    footer = {"", "Examples:", "  ./exchequer alerts", "  ./exchequer alerts --limit 500 -o json"})
public final class AlertsCommand implements Runnable {
  @Mixin AdminOptions admin = new AdminOptions();

  @Option(names = "--limit", paramLabel = "N", defaultValue = "50", description = "How many, 1 to 500 (default: ${DEFAULT-VALUE}).")
  int limit;

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    JsonNode answer;
    try (AdminOptions.Opened api = admin.open()) {
      answer = api.client().get("/api/v1/alerts", Map.of("limit", Integer.toString(limit)));
    }
    spec.commandLine().getOut().print(admin.output == Output.json ? answer.toPrettyString() + "\n" : table(answer));
    spec.commandLine().getOut().flush();
  }

  static String table(JsonNode answer) {
    Table table = new Table(List.of("TIME", "WHAT", "CROSSED", "HAS", "UNIT", "STATE", "ATTEMPTS", "ERROR"), Set.of("CROSSED", "HAS", "ATTEMPTS"));
    for (JsonNode alert : answer.path("items")) {
      JsonNode data = alert.path("data");
      boolean balance = data.has("balance");
      String value = data.path("value").asText("");
      table.row(
          Cells.text(alert.path("time")),
          balance ? "balance " + Cells.text(data.path("balance")) : "budget " + Cells.text(data.path("budget")) + (value.isEmpty() ? "" : " for " + value),
          balance ? "below " + Cells.amount(data.path("mark")) : data.path("percent").asText() + "% of " + Cells.amount(data.path("limit")),
          Cells.amount(data.path(balance ? "posted" : "spent")),
          Cells.text(data.path("unit")),
          alert.path("state").asText().equals("GivenUp") ? "given up" : alert.path("state").asText().toLowerCase(java.util.Locale.ROOT),
          alert.path("attempts").asText(),
          Cells.text(alert.path("error")));
    }
    return table.isEmpty() ? "No mark of a balance or budget was crossed.\n" : table.render();
  }
}
