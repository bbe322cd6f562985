package dev.exchequer.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "suspend",
    description = "Stops new holds on a balance; what is held settles.",
    footer = {"", "Examples:", "  ./exchequer suspend team-a/credit --reason \"audit\""})
public final class SuspendCommand extends MoneyCommand {
  @Parameters(paramLabel = "[NS/]BALANCE", description = "The balance; without a namespace the one in that of --namespace.")
  String balance = "";

  @Override
  Order order() {
    return new Order(checkedBalance(balance), "/suspend", body());
  }

  @Override
  String sentence(JsonNode answer) {
    return Cells.text(answer.path("balance")) + " takes no new holds.";
  }
}
