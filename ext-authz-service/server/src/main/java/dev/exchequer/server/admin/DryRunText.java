package dev.exchequer.server.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.exchequer.policy.ApiKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A dry run as a person reads it: one line per hop in the form of an explanation, who would pay, why not, and what to change. */
final class DryRunText {
  private static final Set<String> NOT_USABLE = Set.of("route_forbidden", "no_balance");
  private static final String GAP = "   ";

  private DryRunText() {}

  static String of(ObjectNode dryRun, DryRunRequest request, ApiKey key) {
    List<JsonNode> hops = new ArrayList<>();
    dryRun.path("hops").forEach(hops::add);
    // the sentences about skipped hops are those of receipts: they name the project and the route
    ObjectNode receipt = dryRun.deepCopy().put("project", key.project().toString());
    JsonNode firstUsable = hops.stream().filter(hop -> !NOT_USABLE.contains(ReceiptText.of(hop.path("skipReason")))).findFirst().orElse(MissingNode.getInstance());
    List<String> columns = Columns.aligned(hops.stream().map(DryRunText::row).toList(), GAP);

    StringBuilder text = new StringBuilder(header(dryRun, request, key)).append('\n');
    for (int i = 0; i < hops.size(); i++) {
      text.append("  ").append(columns.get(i)).append('\n');
      if (skipped(hops.get(i))) {
        text.append("      why: ").append(SkipText.why(receipt, hops.get(i), firstUsable)).append('\n');
      } else {
        text.append("      ").append(payer(hops.get(i))).append('\n');
      }
    }
    ending(dryRun.path("error"), hops).forEach(line -> text.append("  ").append(line).append('\n'));
    return text.append("  Nothing was sent, held or written.\n").toString();
  }

  private static String header(ObjectNode dryRun, DryRunRequest request, ApiKey key) {
    String label = ReceiptText.of(TextNode.valueOf(key.label()));
    String who = label.isEmpty() ? key.name().toString() : "\"" + label + "\"";
    String route = ReceiptText.shortName(dryRun.path("route"));
    return String.join(
        GAP,
        "Dry run  " + request.model() + " for key " + who + " (project " + ReceiptText.shortName(TextNode.valueOf(key.project().toString())) + ")",
        ReceiptText.count(request.inputBytes()) + " bytes in, at most " + ReceiptText.count(request.outputTokens()) + " tokens out"
            + (request.choices() > 1 ? " x " + request.choices() : "") + (request.toolCalls() ? ", tools of the provider" : ""),
        route.isEmpty() ? "no route" : "route " + route,
        dryRun.path("error").isObject() ? "would be refused" : "would be sent");
  }

  private static List<String> row(JsonNode hop) {
    return List.of(
        hop.path("hop").asInt() + " " + ReceiptText.of(hop.path("name")),
        ReceiptText.shortName(hop.path("provider")) + " / " + ReceiptText.of(hop.path("upstreamModel")),
        ReceiptText.of(hop.path("routeClass")),
        verdict(hop),
        hold(hop));
  }

  private static String verdict(JsonNode hop) {
    return switch (ReceiptText.of(hop.path("verdict"))) {
      case DryRunJson.FIRST -> "tried first";
      case DryRunJson.POSSIBLE -> "if those before fail";
      default -> "skipped: " + SkipText.brief(ReceiptText.of(hop.path("skipReason")));
    };
  }

  private static String hold(JsonNode hop) {
    if (!hop.path("hold").isTextual()) {
      return "";
    }
    return (skipped(hop) ? "needs " : "holds ") + ReceiptText.amount(hop.path("hold")) + " " + ReceiptText.of(hop.path("unit"));
  }

  /** Of the balances that were looked at, those before the payer say why they do not pay. */
  private static String payer(JsonNode hop) {
    String balance = ReceiptText.of(hop.path("balance"));
    if (balance.isEmpty()) {
      return ReceiptText.of(hop.path("routeClass")).equals("Byok") ? "no balance pays: the provider bills the customer's own key" : "no balance pays: it is free";
    }
    StringBuilder line = new StringBuilder("paid by ").append(balance);
    String unit = ReceiptText.of(hop.path("unit"));
    for (JsonNode one : hop.path("considered")) {
      String available = ReceiptText.amount(one.path("available")) + " " + unit;
      if (ReceiptText.of(one.path("balance")).equals(balance)) {
        line.append(" (").append(available).append(" available)");
      } else {
        line.append("; ").append(ReceiptText.of(one.path("balance"))).append(' ').append(ReceiptText.of(one.path("verdict"))).append(", ").append(available).append(" available");
      }
    }
    return line.toString();
  }

  private static List<String> ending(JsonNode error, List<JsonNode> hops) {
    if (!error.isObject()) {
      return List.of();
    }
    String code = ReceiptText.of(error.path("code"));
    String refused = "refused with " + error.path("httpStatus").asInt() + " " + code + ": " + ReceiptText.of(error.path("message"));
    String change = RefusalText.toChange(code, !hops.isEmpty());
    return change.isEmpty() ? List.of(refused) : List.of(refused, "to change it: " + change);
  }

  private static boolean skipped(JsonNode hop) {
    return ReceiptText.of(hop.path("verdict")).equals(DryRunJson.SKIPPED);
  }
}
