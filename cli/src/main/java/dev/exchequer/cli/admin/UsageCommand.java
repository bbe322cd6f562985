package dev.exchequer.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
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
    name = "usage",
    description = "Tokens, requests, charges and what providers bill the house for them, by what and when, corrections included.",
    footer = {
      "", "Examples:", "  ./exchequer usage", "  ./exchequer usage --group-by project,model --granularity day --time-zone Europe/Berlin",
      "  ./exchequer usage --group-by key,hop --from 2026-10-01 --to 2026-11-01 -o json"
    })
public final class UsageCommand implements Runnable {
  /** In the order in which people look for them; others come after these, by name. */
  private static final List<String> METERS = List.of("Input", "CacheRead", "Output", "Reasoning");

  @Mixin AdminOptions admin = new AdminOptions();

  @Option(names = "--group-by", paramLabel = "LIST", description = "project, key, task, model, routeClass, hop, provider, servedModel, balance; several with commas.")
  @Nullable String groupBy;

  @Option(names = "--granularity", paramLabel = "PERIOD", description = "none, hour, day or month (default: none).")
  @Nullable String granularity;

  @Option(names = "--time-zone", paramLabel = "ZONE", description = "Whose days and months, e.g. Europe/Berlin (default: UTC).")
  @Nullable String timeZone;

  @Option(names = "--from", paramLabel = "TIME", description = "From this day (2026-10-01) or time (RFC 3339) on (default: the first of this month).")
  @Nullable String from;

  @Option(names = "--to", paramLabel = "TIME", description = "Before this day or time (default: now).")
  @Nullable String to;

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    Map<String, String> query = new LinkedHashMap<>();
    put(query, "groupBy", groupBy);
    put(query, "granularity", granularity);
    put(query, "timeZone", timeZone);
    put(query, "from", from);
    put(query, "to", to);
    JsonNode answer;
    try (AdminOptions.Opened api = admin.open()) {
      answer = api.client().report("/api/v1/usage", query);
    }
    spec.commandLine().getOut().print(admin.output == Output.json ? answer.toPrettyString() + "\n" : table(answer));
    spec.commandLine().getOut().flush();
  }

  private static void put(Map<String, String> query, String name, @Nullable String value) {
    if (value != null) {
      query.put(name, value);
    }
  }

  static String table(JsonNode answer) {
    boolean periods = !answer.path("granularity").asText().equals("none");
    Set<String> meters = meters(answer);
    List<String> titles = new ArrayList<>(periods ? List.of("PERIOD") : List.of());
    answer.path("groupBy").forEach(name -> titles.add(title(name.asText())));
    List<String> numbers = new ArrayList<>(List.of("REQUESTS", "ATTEMPTS"));
    meters.forEach(meter -> numbers.add(title(meter)));
    boolean costs = costs(answer);
    numbers.addAll(costs ? List.of("CHARGE", "COST", "MARGIN", "ESTIMATED") : List.of("CHARGE", "ESTIMATED"));
    titles.addAll(numbers);
    Table table = new Table(titles, new HashSet<>(numbers));
    for (JsonNode row : answer.path("items")) {
      List<String> cells = new ArrayList<>();
      if (periods) {
        cells.add(Cells.text(row.path("period")));
      }
      answer.path("groupBy").forEach(name -> cells.add(Cells.text(row.path(name.asText()))));
      cells.add(Cells.text(row.path("requests")));
      cells.add(Cells.text(row.path("attempts")));
      meters.forEach(meter -> cells.add(Cells.text(row.path("meters").path(meter))));
      cells.add(amounts(row, "charges", "charge"));
      if (costs) {
        cells.add(amounts(row, "costs", "cost"));
        cells.add(amounts(row, "margins", "margin"));
      }
      cells.add(percent(row.path("estimatedShare")));
      table.row(cells.toArray(String[]::new));
    }
    String rows = table.isEmpty() ? "No usage from " + Cells.text(answer.path("from")) + " to " + Cells.text(answer.path("to")) + ".\n" : table.render();
    long refusals = answer.path("refusalsWithoutReceipt").asLong();
    long unknown = 0;
    for (JsonNode row : answer.path("items")) {
      unknown += row.path("costUnknown").asLong();
    }
    if (unknown > 0) {
      rows += "\n" + unknown + " attempts have an unknown cost: no rate of their provider's costSheetRef fits. They are in no COST and no MARGIN.\n";
    }
    return refusals == 0 ? rows : rows + "\n" + refusals + " more requests were refused without a receipt (GET /api/v1/refusals).\n";
  }

  /** routeClass as ROUTE CLASS. */
  private static String title(String name) {
    return name.replaceAll("([a-z])([A-Z])", "$1 $2").toUpperCase(Locale.ROOT);
  }

  private static Set<String> meters(JsonNode answer) {
    Set<String> seen = new java.util.TreeSet<>();
    answer.path("items").forEach(row -> row.path("meters").fieldNames().forEachRemaining(seen::add));
    Set<String> ordered = new LinkedHashSet<>(METERS);
    ordered.retainAll(seen);
    ordered.addAll(seen);
    return ordered;
  }

  /** Whether any provider bills anything by a cost sheet. */
  private static boolean costs(JsonNode answer) {
    for (JsonNode row : answer.path("items")) {
      if (!row.path("costs").isEmpty() || row.path("costUnknown").asLong() > 0) {
        return true;
      }
    }
    return false;
  }

  /** "0.5 CNY + 1 CREDIT": of several units, which are never summed. */
  private static String amounts(JsonNode row, String list, String amount) {
    StringJoiner amounts = new StringJoiner(" + ").setEmptyValue(Cells.NOTHING);
    row.path(list).forEach(total -> amounts.add(Cells.amount(total.path(amount)) + " " + Cells.text(total.path("unit"))));
    return amounts.toString();
  }

  private static String percent(JsonNode share) {
    return share.isTextual() ? new BigDecimal(share.asText()).movePointRight(2).stripTrailingZeros().toPlainString() + "%" : Cells.NOTHING;
  }
}
