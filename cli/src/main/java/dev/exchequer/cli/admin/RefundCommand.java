package dev.exchequer.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "refund",
    description = "Gives back a part of what one attempt of a request was charged, to the grants that paid it; at most what it paid, less earlier refunds.",
    footer = {"", "Examples:", "  ./exchequer refund 0198c2a4-7f3e-7a10-9c55-0d8e4b1f2a6b 0.00421 --reason \"empty answer, ticket 812\"", "  ./exchequer refund RECEIPT 1.5 --attempt 2 --reason goodwill"})
public final class RefundCommand extends MoneyCommand {
  @Parameters(index = "0", paramLabel = "RECEIPT", description = "The receipt's id (response header x-exchequer-receipt).")
  String receipt = "";

  @Parameters(index = "1", paramLabel = "AMOUNT", description = "In the unit of the charge, above zero, at most nine decimals.")
  String amount = "";

  @Option(names = "--attempt", paramLabel = "N", defaultValue = "1", description = "Which attempt, from 1 (default: ${DEFAULT-VALUE}).")
  int attempt = 1;

  @Override
  Order order() {
    if (attempt < 1) {
      throw usage("--attempt counts from 1");
    }
    return new Order(null, "/api/v1/receipts/" + AdminClient.encode(receipt) + "/refunds", body().put("attempt", attempt).put("amount", checkedAmount(amount, false)));
  }

  @Override
  String sentence(JsonNode answer) {
    return "Refunded on " + fromTo(answer) + ".";
  }
}
