package dev.exchequer.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "grant",
    description = "Adds value to a balance. The same --idempotency-key again adds nothing.",
    footer = {
      "", "Examples:", "  ./exchequer grant wallet 100 --reason \"bank transfer 4711\"",
      "  ./exchequer grant team-a/credit 25.5 --reason goodwill --idempotency-key ticket-812"
    })
public final class GrantCommand implements Runnable {
  private static final int NANO_DECIMALS = 9;

  @Mixin AdminOptions admin = new AdminOptions();

  @Parameters(index = "0", paramLabel = "[NS/]BALANCE", description = "The balance; without a namespace the one in that of --namespace.")
  String balance = "";

  @Parameters(index = "1", paramLabel = "AMOUNT", description = "In the balance's unit, above zero, at most nine decimals.")
  String amount = "";

  @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; kept in the balance's history.")
  String reason = "";

  @Option(names = "--idempotency-key", paramLabel = "KEY", description = "Makes a repetition harmless (default: a random one, printed when the call fails).")
  @Nullable String idempotencyKey;

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    String value = checkedAmount();
    if (reason.isBlank()) {
      throw usage("--reason must not be blank");
    }
    String[] parts = balance.split("/", -1);
    if (parts.length > 2 || parts[0].isEmpty() || parts[parts.length - 1].isEmpty()) {
      throw usage("not a balance: " + balance + " (expected NAME or NAMESPACE/NAME)");
    }
    String key = idempotencyKey != null ? idempotencyKey : UUID.randomUUID().toString();
    JsonNode answer;
    JsonNode now;
    try (AdminOptions.Opened api = admin.openAsTreasurer()) {
      String namespace = parts.length == 2 ? parts[0] : api.namespace();
      String path = "/api/v1/namespaces/" + AdminClient.encode(namespace) + "/balances/" + AdminClient.encode(parts[parts.length - 1]);
      answer = grant(api.client(), path, value, key);
      now = api.client().get(path, Map.of());
    }
    spec.commandLine().getOut().print(admin.output == Output.json ? answer.toPrettyString() + "\n" : sentence(value, now, answer.path("repeated").asBoolean()));
    spec.commandLine().getOut().flush();
  }

  private JsonNode grant(AdminClient client, String path, String value, String key) {
    try {
      return client.post(path + "/grants", AdminClient.JSON.createObjectNode().put("amount", value).put("reason", reason), key);
    } catch (CommandFailed e) {
      throw new CommandFailed(e.getMessage() + "\nIf you cannot tell whether it was booked, repeat the command with --idempotency-key " + key, e);
    }
  }

  private static String sentence(String value, JsonNode balance, boolean repeated) {
    String form = repeated ? "Nothing new: this idempotency key granted %s %s to %s before; it has %s now.%n" : "Granted %s %s to %s; it has %s now.%n";
    return form
        .formatted(value, Cells.text(balance.path("unit")), Cells.text(balance.path("name")), Cells.amount(balance.path("posted")));
  }

  private String checkedAmount() {
    try {
      BigDecimal value = new BigDecimal(amount);
      if (value.signum() > 0 && value.stripTrailingZeros().scale() <= NANO_DECIMALS && value.precision() - value.scale() <= 15) {
        return value.toPlainString();
      }
    } catch (NumberFormatException e) {
      throw usage("not an amount: " + amount);
    }
    throw usage("not an amount: " + amount + " (above zero, at most nine decimals)");
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
