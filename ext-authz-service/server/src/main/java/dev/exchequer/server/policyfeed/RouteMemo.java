package dev.exchequer.server.policyfeed;

import dev.exchequer.policy.Policy;
import dev.exchequer.policy.Route;
import dev.exchequer.wire.MessageFields;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The routes of the policy before, with their bytes: of thousands a change touches a few, and the others need not be read again. Both policies are sorted, so
 * they are gone through side by side. Called by one thread at a time.
 */
public final class RouteMemo {
  private @Nullable MessageFields before;
  /** By field of {@link #before}; null = no route. */
  private @Nullable Route[] known = new Route[0];

  private @Nullable Policy good;

  /** Reads a route from a part of some bytes. */
  interface Reader {
    Route read(byte[] bytes, int from, int to);
  }

  /** The last policy that was found good, null = none. */
  @Nullable Policy good() {
    return good;
  }

  void good(Policy policy) {
    good = policy;
  }

  /**
   * The routes among the fields, in order.
   *
   * @param tag of a route's field
   * @param read depends on the bytes alone; where it throws, nothing is kept of this policy
   */
  List<Route> routes(MessageFields now, int tag, Reader read) {
    List<Route> routes = new ArrayList<>(known.length + 16);
    @Nullable Route[] made = new Route[now.count()];
    int old = 0;
    for (int field = 0; field < now.count(); field++) {
      if (now.tag(field) != tag) {
        continue;
      }
      old = notBefore(now, field, old);
      Route route = before != null && old < before.count() && now.same(field, before, old) ? known[old++] : null;
      made[field] = route == null ? read.read(now.bytes(), now.payload(field), now.end(field)) : route;
      routes.add(made[field]);
    }
    before = now;
    known = made;
    return routes;
  }

  /** The first field of the policy before, from here on, that does not come before this one. */
  private int notBefore(MessageFields now, int field, int from) {
    MessageFields other = before;
    int old = from;
    while (other != null && old < other.count() && !now.same(field, other, old) && other.compare(old, now, field) < 0) {
      old++;
    }
    return old;
  }
}
