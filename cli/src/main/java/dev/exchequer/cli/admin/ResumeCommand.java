package dev.exchequer.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "resume",
    description = "Allows new holds on a balance that was suspended by a command.",
    footer = {"", "Examples:", "  ./exchequer resume team-a/credit --reason \"audit done\""})
public final class ResumeCommand extends MoneyCommand {
  @Parameters(paramLabel = "[NS/]BALANCE", description = "The balance; without a namespace the one in that of --namespace.")
  String balance = "";

  @Override
  Order order() {
    return new Order(checkedBalance(balance), "/resume", body());
  }

  @Override
  String sentence(JsonNode answer) {
    return Cells.text(answer.path("balance")) + " takes holds again, unless its resource says suspend.";
  }
}
