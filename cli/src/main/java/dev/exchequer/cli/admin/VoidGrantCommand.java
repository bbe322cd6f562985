package dev.exchequer.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "void-grant",
    description = "Takes back what is left and not held of a grant, or a grant that has not started. `lots` lists the grants.",
    footer = {"", "Examples:", "  ./exchequer void-grant wallet admin/ticket-812 --reason \"sent twice\"", "  ./exchequer void-grant credit initial/default/credit/opening --reason \"contract ended\""})
public final class VoidGrantCommand extends MoneyCommand {
  @Parameters(index = "0", paramLabel = "[NS/]BALANCE", description = "The balance; without a namespace the one in that of --namespace.")
  String balance = "";

  @Parameters(index = "1", paramLabel = "GRANT", description = "As `lots` names it: admin/KEY of its idempotency key, or initial/NS/BALANCE/ID.")
  String grant = "";

  @Override
  Order order() {
    return new Order(checkedBalance(balance), "/grants/void", body().put("grant", grant));
  }

  @Override
  String sentence(JsonNode answer) {
    return "Voided " + grant + ": " + fromTo(answer) + ".";
  }
}
