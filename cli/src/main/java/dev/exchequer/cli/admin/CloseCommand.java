package dev.exchequer.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "close",
    description = "Ends a balance for ever; refused while anything is held, posted or to come.",
    footer = {"", "Examples:", "  ./exchequer close team-a/credit --reason \"contract ended\""})
public final class CloseCommand extends MoneyCommand {
  @Parameters(paramLabel = "[NS/]BALANCE", description = "The balance; without a namespace the one in that of --namespace.")
  String balance = "";

  @Override
  Order order() {
    return new Order(checkedBalance(balance), "/close", body());
  }

  @Override
  String sentence(JsonNode answer) {
    return Cells.text(answer.path("balance")) + " is closed.";
  }
}
