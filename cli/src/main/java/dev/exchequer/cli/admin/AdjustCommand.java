package dev.exchequer.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "adjust",
    description = "Corrects a balance by hand: above zero adds, below zero takes (into the overdraft at most). The same --idempotency-key again changes nothing.",
    footer = {"", "Examples:", "  ./exchequer adjust wallet -3.5 --reason \"double top-up 4711\"", "  ./exchequer adjust team-a/credit 2 --reason \"invoice 12\" --idempotency-key invoice-12"})
public final class AdjustCommand extends MoneyCommand {
  @Parameters(index = "0", paramLabel = "[NS/]BALANCE", description = "The balance; without a namespace the one in that of --namespace.")
  String balance = "";

  @Parameters(index = "1", paramLabel = "AMOUNT", description = "In the balance's unit, signed, at most nine decimals.")
  String amount = "";

  @Override
  Order order() {
    return new Order(checkedBalance(balance), "/adjustments", body().put("amount", checkedAmount(amount, true)));
  }

  @Override
  String sentence(JsonNode answer) {
    return "Adjusted " + fromTo(answer) + ".";
  }
}
