package dev.exchequer.operator.validate;

import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Inventory;
import dev.exchequer.operator.model.Namespaces;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.operator.model.Same;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What some routes name: thousands of routes name the same few objects, so it is looked up once for all of them. Called by one thread at a time. */
final class RouteTargets {
  /** The kinds that a route names. */
  static final List<String> KINDS = List.of("FallbackPolicy", "ModelProvider", "PriceSheet");

  private final List<ObjectKey> names;
  private List<@Nullable Document> found = List.of();
  private @Nullable Surroundings around;
  private @Nullable Inventory seen;
  private int version;

  private RouteTargets(List<ObjectKey> names) {
    this.names = names;
  }

  /**
   * What else references are judged by: labels, for consent, and the gateway, which serves some namespaces.
   *
   * @param gateway the TokenGateway that is in force
   */
  record Surroundings(Namespaces namespaces, Optional<Document> gateway) {}

  /** One for all routes that name the same. */
  static final class Shared {
    /** More than any gateway has: what is forgotten is looked up again. */
    private static final int MOST = 10_000;

    private final Map<List<ObjectKey>, RouteTargets> known = new HashMap<>();

    RouteTargets of(List<ObjectKey> names) {
      if (known.size() > MOST) {
        known.clear();
      }
      return known.computeIfAbsent(List.copyOf(names), RouteTargets::new);
    }
  }

  /** Another number when one of them is another object than at the last look, or what is around is another. */
  @SuppressWarnings("ReferenceEquality") // an inventory is one moment
  int version(Inventory now, Surroundings surroundings) {
    if (seen != now) {
      List<@Nullable Document> there = new ArrayList<>(names.size());
      names.forEach(name -> there.add(now.objects().get(name)));
      if (!Same.objects(there, found) || !surroundings.equals(around)) {
        version++;
      }
      found = there;
      around = surroundings;
      seen = now;
    }
    return version;
  }
}
