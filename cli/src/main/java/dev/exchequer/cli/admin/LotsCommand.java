package dev.exchequer.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "lots",
    description = "Shows what a balance consists of, in the order in which it is used: what is left of each grant, and grants that have not started.",
    footer = {"", "Examples:", "  ./exchequer lots wallet"})
public final class LotsCommand implements Runnable {
  @Mixin AdminOptions admin = new AdminOptions();

  @Parameters(paramLabel = "[NS/]BALANCE", description = "The balance; without a namespace the one in that of --namespace.")
  String balance = "";

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    if (!balance.matches("([^/]+/)?[^/]+")) {
      throw new ParameterException(spec.commandLine(), "not a balance: " + balance + " (expected NAME or NAMESPACE/NAME)");
    }
    JsonNode answer;
    try (AdminOptions.Opened api = admin.open()) {
      answer = api.client().get(MoneyCommand.balancePath(balance, api.namespace()) + "/lots", Map.of());
    }
    spec.commandLine().getOut().print(admin.output == Output.json ? answer.toPrettyString() + "\n" : table(answer));
    spec.commandLine().getOut().flush();
  }

  private static String table(JsonNode answer) {
    Table table = new Table(List.of("GRANT", "CATEGORY", "PRIORITY", "STARTS", "EXPIRES", "LEFT", "HELD", "STATE"), Set.of("PRIORITY", "LEFT", "HELD"));
    for (JsonNode lot : answer.path("items")) {
      table.row(
          Cells.text(lot.path("grant")), Cells.text(lot.path("category")), lot.path("priority").asText(), Cells.text(lot.path("startsAt")), Cells.text(lot.path("expiresAt")),
          Cells.amount(lot.path("remaining")), Cells.amount(lot.path("reserved")), lot.path("started").asBoolean() ? "usable" : "to come");
    }
    String unit = " " + Cells.text(answer.path("unit"));
    String sums = "posted " + Cells.amount(answer.path("posted")) + unit + ", debt " + Cells.amount(answer.path("debt")) + unit + "\n";
    return (table.isEmpty() ? "Nothing is left of any grant.\n" : table.render()) + sums;
  }
}
