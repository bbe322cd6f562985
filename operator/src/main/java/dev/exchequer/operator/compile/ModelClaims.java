package dev.exchequer.operator.compile;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Inventory;
import dev.exchequer.operator.model.Memo;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.ModelPattern;
import dev.exchequer.policy.Route;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who serves a model that several routes list. Between namespaces there is no conflict: a key's own namespace comes first, and only routes of the gateway's
 * namespace serve others. Between an exact name and a prefix there is none either, the request decides. What is left are routes of one namespace that list the
 * same at a common endpoint: the oldest has it, then the first by name.
 */
public final class ModelClaims {
  private static final Comparator<Claim> FIRST_WINS = Comparator.comparingLong((Claim claim) -> claim.parts.createdAtMs()).thenComparing(claim -> claim.route.name());

  private final Audiences audiences;
  private final Map<ObjectName, Won> won = new HashMap<>();

  /**
   * A model that a route shares with one that comes before it.
   *
   * @param older whether the winner is, or only the first by name
   * @param everywhere false = the route serves it still, where the audience or the endpoints of the winner end
   */
  public record Loss(String model, ObjectName winner, boolean older, boolean everywhere) {}

  /** What a route has. */
  private record Won(List<ModelPattern> models, Route.Audience audience, List<Loss> losses) {}

  private record Claim(Document route, RouteParts parts, Route.Audience audience) {
    Set<Endpoint> endpoints() {
      return parts.endpoints();
    }

    boolean meets(Claim other) {
      return !Collections.disjoint(endpoints(), other.endpoints()); // in their own namespace they always do
    }
  }

  /**
   * @param gatewayNamespace whose routes may serve the keys of others
   * @param parts of routes, from earlier looks too
   */
  ModelClaims(Inventory inForce, String gatewayNamespace, Memo<Document, RouteParts> parts) {
    this.audiences = new Audiences(inForce, gatewayNamespace);
    Map<String, List<Claim>> byNamespace = new HashMap<>();
    for (Document route : inForce.ofKind("ModelRoute")) {
      RouteParts known = parts.of(route);
      byNamespace.computeIfAbsent(route.name().namespace(), none -> new ArrayList<>()).add(new Claim(route, known, audiences.of(known.audience())));
    }
    byNamespace.values().forEach(this::settle);
  }

  private void settle(List<Claim> claims) {
    Map<String, List<Claim>> holders = new HashMap<>();
    claims.sort(FIRST_WINS);
    claims.forEach(claim -> won.put(claim.route.name(), settle(claim, holders)));
  }

  /** @param holders of each model so far, the first first */
  private Won settle(Claim claim, Map<String, List<Claim>> holders) {
    List<ModelPattern> models = new ArrayList<>();
    List<Loss> losses = new ArrayList<>();
    int precedence = 0;
    for (String model : claim.parts.models()) {
      List<Claim> known = holders.computeIfAbsent(model, none -> new ArrayList<>(1));
      List<Claim> before = known.isEmpty() ? List.of() : known.stream().filter(claim::meets).toList();
      boolean everywhere = !before.isEmpty() && covered(claim, before);
      if (!before.isEmpty()) {
        Document winner = before.getFirst().route;
        losses.add(new Loss(model, winner.name(), before.getFirst().parts.createdAtMs() < claim.parts.createdAtMs(), everywhere));
      }
      if (!everywhere) {
        for (Claim earlier : before) {
          precedence = Math.max(precedence, audienceOf(earlier.route).precedence() + 1);
        }
        models.add(new ModelPattern(model));
        known.add(claim);
      }
    }
    Route.Audience audience = claim.audience;
    Route.Audience placed = precedence == 0 ? audience : new Route.Audience(audience.allNamespaces(), audience.namespaces(), precedence);
    return new Won(List.copyOf(models), placed, losses);
  }

  /** Whether no key at no endpoint is left for the claim. */
  private static boolean covered(Claim claim, List<Claim> before) {
    for (Endpoint endpoint : claim.endpoints()) {
      List<Route.Audience> there = before.stream().filter(earlier -> earlier.endpoints().contains(endpoint)).map(Claim::audience).toList();
      boolean all = there.stream().anyMatch(Route.Audience::allNamespaces);
      boolean each = claim.audience.namespaces().stream().allMatch(namespace -> there.stream().anyMatch(audience -> audience.includes(namespace)));
      if (there.isEmpty() || !all && (claim.audience.allNamespaces() || !each)) {
        return false;
      }
    }
    return true;
  }

  /** What the route lost of a model. */
  public Optional<Loss> loss(ObjectName route, String model) {
    return of(route).losses.stream().filter(loss -> loss.model.equals(model)).findFirst();
  }

  List<ModelPattern> wonBy(Document route) {
    return of(route.name()).models;
  }

  Route.Audience audienceOf(Document route) {
    return of(route.name()).audience;
  }

  private Won of(ObjectName route) {
    Won its = won.get(route);
    if (its == null) {
      throw new IllegalArgumentException("no such route: " + route);
    }
    return its;
  }
}
