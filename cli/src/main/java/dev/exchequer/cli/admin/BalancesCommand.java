package dev.exchequer.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "balances",
    description = "What every balance has, holds for running requests and has left.",
    footer = {"", "Examples:", "  ./exchequer balances", "  ./exchequer balances -n team-a -o json", "  ./exchequer balances --at 2026-10-31T23:59:59Z"})
public final class BalancesCommand implements Runnable {
  @Mixin AdminOptions admin = new AdminOptions();

  @Option(
      names = "--at",
      paramLabel = "TIME",
      description = "As the ledger's history says it was at this moment, e.g. 2026-10-31T23:59:59Z. What was held then is not part of it.")
  @Nullable String at;

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    JsonNode answer;
    try (AdminOptions.Opened api = admin.open()) {
      answer = get(api.client(), api.namespace(), at);
    }
    spec.commandLine().getOut().print(admin.output == Output.json ? answer.toPrettyString() + "\n" : table(answer));
    spec.commandLine().getOut().flush();
  }

  /** The balances of a namespace as a table. */
  public static String table(AdminClient client, String namespace) {
    return table(get(client, namespace, null));
  }

  private static JsonNode get(AdminClient client, String namespace, @Nullable String at) {
    return client.get("/api/v1/namespaces/" + AdminClient.encode(namespace) + "/balances", at == null ? Map.of() : Map.of("at", at));
  }

  static String table(JsonNode answer) {
    Table table = new Table(List.of("NAME", "PROJECT", "TYPE", "PAYS FOR", "UNIT", "POSTED", "HELD", "AVAILABLE", "STATE"), Set.of("POSTED", "HELD", "AVAILABLE"));
    for (JsonNode b : answer.path("items")) {
      table.row(
          Cells.text(b.path("name")), Cells.text(b.path("project")), Cells.text(b.path("type")), Cells.list(b.path("routeClasses")), Cells.text(b.path("unit")),
          Cells.amount(b.path("posted")), Cells.amount(b.path("held")), Cells.amount(b.path("available")), state(b.path("suspended")));
    }
    return table.isEmpty() ? "No balances in this namespace.\n" : table.render();
  }

  private static String state(JsonNode suspended) {
    if (suspended.isNull()) {
      return Cells.text(suspended); // of the past: not known
    }
    return suspended.asBoolean() ? "suspended" : "open";
  }
}
