package dev.exchequer.server.admin;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.StringJoiner;

/** Why a hop was passed over, and what would let it be tried. */
final class SkipText {
  private SkipText() {}

  /** A few words for the column. */
  static String brief(String reason) {
    return switch (reason) {
      case "route_forbidden" -> "not allowed";
      case "no_balance" -> "no balance pays for it";
      case "cross_balance_forbidden" -> "another balance would pay";
      case "provider_suspended" -> "provider suspended";
      case "route_suspended" -> "route suspended";
      case "provider_cooling_down" -> "provider cooling down";
      case "provider_busy" -> "provider busy";
      case "balance_insufficient" -> "balance too low";
      case "balance_suspended" -> "balance suspended";
      case "budget_exceeded" -> "budget used up";
      case "price_missing" -> "no price";
      case "unbounded_input" -> "input not bounded";
      default -> reason;
    };
  }

  /**
   * One sentence with what to change.
   *
   * @param firstUsable the hop whose payer is the request's payer
   */
  static String why(JsonNode receipt, JsonNode hop, JsonNode firstUsable) {
    String routeClass = ReceiptText.of(hop.path("routeClass"));
    String project = "project " + ReceiptText.shortName(receipt.path("project"));
    String provider = "provider " + ReceiptText.shortName(hop.path("provider"));
    String upstream = ReceiptText.shortName(hop.path("provider")) + " / " + ReceiptText.of(hop.path("upstreamModel"));
    String reason = ReceiptText.of(hop.path("skipReason"));
    return switch (reason) {
      case "route_forbidden" ->
          "the key, its project or the request itself does not allow " + routeClass + " for this model; to change it: routeClasses and models of the key and of "
              + project + ", and the request's x-exchequer-route-classes";
      case "no_balance" -> project + " has no balance for " + routeClass + "; to change it: a Balance of the project that lists " + routeClass;
      case "cross_balance_forbidden" -> crossing(routeClass, project, ReceiptText.of(firstUsable.path("routeClass")));
      case "provider_suspended" -> provider + " is suspended; to change it: suspend: false";
      case "route_suspended" -> "route " + ReceiptText.shortName(receipt.path("route")) + " is suspended; to change it: suspend: false";
      case "provider_cooling_down" -> provider + " rests after failures in a row and is tried again by itself";
      case "provider_busy" -> provider + " had as many requests running as its maxInFlight; to change it: a higher maxInFlight, or fewer requests at once";
      case "balance_insufficient" ->
          "no balance for " + routeClass + " can hold what the request may cost" + considered(hop) + "; to change it: a grant, or a lower output cap in the request";
      case "balance_suspended" -> "the balance for " + routeClass + " is suspended" + considered(hop) + "; to change it: suspend: false";
      case "budget_exceeded" -> "a budget has no room for what the request may cost" + considered(hop) + "; to change it: a higher limit, or the next window";
      case "price_missing" -> unpriced(ReceiptText.of(hop.path("reason")), upstream);
      case "unbounded_input" -> "images, audio or files cannot be bounded in tokens; to change it: maxInputTokens on hop " + ReceiptText.of(hop.path("name"));
      default -> reason.isEmpty() ? "no reason was recorded" : reason;
    };
  }

  /** Where there is a rate, the reason says what it lacks and what to change. */
  private static String unpriced(String reason, String upstream) {
    return reason.contains("; to change it: ") ? reason : "no price sheet in force has a rate for " + upstream + "; to change it: a rate that matches, in a sheet of the project, route or gateway";
  }

  private static String crossing(String routeClass, String project, String from) {
    String pair = from.isEmpty() ? routeClass : from + " -> " + routeClass;
    return "another balance would have to pay (" + pair + "), and that takes three consents: crossBalance: WithConsent in the route's fallback policy, "
        + (from.isEmpty() ? "the pair" : "{from: " + from + ", to: " + routeClass + "}") + " in " + project + "'s crossBalance, and a key that does not say Never";
  }

  private static String considered(JsonNode hop) {
    StringJoiner list = new StringJoiner(", ", ": ", "").setEmptyValue("");
    for (JsonNode one : hop.path("considered")) {
      String available = ReceiptText.amount(one.path("available"));
      list.add(
          ReceiptText.of(one.path("balance")) + " " + ReceiptText.of(one.path("verdict")).replace('_', ' ')
              + (available.isEmpty() ? "" : ", " + (available + " " + ReceiptText.of(hop.path("unit"))).strip() + " available"));
    }
    return list.toString();
  }
}
