package dev.exchequer.server.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.exchequer.money.Money;
import dev.exchequer.server.store.prune.ShortReceipt;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;

/** A receipt as the text that a person reads to answer a customer: one line per hop, who paid and why, why not, and what to change. */
public final class Explanation {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> NOT_USABLE = Set.of("route_forbidden", "no_balance");
  private static final String HOP_INDENT = "  ";
  private static final String DETAIL_INDENT = "      ";
  private static final String GAP = "   ";

  private Explanation() {}

  /**
   * @param receipt JSON in the form of the API; amounts that may not be shown are null
   * @throws IllegalArgumentException if it is not JSON
   */
  public static String of(String receipt) {
    try {
      return of(JSON.readTree(receipt));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a receipt", e);
    }
  }

  private static String of(JsonNode receipt) {
    List<JsonNode> hops = new ArrayList<>();
    receipt.path("hops").forEach(hops::add);
    List<String> columns = Columns.aligned(hops.stream().map(hop -> row(hop, movedOn(hop, hops))).toList(), GAP);
    JsonNode firstUsable = hops.stream().filter(Explanation::usable).findFirst().orElse(MissingNode.getInstance());

    StringBuilder text = new StringBuilder(header(receipt)).append('\n');
    for (int i = 0; i < hops.size(); i++) {
      text.append(HOP_INDENT).append(columns.get(i)).append('\n');
      details(receipt, hops, hops.get(i), firstUsable).forEach(line -> text.append(DETAIL_INDENT).append(line).append('\n'));
    }
    ending(receipt).forEach(line -> text.append(HOP_INDENT).append(line).append('\n'));
    return text.toString();
  }

  private static String header(JsonNode receipt) {
    String model = ReceiptText.of(receipt.path("requestedModel"));
    String label = ReceiptText.of(receipt.path("keyLabel"));
    String key = label.isEmpty() ? ReceiptText.shortName(receipt.path("apiKey")) : "\"" + label + "\"";
    String left =
        "Receipt " + ReceiptText.of(receipt.path("id")) + "  " + (model.isEmpty() ? "no model" : model) + " for key " + key + " (project "
            + ReceiptText.shortName(receipt.path("project")) + ")";
    return String.join(GAP, left, ReceiptText.time(receipt.path("time")), ReceiptText.duration(receipt.path("latencyMs")), ReceiptText.of(receipt.path("status")));
  }

  private static List<String> row(JsonNode hop, boolean movedOn) {
    return List.of(
        hop.path("hop").asInt() + " " + ReceiptText.of(hop.path("name")),
        ReceiptText.shortName(hop.path("provider")) + " / " + ReceiptText.of(hop.path("upstreamModel")),
        ReceiptText.of(hop.path("routeClass")),
        OutcomeText.of(hop, movedOn),
        charge(hop),
        held(hop));
  }

  private static String charge(JsonNode hop) {
    return skipped(hop) ? "" : (ReceiptText.amount(hop.path("charge")) + " " + ReceiptText.of(hop.path("unit"))).strip();
  }

  private static String held(JsonNode hop) {
    Optional<BigDecimal> charge = ReceiptText.decimal(hop.path("charge"));
    if (skipped(hop) || !ReceiptText.positive(hop.path("hold")) || charge.isEmpty()) {
      return "";
    }
    BigDecimal hold = ReceiptText.decimal(hop.path("hold")).orElse(BigDecimal.ZERO);
    String held = "(held " + Money.text(hold);
    if (charge.get().signum() == 0) {
      return held + ", released)";
    }
    return charge.get().compareTo(hold) > 0 ? held + ", cost more)" : "";
  }

  private static List<String> details(JsonNode receipt, List<JsonNode> hops, JsonNode hop, JsonNode firstUsable) {
    if (skipped(hop)) {
      return List.of("why: " + SkipText.why(receipt, hop, firstUsable));
    }
    List<String> lines = new ArrayList<>(PayerText.lines(receipt, hop, firstUsable, !movedOn(hop, hops)));
    if (hop.path("houseCost").isObject()) {
      lines.add(houseCost(hop.path("houseCost")));
    }
    return lines;
  }

  private static String houseCost(JsonNode cost) {
    String name = ReceiptText.of(cost.path("sheet"));
    String digest = ReceiptText.of(cost.path("digest"));
    String sheet = name.isEmpty() ? "its cost sheet" : "cost sheet " + name + "@" + digest.substring(0, Math.min(4, digest.length()));
    return cost.path("amount").isNull()
        ? "costs the house an unknown amount: no rate of " + sheet + " fits"
        : "costs the house " + ReceiptText.amount(cost.path("amount")) + " " + ReceiptText.of(cost.path("unit")) + (cost.path("estimated").asBoolean() ? " (estimated)" : "")
            + (name.isEmpty() ? "" : ", " + sheet);
  }

  /** What the client was told where it was not the provider's answer, what came after, and the sums. */
  private static List<String> ending(JsonNode receipt) {
    List<String> lines = new ArrayList<>();
    JsonNode error = receipt.path("error");
    if (error.isObject()) {
      String code = ReceiptText.of(error.path("code"));
      String told = ReceiptText.of(receipt.path("status")).equals("Denied") ? "refused with " : "answered with ";
      String message = ReceiptText.of(error.path("message"));
      lines.add(told + error.path("httpStatus").asInt() + " " + code + (message.isEmpty() ? "" : ": " + message));
      String change = RefusalText.toChange(code, !receipt.path("hops").isEmpty());
      if (!change.isEmpty()) {
        lines.add("to change it: " + change);
      }
    }
    if (receipt.path("totals").size() > 1) {
      StringJoiner totals = new StringJoiner(" + ", "in total ", "");
      receipt.path("totals").forEach(total -> totals.add((ReceiptText.amount(total.path("charge")) + " " + ReceiptText.of(total.path("unit"))).strip()));
      lines.add(totals.toString());
    }
    for (JsonNode entry : receipt.path("corrections")) {
      lines.add(correction(receipt, entry));
    }
    JsonNode removed = receipt.path(ShortReceipt.REMOVED);
    if (removed.isObject()) {
      String by = ReceiptText.of(removed.path("by"));
      lines.add("its details were removed on " + ReceiptText.time(removed.path("at")) + (by.isEmpty() ? "" : " by " + by) + ": prices, holds and what else was considered are not there any more");
    }
    return lines;
  }

  private static String correction(JsonNode receipt, JsonNode entry) {
    String amount = ReceiptText.amount(entry.path("amount"));
    String unit = "";
    for (JsonNode hop : receipt.path("hops")) {
      if (hop.path("balance").equals(entry.path("balance"))) {
        unit = " " + ReceiptText.of(hop.path("unit"));
      }
    }
    String reason = ReceiptText.of(entry.path("reason"));
    String before = ReceiptText.amount(entry.path("before"));
    return ReceiptText.of(entry.path("kind")).toLowerCase(Locale.ROOT) + " " + ReceiptText.time(entry.path("time")) + ": "
        + (ReceiptText.positive(entry.path("amount")) ? "+" : "") + amount + unit + " on " + ReceiptText.of(entry.path("balance"))
        + (before.isEmpty() ? "" : " " + before + " -> " + ReceiptText.amount(entry.path("after"))) + " (entry " + entry.path("sequence").asLong() + ")"
        + (reason.isEmpty() ? "" : ", " + reason);
  }

  private static boolean skipped(JsonNode hop) {
    return ReceiptText.of(hop.path("outcome")).equals("Skipped");
  }

  private static boolean usable(JsonNode hop) {
    return !NOT_USABLE.contains(ReceiptText.of(hop.path("skipReason")));
  }

  private static boolean movedOn(JsonNode hop, List<JsonNode> hops) {
    return hop.path("attempt").isInt() && hops.stream().anyMatch(other -> other.path("attempt").asInt() > hop.path("attempt").asInt());
  }
}
