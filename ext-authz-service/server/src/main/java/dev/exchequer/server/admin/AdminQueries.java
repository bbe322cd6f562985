package dev.exchequer.server.admin;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.server.store.LedgerHistory.RefusalQuery;
import dev.exchequer.server.store.LedgerReads.ReceiptQuery;
import io.javalin.http.Context;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Query parameters. A name or value that means nothing is refused: a filter that is not applied would show other people's receipts as the answer. */
final class AdminQueries {
  static final int DEFAULT_LIMIT = 50;
  static final int MAX_LIMIT = 500;
  private static final Set<String> AT = Set.of("at");
  private static final Set<String> PAGE = Set.of("cursor", "limit");
  private static final Set<String> REFUSALS = Set.of("key", "from", "to", "cursor", "limit");
  private static final Set<String> RECEIPTS = Set.of("key", "project", "route", "model", "status", "task", "endUser", "from", "to", "cursor", "limit");
  private static final List<String> STATUSES = List.of("Succeeded", "Failed", "Denied", "InDoubt");

  private AdminQueries() {}

  static ReceiptQuery receipts(Context call) {
    onlyKnown(call, RECEIPTS);
    String status = one(call, "status");
    if (status != null && !STATUSES.contains(status)) {
      throw AdminRefusal.badRequest("status must be one of " + String.join(", ", STATUSES));
    }
    return new ReceiptQuery(
        object(call, "key"),
        object(call, "project"),
        object(call, "route"),
        one(call, "model"),
        status,
        one(call, "task"),
        one(call, "endUser"),
        time(call, "from"),
        time(call, "to"),
        one(call, "cursor"),
        limit(call));
  }

  static RefusalQuery refusals(Context call) {
    onlyKnown(call, REFUSALS);
    return new RefusalQuery(object(call, "key"), time(call, "from"), time(call, "to"), one(call, "cursor"), limit(call));
  }

  static @Nullable String pageCursor(Context call) {
    onlyKnown(call, PAGE);
    return one(call, "cursor");
  }

  static void none(Context call) {
    onlyKnown(call, Set.of());
  }

  /**
   * The moment of the past that is asked for; null = now.
   *
   * @param nowMs a later moment has no history yet
   */
  static @Nullable Long at(Context call, long nowMs) {
    onlyKnown(call, AT);
    Long at = time(call, "at");
    if (at != null && at > nowMs) {
      throw AdminRefusal.badRequest("at must not be later than now: what comes is not in the ledger");
    }
    return at;
  }

  static int limit(Context call) {
    String text = one(call, "limit");
    if (text == null) {
      return DEFAULT_LIMIT;
    }
    if (text.matches("[0-9]{1,4}")) {
      int value = Integer.parseInt(text);
      if (value >= 1 && value <= MAX_LIMIT) {
        return value;
      }
    }
    throw AdminRefusal.badRequest("limit must be a number from 1 to " + MAX_LIMIT);
  }

  /** Namespace and name of the path. */
  static ObjectName balance(Context call) {
    try {
      return new ObjectName(call.pathParam("ns"), call.pathParam("name"));
    } catch (IllegalArgumentException e) {
      throw AdminRefusal.notFound("balance");
    }
  }

  private static @Nullable String object(Context call, String name) {
    String text = one(call, name);
    if (text == null) {
      return null;
    }
    try {
      return ObjectName.parse(text).toString();
    } catch (IllegalArgumentException e) {
      throw AdminRefusal.badRequest(name + " must be namespace/name, e.g. default/" + text);
    }
  }

  private static @Nullable Long time(Context call, String name) {
    String text = one(call, name);
    if (text == null) {
      return null;
    }
    try {
      return OffsetDateTime.parse(text).toInstant().toEpochMilli();
    } catch (DateTimeException | ArithmeticException e) {
      throw AdminRefusal.badRequest(name + " must be an RFC 3339 time like 2026-01-31T00:00:00Z (a + in a URL is written %2B)");
    }
  }

  static @Nullable String one(Context call, String name) {
    List<String> values = call.queryParams(name);
    if (values.size() > 1) {
      throw AdminRefusal.badRequest(name + " stands twice: leave one");
    }
    // key=&project= is how a form sends "no filter"
    return values.isEmpty() || values.get(0).isEmpty() ? null : values.get(0);
  }

  static void onlyKnown(Context call, Set<String> known) {
    for (String name : call.queryParamMap().keySet()) {
      if (!known.contains(name)) {
        throw AdminRefusal.badRequest("no such parameter: " + name + (known.isEmpty() ? "" : "; there are " + known.stream().sorted().toList()));
      }
    }
  }
}
