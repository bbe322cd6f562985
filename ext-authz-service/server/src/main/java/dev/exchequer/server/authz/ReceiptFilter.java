package dev.exchequer.server.authz;

import dev.exchequer.server.store.LedgerReads.ReceiptQuery;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The query of a list of receipts. */
sealed interface ReceiptFilter {
  record Good(ReceiptQuery query) implements ReceiptFilter {}

  record Bad(String param, String message) implements ReceiptFilter {}

  /**
   * Reads a query.
   *
   * @param project the caller's, whatever the query says
   */
  static ReceiptFilter of(String query, String project) {
    Map<String, String> given = new HashMap<>();
    String limit = "50";
    try {
      for (String pair : query.split("&", -1)) {
        int equals = pair.indexOf('=');
        if (equals > 0) {
          given.put(pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
      }
      limit = given.getOrDefault("limit", limit);
    } catch (IllegalArgumentException e) {
      return new Bad("query", "The query is not well encoded.");
    }
    if (!limit.matches("[1-9][0-9]{0,2}") || Integer.parseInt(limit) > 500) {
      return new Bad("limit", "`limit` must be a whole number from 1 to 500.");
    }
    String at = "from";
    try {
      Long from = time(given.get("from"));
      at = "to";
      Long to = time(given.get("to"));
      return new Good(
          new ReceiptQuery(
              given.get("key"), project, given.get("route"), given.get("model"), given.get("status"), given.get("task"), given.get("endUser"), from, to,
              given.get("cursor"), Integer.parseInt(limit)));
    } catch (DateTimeParseException e) {
      return new Bad(at, "`" + at + "` must be a time like 2026-11-23T13:44:24Z.");
    }
  }

  private static @Nullable Long time(@Nullable String text) {
    return text == null ? null : Instant.parse(text).toEpochMilli();
  }
}
