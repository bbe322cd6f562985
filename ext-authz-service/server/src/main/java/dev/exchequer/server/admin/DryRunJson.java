package dev.exchequer.server.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.fallback.Ending;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.DryRun;
import dev.exchequer.money.Money;
import org.jspecify.annotations.Nullable;

/** A dry run in the API's form; a hop has the fields of a receipt's hop where they mean the same. */
final class DryRunJson {
  static final String FIRST = "tried first";
  static final String POSSIBLE = "possible";
  static final String SKIPPED = "skipped";

  private DryRunJson() {}

  static ObjectNode of(DryRun outcome, @Nullable ObjectName route, String planDigest) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("decision", outcome.refusal() == null ? "Held" : "Refused");
    json.put("route", text(route));
    ArrayNode hops = json.putArray("hops");
    outcome.hops().forEach(hop -> hops.add(hop(hop)));
    json.set("error", error(outcome.refusal()));
    return json.put("planDigest", planDigest);
  }

  private static JsonNode error(@Nullable Ending ending) {
    if (ending == null) {
      return JsonNodeFactory.instance.nullNode();
    }
    return JsonNodeFactory.instance.objectNode().put("httpStatus", ending.httpStatus()).put("code", ending.code()).put("message", ending.message());
  }

  private static ObjectNode hop(DryRun.Hop hop) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("hop", hop.position()).put("name", hop.name()).put("provider", hop.provider().toString()).put("routeClass", hop.routeClass());
    json.put("upstreamModel", hop.upstreamModel()).put("verdict", verdict(hop.verdict()));
    json.put("skipReason", hop.skipReason()).put("reason", hop.reason());
    json.put("balance", text(hop.balance())).put("unit", hop.unit()).put("hold", hop.holdNanos() == null ? null : Money.decimal(hop.holdNanos()));
    ArrayNode considered = json.putArray("considered");
    hop.considered()
        .forEach(
            one ->
                considered.addObject().put("balance", one.balance()).put("verdict", one.verdict())
                    .put("available", one.available() == null ? null : Money.decimal(one.available())));
    return json;
  }

  private static String verdict(DryRun.Verdict verdict) {
    return switch (verdict) {
      case TRIED_FIRST -> FIRST;
      case POSSIBLE -> POSSIBLE;
      case SKIPPED -> SKIPPED;
    };
  }

  private static @Nullable String text(@Nullable ObjectName name) {
    return name == null ? null : name.toString();
  }
}
