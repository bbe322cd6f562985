package dev.exchequer.server.admin;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Who paid for a tried hop, by which prices, and why it was this balance. */
final class PayerText {
  private PayerText() {}

  /**
   * @param firstUsable the hop whose payer is the request's payer
   * @param last the attempt that ended the request: its payer is explained also where nothing was charged
   */
  static List<String> lines(JsonNode receipt, JsonNode hop, JsonNode firstUsable, boolean last) {
    List<String> lines = new ArrayList<>();
    boolean charged = ReceiptText.positive(hop.path("charge"));
    if (charged || hop.path("entry").isNumber()) {
      lines.add(paidBy(hop));
      lines.addAll(items(hop));
    }
    if (ReceiptText.of(hop.path("outcome")).equals("InDoubt")) {
      String what = !charged ? "nothing is charged" : hop.path("lines").isEmpty() && hop.path("charge").equals(hop.path("hold")) ? "its hold is charged" : "what was observed is charged";
      lines.add("why: nobody can say whether the provider served this; " + what
          + " (the balance's onInDoubt), and better evidence corrects it");
    }
    if (charged || last) {
      lines.add(why(receipt, hop, firstUsable));
    }
    return lines;
  }

  private static String paidBy(JsonNode hop) {
    String before = ReceiptText.amount(hop.path("balanceBefore"));
    String after = ReceiptText.amount(hop.path("balanceAfter"));
    String moved = before.isEmpty() || after.isEmpty() ? "" : " " + before + " -> " + after;
    String entry = hop.path("entry").isNumber() ? " (entry " + hop.path("entry").asLong() + ")" : "";
    String digest = ReceiptText.of(hop.path("priceSheetDigest"));
    String sheet = ReceiptText.of(hop.path("priceSheet"));
    return "paid by " + ReceiptText.of(hop.path("balance")) + moved + entry
        + (sheet.isEmpty() ? "" : ", price sheet " + sheet + (digest.isEmpty() ? "" : "@" + digest.substring(0, Math.min(4, digest.length()))));
  }

  private static List<String> items(JsonNode hop) {
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode line : hop.path("lines")) {
      long per = line.path("per").asLong();
      rows.add(List.of("  " + ReceiptText.of(line.path("meter")), ReceiptText.count(line.path("quantity").asLong()) + " x " + ReceiptText.amount(line.path("price"))
          + (per == 1 ? "" : " / " + ReceiptText.count(per)), "= " + ReceiptText.amount(line.path("amount"))));
    }
    List<String> lines = new ArrayList<>(Columns.aligned(rows, "  "));
    Optional<BigDecimal> multiplier = ReceiptText.decimal(hop.path("multiplier"));
    if (!lines.isEmpty() && multiplier.isPresent() && multiplier.get().compareTo(BigDecimal.ONE) != 0) {
      lines.add("  times " + ReceiptText.amount(hop.path("multiplier")));
    }
    if (ReceiptText.positive(hop.path("minimumCharge"))) {
      lines.add("  raised to the minimum charge of " + ReceiptText.amount(hop.path("minimumCharge")));
    }
    return lines;
  }

  private static String why(JsonNode receipt, JsonNode hop, JsonNode firstUsable) {
    String routeClass = ReceiptText.of(hop.path("routeClass"));
    String start = "why: hop " + hop.path("hop").asInt() + " is " + routeClass + ", ";
    String consent = crosses(receipt, hop, firstUsable)
        ? "; the policy and project " + ReceiptText.shortName(receipt.path("project")) + " consent to " + ReceiptText.of(firstUsable.path("routeClass")) + " -> " + routeClass
        : "";
    String payer = switch (routeClass) {
      case "Byok" -> "the provider bills the customer's own key, no balance pays";
      case "Free" -> "nobody pays";
      default -> ReceiptText.of(hop.path("balance")).isEmpty() ? "no balance is named" : routeClass + " = " + ReceiptText.of(hop.path("balance"));
    };
    return start + payer + consent;
  }

  /** Whether another kind of money pays than at the first usable hop. Said only where the receipt proves it. */
  private static boolean crosses(JsonNode receipt, JsonNode hop, JsonNode firstUsable) {
    Optional<String> here = payer(hop);
    Optional<String> there = payerOfClass(receipt, firstUsable.path("routeClass"));
    return here.isPresent() && there.isPresent() && !here.equals(there);
  }

  /** A skipped hop may not say who would have paid; all balances of a project that list a class are of one type and unit, so any hop of the class tells. */
  private static Optional<String> payerOfClass(JsonNode receipt, JsonNode routeClass) {
    for (JsonNode hop : receipt.path("hops")) {
      if (hop.path("routeClass").equals(routeClass) && payer(hop).isPresent()) {
        return payer(hop);
      }
    }
    return Optional.empty();
  }

  private static Optional<String> payer(JsonNode hop) {
    String routeClass = ReceiptText.of(hop.path("routeClass"));
    if (routeClass.equals("Byok") || routeClass.equals("Free")) {
      return Optional.of("");
    }
    String type = ReceiptText.of(hop.path("balanceType"));
    String unit = ReceiptText.of(hop.path("unit"));
    return type.isEmpty() || unit.isEmpty() ? Optional.empty() : Optional.of(type + " " + unit);
  }
}
