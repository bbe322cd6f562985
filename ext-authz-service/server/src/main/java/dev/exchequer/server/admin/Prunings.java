package dev.exchequer.server.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.server.store.ReceiptJson;
import dev.exchequer.server.store.prune.Pruner;
import dev.exchequer.server.store.prune.Pruning;
import dev.exchequer.server.store.prune.Retention;
import io.javalin.http.Context;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Details of old receipts: what would go, what went and by whom, and the order to take them away. */
final class Prunings {
  private static final String BEFORE = "before";

  private final Retention retention;

  Prunings(Retention retention) {
    this.retention = retention;
  }

  /** GET /prunings */
  void list(Context call) {
    AdminQueries.onlyKnown(call, Set.of("limit"));
    List<JsonNode> items = retention.pruner().prunings(AdminQueries.limit(call)).stream().map(Prunings::json).toList();
    AdminServer.json(call, AdminJson.text(AdminJson.page(items, null)));
  }

  /** GET /prunings/preview */
  void preview(Context call) {
    AdminQueries.onlyKnown(call, Set.of(BEFORE));
    long before = time(AdminQueries.one(call, BEFORE));
    long latest = retention.pruner().latestLimit();
    if (before > latest) {
      throw tooLate(latest);
    }
    Pruner.Preview preview = retention.pruner().preview(before);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put(BEFORE, ReceiptJson.time(preview.beforeMs())).put("receipts", preview.receipts()).put("oldest", orNull(preview.oldestMs())).put("newest", orNull(preview.newestMs()));
    AdminServer.json(call, AdminJson.text(json));
  }

  /** POST /prunings */
  void order(Context call, String actor) {
    AdminQueries.none(call);
    JsonNode body = AdminJson.strict(call.body());
    if (!body.isObject() || body.size() != 1 || !body.path(BEFORE).isTextual()) {
      throw AdminRefusal.badRequest("the body must be an object like {\"before\": \"2026-01-31T00:00:00Z\"}");
    }
    long before = time(body.path(BEFORE).asText());
    try {
      Optional<Pruning> begun = retention.order(actor, before);
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.set("pruning", begun.map(Prunings::json).orElse(null));
      AdminServer.json(call.status(begun.isPresent() ? 202 : 200), AdminJson.text(json));
    } catch (Pruner.Busy e) {
      throw new AdminRefusal(409, "pruning_runs", String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      throw AdminRefusal.badRequest(String.valueOf(e.getMessage()));
    }
  }

  private static AdminRefusal tooLate(long latest) {
    return AdminRefusal.badRequest("before can be " + ReceiptJson.time(latest) + " at the latest: details are kept for a day at least");
  }

  private static long time(@Nullable String text) {
    try {
      return OffsetDateTime.parse(text == null ? "" : text).toInstant().toEpochMilli();
    } catch (DateTimeException | ArithmeticException e) {
      throw AdminRefusal.badRequest(BEFORE + " must be an RFC 3339 time like 2026-01-31T00:00:00Z (a + in a URL is written %2B)");
    }
  }

  private static @Nullable String orNull(@Nullable Long ms) {
    return ms == null ? null : ReceiptJson.time(ms);
  }

  private static JsonNode json(Pruning p) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", p.id()).put("by", p.actor()).put("begun", ReceiptJson.time(p.begunMs())).put(BEFORE, ReceiptJson.time(p.beforeMs())).put("state", p.state().text());
    return json.put("ended", orNull(p.endedMs())).put("receipts", p.receipts()).put("lastReceipt", p.lastReceipt()).put("hash", p.hash().toString());
  }
}
