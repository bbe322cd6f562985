package dev.exchequer.server.authz;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.policy.Project;
import dev.exchequer.policy.Project.Disclose;
import dev.exchequer.server.store.LedgerReads;
import dev.exchequer.server.store.prune.ShortReceipt;
import java.util.Optional;

/** A project's receipts with what it discloses to its applications. Blocking. */
final class OwnReceipts {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final LedgerReads reads;

  OwnReceipts(LedgerReads reads) {
    this.reads = reads;
  }

  /** Empty also for another project's receipt: its existence is not told. */
  Optional<String> one(String id, Caller caller) {
    return reads.receipt(id).map(OwnReceipts::parse).filter(r -> r.path("project").asText().equals(caller.project().name().toString())).map(r -> disclosed(r, caller.project()).toString());
  }

  String list(LedgerReads.ReceiptQuery query, Caller caller) {
    LedgerReads.Page<String> page = reads.receipts(query);
    ObjectNode list = JSON.createObjectNode();
    for (String receipt : page.items()) {
      list.withArray("items").add(disclosed(parse(receipt), caller.project()));
    }
    list.withArray("items");
    return list.put("nextCursor", page.nextCursor()).toString();
  }

  private static JsonNode disclosed(JsonNode receipt, Project project) {
    for (JsonNode hop : receipt.path("hops")) {
      ((ObjectNode) hop).remove("houseCost"); // what the house pays is not for its customers, whatever they may see of their own
    }
    for (JsonNode entry : receipt.path("corrections")) {
      if (entry.path("actor").isTextual()) {
        hide(entry, "actor", "reason"); // what people write is for their own
      }
    }
    if (receipt.path(ShortReceipt.REMOVED).isObject()) {
      hide(receipt.path(ShortReceipt.REMOVED), "by"); // so is who removed its details
    }
    if (project.disclose() == Disclose.BALANCE) {
      return receipt;
    }
    boolean charges = project.disclose() == Disclose.CHARGE;
    for (JsonNode hop : receipt.path("hops")) {
      hide(hop, "balanceBefore", "balanceAfter");
      ((ObjectNode) hop).putArray("paidFrom");
      for (JsonNode considered : hop.path("considered")) {
        hide(considered, "available");
      }
      if (!charges) {
        hide(hop, "charge", "hold", "minimumCharge");
        ((ObjectNode) hop).putArray("lines");
      }
    }
    for (JsonNode entry : receipt.path("corrections")) {
      hide(entry, "before", "after");
      if (!charges) {
        hide(entry, "amount");
      }
    }
    if (!charges) {
      for (JsonNode total : receipt.path("totals")) {
        hide(total, "charge");
      }
    }
    return receipt;
  }

  private static void hide(JsonNode node, String... fields) {
    for (String field : fields) {
      ((ObjectNode) node).putNull(field);
    }
  }

  private static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a stored receipt is not JSON", e);
    }
  }
}
