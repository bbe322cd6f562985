package dev.exchequer.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.ledger.Refusals;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Refusals without a receipt: what a list of receipts does not show. */
final class CountedRefusals {
  private static final String MOST = "500";

  private CountedRefusals() {}

  /**
   * One line for people about the time that a list of receipts covers; empty where each refusal in it has its receipt.
   *
   * @param receipts the API's answer; its oldest receipt begins the time, unless from does
   */
  static String hint(AdminClient client, @Nullable String key, @Nullable String from, @Nullable String to, JsonNode receipts) {
    Map<String, String> query = new LinkedHashMap<>();
    if (key != null) {
      query.put("key", key);
    }
    String start = from != null || receipts.path("nextCursor").isNull() ? from : oldest(receipts);
    if (start != null) {
      query.put("from", wholeSecond(start));
    }
    if (to != null) {
      query.put("to", to);
    }
    query.put("limit", MOST);
    JsonNode answer = client.get("/api/v1/refusals", query);
    long count = 0;
    Set<String> keys = new TreeSet<>();
    for (JsonNode row : answer.path("items")) {
      count += row.path("count").asLong();
      keys.add(Cells.text(row.path("apiKey")));
    }
    if (count == 0) {
      return "";
    }
    String more = answer.path("nextCursor").isNull() ? "" : "at least ";
    return "%n%s%d more refusals of %s have no receipt: a key gets %d a second, what comes above is counted (GET /api/v1/refusals).%n"
        .formatted(more, count, String.join(", ", keys), Refusals.RECEIPTS_A_SECOND);
  }

  /** Counts are those of whole seconds: the one that a time is in belongs to it. A text that is no time is left to the API, which says so. */
  private static String wholeSecond(String time) {
    try {
      return OffsetDateTime.parse(time).truncatedTo(ChronoUnit.SECONDS).toInstant().toString();
    } catch (DateTimeException e) {
      return time;
    }
  }

  private static @Nullable String oldest(JsonNode receipts) {
    JsonNode items = receipts.path("items");
    return items.isEmpty() ? null : items.get(items.size() - 1).path("time").asText();
  }
}
