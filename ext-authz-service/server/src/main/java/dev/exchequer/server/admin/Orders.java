package dev.exchequer.server.admin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.money.Money;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a call that changes money says: its idempotency key and the fields of its body. Anything that means nothing is refused with 400. */
final class Orders {
  private static final int LONGEST_REASON = 1024;
  private static final String KEY = "[\\x21-\\x7e]{1,255}";

  private static final String DURATION = "([0-9]{1,5}(h|ms|m|s)){1,4}";
  private static final Pattern DURATION_PART = Pattern.compile("([0-9]{1,5})(h|ms|m|s)");

  private final JsonNode body;
  private final String key;

  private Orders(JsonNode body, String key) {
    this.body = body;
    this.key = key;
  }

  /** @param fields that the body may have, besides reason */
  static Orders of(Context call, String... fields) {
    AdminQueries.none(call);
    String key = call.header("Idempotency-Key");
    if (key == null || !key.matches(KEY)) {
      throw AdminRefusal.badRequest("the header Idempotency-Key must be 1 to 255 visible ASCII characters: with it a repetition changes nothing");
    }
    Set<String> known = new TreeSet<>(Set.of(fields));
    known.add("reason");
    JsonNode body = AdminJson.strict(call.body());
    if (!body.isObject()) {
      throw AdminRefusal.badRequest("the body must be an object with " + String.join(", ", known));
    }
    for (Map.Entry<String, JsonNode> field : body.properties()) {
      if (!known.contains(field.getKey())) {
        throw AdminRefusal.badRequest("no such field: " + field.getKey() + "; there are " + String.join(", ", known));
      }
    }
    return new Orders(body, key);
  }

  String key() {
    return key;
  }

  /** Nano-units, above zero. */
  long amount() {
    long nanos = parsed(amountText());
    if (nanos == 0) {
      throw AdminRefusal.badRequest("amount must be above zero");
    }
    return nanos;
  }

  /** Nano-units, above or below zero. */
  long signedAmount() {
    String text = amountText();
    long nanos = text.startsWith("-") ? -parsed(text.substring(1)) : parsed(text);
    if (nanos == 0) {
      throw AdminRefusal.badRequest("amount must not be zero: above it adds, below it takes");
    }
    return nanos;
  }

  private String amountText() {
    if (!body.path("amount").isTextual()) {
      throw AdminRefusal.badRequest("amount must be a string like \"12.5\"");
    }
    return body.path("amount").asText();
  }

  private static long parsed(String text) {
    try {
      return Money.parse(text);
    } catch (IllegalArgumentException e) {
      throw AdminRefusal.badRequest("amount " + e.getMessage());
    }
  }

  String reason() {
    String reason = body.path("reason").isTextual() ? body.path("reason").asText().strip() : "";
    if (reason.isEmpty() || reason.length() > LONGEST_REASON) {
      throw AdminRefusal.badRequest("reason must be a text of 1 to " + LONGEST_REASON + " characters: it is kept in the balance's history");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(reason)) {
      throw AdminRefusal.badRequest("reason has half a character (a \\u escape without its other half): it could not be kept as it is");
    }
    return reason;
  }

  String text(String field, int longest) {
    String text = body.path(field).isTextual() ? body.path(field).asText() : "";
    if (text.isEmpty() || text.length() > longest) {
      throw AdminRefusal.badRequest(field + " must be a text of 1 to " + longest + " characters");
    }
    return text;
  }

  /** @param usual where the field is absent or null */
  int number(String field, int usual, int least, int most) {
    JsonNode number = body.path(field);
    if (number.isMissingNode() || number.isNull()) {
      return usual;
    }
    if (!number.isInt() || number.intValue() < least || number.intValue() > most) {
      throw AdminRefusal.badRequest(field + " must be a whole number from " + least + " to " + most);
    }
    return number.intValue();
  }

  /** Nano-units by unit; none where the field is absent or null. */
  Map<String, Long> amounts(String field) {
    JsonNode units = body.path(field);
    if (units.isMissingNode() || units.isNull()) {
      return Map.of();
    }
    if (!units.isObject()) {
      throw AdminRefusal.badRequest(field + " must be an object like {\"CNY\": \"12.5\"}");
    }
    Map<String, Long> amounts = new HashMap<>();
    for (Map.Entry<String, JsonNode> unit : units.properties()) {
      if (!unit.getValue().isTextual()) {
        throw AdminRefusal.badRequest(field + "." + unit.getKey() + " must be a string like \"12.5\"");
      }
      amounts.put(unit.getKey(), parsed(unit.getValue().asText()));
    }
    return amounts;
  }

  /** Milliseconds, above 0; 0 where the field is absent or null. */
  long duration(String field) {
    JsonNode text = body.path(field);
    if (text.isMissingNode() || text.isNull()) {
      return 0;
    }
    Matcher parts = DURATION_PART.matcher(text.asText());
    long ms = 0;
    if (text.isTextual() && text.asText().matches(DURATION)) {
      while (parts.find()) {
        ms += Long.parseLong(parts.group(1)) * switch (parts.group(2)) {
          case "h" -> 3_600_000L;
          case "m" -> 60_000L;
          case "s" -> 1_000L;
          default -> 1L;
        };
      }
    }
    if (ms == 0) {
      throw AdminRefusal.badRequest(field + " must be a duration above 0 like \"168h\" or \"90m\"");
    }
    return ms;
  }

  /** One of two words; the first where the field is absent or null. */
  boolean second(String field, String first, String second) {
    JsonNode word = body.path(field);
    if (word.isMissingNode() || word.isNull() || first.equals(word.asText(null))) {
      return false;
    }
    if (!second.equals(word.asText(null))) {
      throw AdminRefusal.badRequest(field + " must be " + first + " or " + second);
    }
    return true;
  }

  /** Milliseconds since the epoch, 0 where the field is absent or null. */
  long time(String field) {
    JsonNode time = body.path(field);
    if (time.isMissingNode() || time.isNull()) {
      return 0;
    }
    try {
      long ms = OffsetDateTime.parse(time.asText()).toInstant().toEpochMilli();
      if (ms > 0) {
        return ms;
      }
    } catch (DateTimeException | ArithmeticException e) {
      throw notATime(field);
    }
    throw notATime(field);
  }

  private static AdminRefusal notATime(String field) {
    return AdminRefusal.badRequest(field + " must be an RFC 3339 time like 2026-01-31T00:00:00Z");
  }
}
