package dev.exchequer.server.store.prune;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.server.store.ReceiptJson;
import dev.exchequer.server.store.chain.Hash;
import java.util.List;

/** What is left of a receipt when its details go: what reports sum and what proofs compare. A list of what stays, so nothing new stays by mistake. */
public final class ShortReceipt {
  /** The field by which one is told from a whole receipt. */
  public static final String REMOVED = "detailsRemoved";

  private static final List<String> HEAD =
      List.of(
          "id", "status", "time", "endedAt", "apiKey", "project", "task", "endpoint", "requestedModel", "route", "routeGeneration", "planDigest", "streamed", "clientGone", "finalHop",
          "retries", "latencyMs", "firstByteMs");
  private static final List<String> ERROR = List.of("httpStatus", "code");
  private static final List<String> HOP =
      List.of(
          "hop", "attempt", "name", "provider", "routeClass", "upstreamModel", "servedModel", "role", "outcome", "skipReason", "httpStatus", "usage", "charge", "unit", "balance",
          "balanceType", "entry", "balanceBefore", "balanceAfter");
  private static final List<String> HOUSE_COST = List.of("amount", "unit", "estimated");

  // ASCII only: what callers put into a model's name has to be what a database can carry.
  private static final ObjectMapper JSON = JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private ShortReceipt() {}

  /**
   * @param body as it is stored
   * @param digest of it
   * @return JSON; absent values are left out
   * @throws IllegalStateException if it is no receipt: then it was not written by this program, and stays as it is
   */
  public static String of(String body, Hash digest, Pruning by) {
    JsonNode receipt;
    try {
      receipt = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a stored receipt is not JSON", e);
    }
    if (!receipt.path("id").isTextual() || receipt.has(REMOVED)) {
      throw new IllegalStateException("what is stored as a receipt is none: " + receipt.path("id").asText());
    }
    ObjectNode left = JSON.createObjectNode();
    copy(receipt, left, HEAD);
    if (receipt.path("error").isObject()) {
      copy(receipt.path("error"), left.putObject("error"), ERROR);
    }
    left.set("totals", receipt.path("totals"));
    ArrayNode hops = left.putArray("hops");
    for (JsonNode hop : receipt.path("hops")) {
      ObjectNode kept = hops.addObject();
      copy(hop, kept, HOP);
      if (hop.path("houseCost").isObject()) {
        ObjectNode cost = kept.putObject("houseCost");
        HOUSE_COST.forEach(name -> cost.set(name, hop.path("houseCost").path(name)));
      }
    }
    left.putObject(REMOVED).put("at", ReceiptJson.time(by.begunMs())).put("by", by.actor()).put("pruning", by.id()).put("digest", digest.toString());
    try {
      return JSON.writeValueAsString(left);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a receipt that cannot be written", e);
    }
  }

  private static void copy(JsonNode from, ObjectNode to, List<String> names) {
    for (String name : names) {
      JsonNode value = from.path(name);
      if (!value.isNull() && !value.isMissingNode()) {
        to.set(name, value);
      }
    }
  }
}
