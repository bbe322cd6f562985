package dev.exchequer.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "receipts",
    description = "The receipts of past requests, newest first.",
    footer = {
      "", "Examples:", "  ./exchequer receipts", "  ./exchequer receipts --project default/acme --status Failed --limit 100",
      "  ./exchequer receipts --from 2026-01-01T00:00:00Z -o json"
    })
public final class ReceiptsCommand implements Runnable {
  @Mixin AdminOptions admin = new AdminOptions();

  @Option(names = "--key", paramLabel = "NS/NAME", description = "Only of this API key.")
  @Nullable String key;

  @Option(names = "--project", paramLabel = "NS/NAME", description = "Only of this project.")
  @Nullable String project;

  @Option(names = "--route", paramLabel = "NS/NAME", description = "Only of this route.")
  @Nullable String route;

  @Option(names = "--model", paramLabel = "MODEL", description = "Only of this requested model.")
  @Nullable String model;

  @Option(names = "--status", paramLabel = "STATUS", description = "Succeeded, Failed, Denied or InDoubt.")
  @Nullable String status;

  @Option(names = "--task", paramLabel = "LABEL", description = "Only of this task label.")
  @Nullable String task;

  @Option(names = "--end-user", paramLabel = "USER", description = "Only of this end user.")
  @Nullable String endUser;

  @Option(names = "--from", paramLabel = "TIME", description = "From this time on (RFC 3339).")
  @Nullable String from;

  @Option(names = "--to", paramLabel = "TIME", description = "Before this time (RFC 3339).")
  @Nullable String to;

  @Option(names = "--limit", paramLabel = "N", defaultValue = "20", description = "At most so many, 1 to 500 (default: ${DEFAULT-VALUE}).")
  int limit = 20;

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    Map<String, String> query = new LinkedHashMap<>();
    put(query, "key", key);
    put(query, "project", project);
    put(query, "route", route);
    put(query, "model", model);
    put(query, "status", status);
    put(query, "task", task);
    put(query, "endUser", endUser);
    put(query, "from", from);
    put(query, "to", to);
    query.put("limit", Integer.toString(limit));
    JsonNode answer;
    String hint = "";
    try (AdminOptions.Opened api = admin.open()) {
      answer = api.client().get("/api/v1/receipts", query);
      if (admin.output == Output.table && asksForRefusals()) {
        hint = CountedRefusals.hint(api.client(), key, from, to, answer);
      }
    }
    spec.commandLine().getOut().print(admin.output == Output.json ? answer.toPrettyString() + "\n" : table(answer) + hint);
    spec.commandLine().getOut().flush();
  }

  /** Counted refusals are known by key and time only: who filters by anything else does not ask for them. */
  private boolean asksForRefusals() {
    return project == null && route == null && model == null && task == null && endUser == null && (status == null || status.equals("Denied"));
  }

  private static void put(Map<String, String> query, String name, @Nullable String value) {
    if (value != null) {
      query.put(name, value);
    }
  }

  static String table(JsonNode answer) {
    Table table = new Table(List.of("TIME", "RECEIPT", "STATUS", "PROJECT", "KEY", "MODEL", "SERVED BY", "CHARGE"), Set.of("CHARGE"));
    for (JsonNode r : answer.path("items")) {
      table.row(
          Cells.text(r.path("time")), Cells.text(r.path("id")), Cells.text(r.path("status")), Cells.text(r.path("project")), Cells.text(r.path("apiKey")),
          Cells.text(r.path("requestedModel")), servedBy(r), charge(r));
    }
    return table.isEmpty() ? "No receipts.\n" : table.render();
  }

  /** The final hop, e.g. {@code pool (Pool, hop 2)}; for a failed request that hop did not serve, so the error's code is told instead. */
  private static String servedBy(JsonNode receipt) {
    if (!receipt.path("error").path("code").asText().isEmpty()) {
      return receipt.path("error").path("code").asText();
    }
    for (JsonNode hop : receipt.path("hops")) {
      if (receipt.path("finalHop").isInt() && hop.path("hop").asInt() == receipt.path("finalHop").asInt()) {
        return "%s (%s, hop %d)".formatted(Cells.text(hop.path("name")), Cells.text(hop.path("routeClass")), hop.path("hop").asInt());
      }
    }
    return Cells.NOTHING;
  }

  private static String charge(JsonNode receipt) {
    StringJoiner charges = new StringJoiner(" + ").setEmptyValue(Cells.NOTHING);
    receipt.path("totals").forEach(total -> charges.add(Cells.amount(total.path("charge")) + " " + Cells.text(total.path("unit"))));
    return charges.toString();
  }
}
