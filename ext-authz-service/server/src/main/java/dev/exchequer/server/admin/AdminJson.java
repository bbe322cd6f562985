package dev.exchequer.server.admin;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Envelope;
import dev.exchequer.ledger.Result;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.RouteClass;
import dev.exchequer.server.alerts.AlertJson;
import dev.exchequer.server.store.LedgerHistory.AlertRow;
import dev.exchequer.server.store.LedgerHistory.RefusalRow;
import dev.exchequer.server.store.LedgerReads.BalanceRow;
import dev.exchequer.server.store.LedgerReads.BudgetRow;
import dev.exchequer.server.store.LedgerReads.EntryRow;
import dev.exchequer.server.store.LedgerReads.PastBalance;
import dev.exchequer.server.summary.BudgetRows;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The JSON of the API: amounts with nine decimals, times RFC 3339 UTC with milliseconds, absent values null. */
final class AdminJson {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectMapper STRICT =
      JsonMapper.builder().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private static final DateTimeFormatter MILLIS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private AdminJson() {}

  /** @throws AdminRefusal 400 if it is not JSON, or names a field twice */
  static JsonNode strict(String body) {
    try {
      return STRICT.readTree(body);
    } catch (JsonProcessingException e) {
      throw AdminRefusal.badRequest("the body is not JSON: " + e.getOriginalMessage());
    }
  }

  static String text(JsonNode node) {
    try {
      return JSON.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree that is not JSON", e);
    }
  }

  static ObjectNode error(String code, String message) {
    ObjectNode body = JSON.createObjectNode();
    body.putObject("error").put("message", message).put("code", code);
    return body;
  }

  static ObjectNode page(List<? extends JsonNode> items, @Nullable String nextCursor) {
    ObjectNode page = JSON.createObjectNode();
    page.putArray("items").addAll(items);
    return page.put("nextCursor", nextCursor);
  }

  /** Stored receipts go out as they were stored. */
  static ObjectNode receipts(List<String> items, @Nullable String nextCursor) {
    ObjectNode page = JSON.createObjectNode();
    ArrayNode list = page.putArray("items");
    items.forEach(item -> list.addRawValue(new RawValue(item)));
    return page.put("nextCursor", nextCursor);
  }

  /** @param definition empty where no resource defines the balance any more: its money is still shown, and nothing can spend it */
  static ObjectNode balance(BalanceRow row, Optional<Balance> definition) {
    long overdraft = definition.map(Balance::overdraftNanos).orElse(0L);
    ObjectNode json = defined(row.name(), row.unit(), definition);
    json.put("posted", Money.decimal(row.posted()));
    json.put("held", Money.decimal(row.held()));
    json.put("available", Money.decimal(Math.subtractExact(Math.addExact(row.posted(), overdraft), row.held())));
    json.put("overdraftLimit", Money.decimal(overdraft));
    json.put("suspended", row.stopped() || definition.map(Balance::suspended).orElse(true));
    json.put("sequence", row.sequence());
    return json.put("asOf", time(row.asOfMs()));
  }

  /** At a moment of the past: the definition is that of now, and what was held or could be spent then is not known, so it is null. */
  static ObjectNode balance(PastBalance row, Optional<Balance> definition, long atMs) {
    ObjectNode json = defined(row.name(), row.unit(), definition);
    json.put("posted", Money.decimal(row.posted()));
    json.putNull("held").putNull("available").putNull("overdraftLimit").putNull("suspended");
    return json.put("sequence", row.sequence()).put("asOf", time(atMs));
  }

  private static ObjectNode defined(ObjectName name, String unit, Optional<Balance> definition) {
    ObjectNode json = JSON.createObjectNode();
    json.put("name", name.toString());
    json.put("project", definition.map(d -> d.project().toString()).orElse(null));
    json.put("type", definition.map(d -> d.type().text()).orElse(null));
    json.put("unit", unit);
    ArrayNode classes = json.putArray("routeClasses");
    definition.ifPresent(d -> d.routeClasses().stream().sorted().map(RouteClass::text).forEach(classes::add));
    return json;
  }

  static ObjectNode entry(EntryRow row) {
    ObjectNode json = JSON.createObjectNode();
    json.put("balance", row.balance()).put("sequence", row.sequence()).put("time", time(row.time())).put("kind", row.kind());
    json.put("amount", Money.decimal(row.amount())).put("before", Money.decimal(row.before())).put("after", Money.decimal(row.after()));
    json.put("receipt", row.receipt()).put("attempt", row.attempt()).put("actor", row.actor()).put("reason", row.reason());
    ArrayNode allocations = json.putArray("allocations");
    row.allocations().forEach(a -> allocations.addObject().put("grant", a.grant()).put("amount", Money.decimal(a.amount())));
    return json;
  }

  /** One bucket; limit and remaining are null where the budget does not list the unit, or no longer exists. */
  /** @param label what was said of the value, where it is a task label; its cap may be below the budget's */
  static ObjectNode budget(BudgetRow row, Optional<Budget> definition, @Nullable Envelope label) {
    Optional<Long> limit = definition.flatMap(d -> Optional.ofNullable(BudgetRows.cap(d, label, row.unit())));
    ObjectNode json = JSON.createObjectNode();
    json.put("name", row.budget().toString());
    json.set("target", definition.<JsonNode>map(d -> target(d.target())).orElse(JSON.nullNode()));
    json.put("per", definition.map(d -> per(d.per())).orElse(null));
    json.put("value", row.value()).put("unit", row.unit());
    json.put("limit", limit.map(Money::decimal).orElse(null));
    json.put("spent", Money.decimal(row.spent())).put("held", Money.decimal(row.held()));
    json.put("remaining", limit.map(l -> Money.decimal(l - row.spent() - row.held())).orElse(null));
    json.put("windowStart", bound(row.windowStartMs())).put("windowEnd", bound(row.windowEndMs()));
    return json.put("mode", definition.map(d -> d.audit() ? "Audit" : "Enforce").orElse(null));
  }

  static ObjectNode refusal(RefusalRow row) {
    return JSON.createObjectNode().put("apiKey", row.apiKey()).put("second", time(row.secondMs())).put("code", row.code()).put("count", row.count());
  }

  static ObjectNode alert(AlertRow row) {
    boolean waits = row.nextAttemptMs() != null;
    ObjectNode json = JSON.createObjectNode().put("id", row.alert().id()).put("type", AlertJson.type(row.alert())).put("time", time(row.alert().timeMs()));
    json.put("state", row.deliveredAtMs() != null ? "Delivered" : waits ? "Pending" : "GivenUp").put("attempts", row.attempts());
    json.put("nextAttempt", row.nextAttemptMs() == null ? null : time(row.nextAttemptMs()));
    json.put("deliveredAt", row.deliveredAtMs() == null ? null : time(row.deliveredAtMs())).put("error", row.error());
    json.set("data", AlertJson.data(row.alert()));
    return json;
  }

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  /** @param unit of the balance, null = nobody defines it any more */
  static ObjectNode booked(Result.Booked granted, @Nullable String unit) {
    ObjectNode json = JSON.createObjectNode();
    json.put("balance", granted.balance().toString()).put("sequence", granted.sequence());
    json.put("before", Money.decimal(granted.beforeNanos())).put("after", Money.decimal(granted.afterNanos())).put("unit", unit);
    return json.put("repeated", granted.repeated());
  }

  static ObjectNode ready(boolean ready, List<String> reasons, List<String> warnings) {
    ObjectNode json = JSON.createObjectNode().put("ready", ready);
    ArrayNode list = json.putArray("reasons");
    reasons.forEach(list::add);
    if (!warnings.isEmpty()) {
      warnings.forEach(json.putArray("warnings")::add);
    }
    return json;
  }

  private static ObjectNode target(Budget.Target target) {
    String kind =
        switch (target.kind()) {
          case PROJECT -> "Project";
          case API_KEY -> "ApiKey";
          case MODEL_ROUTE -> "ModelRoute";
        };
    return JSON.createObjectNode().put("kind", kind).put("name", target.name().toString());
  }

  private static String per(Budget.Per per) {
    return switch (per) {
      case TARGET -> "Target";
      case API_KEY -> "ApiKey";
      case TASK -> "Task";
      case END_USER -> "EndUser";
    };
  }

  static String time(long ms) {
    return MILLIS.format(Instant.ofEpochMilli(ms));
  }

  /** A lifetime has no start and no end. */
  private static @Nullable String bound(long ms) {
    return ms <= 0 || ms == Long.MAX_VALUE ? null : time(ms);
  }
}
