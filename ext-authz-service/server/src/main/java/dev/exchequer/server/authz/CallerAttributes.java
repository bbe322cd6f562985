package dev.exchequer.server.authz;

import dev.exchequer.policy.RouteClass;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a caller says about a request in headers. */
sealed interface CallerAttributes {
  String TASK = "x-exchequer-task";
  String END_USER = "x-exchequer-end-user";
  String ROUTE_CLASSES = "x-exchequer-route-classes";
  String IDEMPOTENCY_KEY = "idempotency-key";
  String REQUEST_ID = "x-request-id";

  Given NONE = new Given("", "", null, null, Set.of());

  /** "" and null = not said; an empty set = not narrowed. */
  record Given(String task, String endUser, @Nullable String clientRequestId, @Nullable String idempotencyKey, Set<RouteClass> narrowedTo) implements CallerAttributes {}

  record Bad(String header, String message) implements CallerAttributes {}

  static CallerAttributes of(Map<String, String> headers) {
    String task = headers.getOrDefault(TASK, "");
    if (headers.containsKey(TASK) && !taskLabel(task)) {
      return new Bad(TASK, "`" + TASK + "` must have 1 to 128 of A-Z a-z 0-9 . _ : -");
    }
    String endUser = headers.getOrDefault(END_USER, "");
    if (!printable(endUser, 256)) {
      return new Bad(END_USER, "`" + END_USER + "` must have at most 256 printable characters.");
    }
    String idempotencyKey = headers.get(IDEMPOTENCY_KEY);
    if (idempotencyKey != null && (idempotencyKey.isEmpty() || !printable(idempotencyKey, 255))) {
      return new Bad(IDEMPOTENCY_KEY, "`" + IDEMPOTENCY_KEY + "` must have 1 to 255 printable characters.");
    }
    Set<RouteClass> narrowedTo = EnumSet.noneOf(RouteClass.class);
    String classes = headers.get(ROUTE_CLASSES);
    if (classes != null) {
      for (String name : classes.split(",", -1)) {
        if (!addClass(name.strip(), narrowedTo)) {
          return new Bad(ROUTE_CLASSES, "`" + ROUTE_CLASSES + "` must be a list of Direct, Pool, Subscription, Byok, Free.");
        }
      }
    }
    String requestId = headers.get(REQUEST_ID);
    return new Given(task, endUser, requestId == null || requestId.isEmpty() || !printable(requestId, 128) ? null : requestId, idempotencyKey, narrowedTo);
  }

  private static boolean addClass(String name, Set<RouteClass> classes) {
    for (RouteClass routeClass : RouteClass.values()) {
      if (routeClass.text().equals(name)) {
        classes.add(routeClass);
        return true;
      }
    }
    return false;
  }

  private static boolean taskLabel(String text) {
    if (text.isEmpty() || text.length() > 128) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
      if (!letter && (c < '0' || c > '9') && c != '.' && c != '_' && c != ':' && c != '-') {
        return false;
      }
    }
    return true;
  }

  static boolean printable(String text, int max) {
    return text.length() <= max && text.chars().noneMatch(Character::isISOControl);
  }

  static boolean visibleAscii(String text) {
    return text.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }
}
