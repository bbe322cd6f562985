package dev.exchequer.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all commands share that change money: a reason, an idempotency key, and what to do when nobody knows whether it was booked. */
abstract class MoneyCommand implements Runnable {
  private static final int NANO_DECIMALS = 9;
  private static final int MOST_DIGITS = 15;

  @Mixin AdminOptions admin = new AdminOptions();

  @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; kept with what is done.")
  String reason = "";

  @Option(names = "--idempotency-key", paramLabel = "KEY", description = "Makes a repetition harmless (default: a random one, printed when the call fails).")
  @Nullable String idempotencyKey;

  @Spec CommandSpec spec = CommandSpec.create();

  /** What is sent beside the reason, and where; a usage error if the arguments mean nothing. */
  abstract Order order();

  /** The answer in words. */
  abstract String sentence(JsonNode answer);

  /** @param balance null = the path needs none */
  record Order(@Nullable String balance, String path, ObjectNode body) {}

  static ObjectNode body() {
    return AdminClient.JSON.createObjectNode();
  }

  @Override
  public void run() {
    Order order = order();
    if (reason.isBlank()) {
      throw usage("--reason must not be blank");
    }
    String key = idempotencyKey != null ? idempotencyKey : UUID.randomUUID().toString();
    JsonNode answer;
    try (AdminOptions.Opened api = admin.openAsTreasurer()) {
      answer = post(api.client(), pathOf(order, api.namespace()), order.body().put("reason", reason), key);
    }
    String repeated = answer.path("repeated").asBoolean() ? "Nothing new, it was done before with this idempotency key: " : "";
    spec.commandLine().getOut().print(admin.output == Output.json ? answer.toPrettyString() + "\n" : repeated + sentence(answer) + System.lineSeparator());
    spec.commandLine().getOut().flush();
  }

  /** @param namespace of what is named without one */
  String pathOf(Order order, String namespace) {
    return order.balance() == null ? order.path() : balancePath(order.balance(), namespace) + order.path();
  }

  private static JsonNode post(AdminClient client, String path, ObjectNode body, String key) {
    try {
      return client.post(path, body, key);
    } catch (CommandFailed e) {
      if (e.isRefused()) {
        throw e;
      }
      throw new CommandFailed(e.getMessage() + "\nIf you cannot tell whether it was booked, repeat the command with --idempotency-key " + key, e);
    }
  }

  /** @param namespace of a balance that is named without one */
  static String balancePath(String balance, String namespace) {
    int slash = balance.indexOf('/');
    String in = slash < 0 ? namespace : balance.substring(0, slash);
    return "/api/v1/namespaces/" + AdminClient.encode(in) + "/balances/" + AdminClient.encode(balance.substring(slash + 1));
  }

  String checkedBalance(String balance) {
    String[] parts = balance.split("/", -1);
    if (parts.length > 2 || parts[0].isEmpty() || parts[parts.length - 1].isEmpty()) {
      throw usage("not a balance: " + balance + " (expected NAME or NAMESPACE/NAME)");
    }
    return balance;
  }

  String checkedAmount(String amount, boolean signed) {
    String form = signed ? " (not zero, at most nine decimals; below zero takes)" : " (above zero, at most nine decimals)";
    try {
      BigDecimal value = new BigDecimal(amount);
      boolean sign = signed ? value.signum() != 0 : value.signum() > 0;
      if (sign && value.stripTrailingZeros().scale() <= NANO_DECIMALS && value.precision() - value.scale() <= MOST_DIGITS) {
        return value.toPlainString();
      }
    } catch (NumberFormatException e) {
      throw usage("not an amount: " + amount + form);
    }
    throw usage("not an amount: " + amount + form);
  }

  ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  static String fromTo(JsonNode answer) {
    return Cells.text(answer.path("balance")) + " " + Cells.amount(answer.path("before")) + " -> " + Cells.amount(answer.path("after"))
        + (answer.path("unit").isTextual() ? " " + answer.path("unit").asText() : "") + " (entry " + answer.path("sequence").asLong() + ")";
  }
}
