package dev.exchequer.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "grant",
    description = "Adds value to a balance. The same --idempotency-key again adds nothing.",
    footer = {
      "", "Examples:", "  ./exchequer grant wallet 100 --reason \"bank transfer 4711\"",
      "  ./exchequer grant team-a/credit 25.5 --reason goodwill --idempotency-key ticket-812",
      "  ./exchequer grant credit 10 --reason \"new year\" --promotional --priority 10 --expires-at 2027-02-01T00:00:00Z"
    })
public final class GrantCommand extends MoneyCommand {
  @Parameters(index = "0", paramLabel = "[NS/]BALANCE", description = "The balance; without a namespace the one in that of --namespace.")
  String balance = "";

  @Parameters(index = "1", paramLabel = "AMOUNT", description = "In the balance's unit, above zero, at most nine decimals.")
  String amount = "";

  @Option(names = "--promotional", description = "Given, not paid for: used before what was paid for, where priority and end are the same.")
  boolean promotional;

  @Option(names = "--priority", paramLabel = "N", description = "The lower is used first (0 to 1000, default: 50).")
  @Nullable Integer priority;

  @Option(names = "--starts-at", paramLabel = "TIME", description = "Nothing is posted before it, e.g. 2027-01-01T00:00:00Z (default: now).")
  @Nullable String startsAt;

  @Option(names = "--expires-at", paramLabel = "TIME", description = "What is left then is gone; what is held then may settle (default: never).")
  @Nullable String expiresAt;

  @Override
  Order order() {
    ObjectNode body = body().put("amount", checkedAmount(amount, false));
    if (promotional) {
      body.put("category", "Promotional");
    }
    if (priority != null) {
      body.put("priority", priority);
    }
    if (startsAt != null) {
      body.put("startsAt", startsAt);
    }
    if (expiresAt != null) {
      body.put("expiresAt", expiresAt);
    }
    return new Order(checkedBalance(balance), "/grants", body);
  }

  @Override
  String sentence(JsonNode answer) {
    boolean toCome = answer.path("before").equals(answer.path("after"));
    return "Granted " + amount + (toCome ? " from " + startsAt : "") + " to " + fromTo(answer) + ".";
  }
}
