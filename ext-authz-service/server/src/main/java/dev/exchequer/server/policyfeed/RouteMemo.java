package dev.exchequer.server.policyfeed;

import com.google.protobuf.ByteString;
import dev.exchequer.policy.Route;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * The routes of the policy before, by their bytes: of thousands a change touches a few, and the others need not be read again. Called by one thread at a
 * time.
 */
public final class RouteMemo {
  private Map<ByteString, Route> before = new HashMap<>();
  private Map<ByteString, Route> now = new HashMap<>();

  /** Begins the next policy: forgets what the last one did not have. */
  void turn() {
    before = now;
    now = new HashMap<>();
  }

  /** @param read depends on the bytes alone; what it throws is not kept */
  Route route(ByteString bytes, Function<ByteString, Route> read) {
    Route known = before.get(bytes);
    Route route = known == null ? read.apply(bytes) : known;
    now.put(bytes, route);
    return route;
  }
}
