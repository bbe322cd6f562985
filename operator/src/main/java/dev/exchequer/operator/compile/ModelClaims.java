package dev.exchequer.operator.compile;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Inventory;
import dev.exchequer.operator.model.ListMemo;
import dev.exchequer.operator.model.Same;
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
import org.jspecify.annotations.Nullable;

/**
 * Who serves a model that several routes list. Between namespaces there is no conflict: a key's own namespace comes first, and only routes of the gateway's
 * namespace serve others. Between an exact name and a prefix there is none either, the request decides. What is left are routes of one namespace that list the
 * same at a common endpoint: the oldest has it, then the first by name.
 */
public final class ModelClaims {
  private static final Comparator<Claim> FIRST_WINS = Comparator.comparingLong(Claim::createdAtMs).thenComparing(Claim::route);

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

  /** All that a claim is settled by. */
  record Claim(ObjectName route, long createdAtMs, List<String> models, Set<Endpoint> endpoints, Route.Audience audience) {
    boolean meets(Claim other) {
      return !Collections.disjoint(endpoints, other.endpoints); // in their own namespace they always do
    }
  }

  /** What one compilation leaves to the next, so that claims are settled only when one changed. Called by one thread at a time. */
  public static final class Standing {
    private final ListMemo<RouteParts, Claim> each = new ListMemo<>();
    private @Nullable Audiences audiences;
    private List<Claim> made = List.of();
    private ModelClaims claims = new ModelClaims(made);
    private final Map<FallbackTerms, FallbackTerms> terms = new HashMap<>();
    /** More than any gateway has policies: what is forgotten is made again. */
    private static final int MOST_TERMS = 10_000;

    /**
     * @param gatewayNamespace whose routes may serve the keys of others
     * @param routes all that are in force
     */
    ModelClaims claims(Inventory inForce, String gatewayNamespace, List<RouteParts> routes) {
      Audiences asked = Audiences.of(inForce, gatewayNamespace);
      if (!asked.equals(audiences)) {
        each.forget();
        audiences = asked;
      }
      List<Claim> now = each.of(routes, route -> route.claim(asked));
      if (!Same.equal(now, made)) {
        claims = new ModelClaims(now);
      }
      made = now;
      return claims;
    }

    /** The one that is equal, as routes are compared by it. */
    FallbackTerms terms(FallbackTerms now) {
      if (terms.size() > MOST_TERMS) {
        terms.clear();
      }
      FallbackTerms known = terms.putIfAbsent(now, now);
      return known == null ? now : known;
    }
  }

  private ModelClaims(List<Claim> claims) {
    Map<String, List<Claim>> byNamespace = new HashMap<>();
    claims.forEach(claim -> byNamespace.computeIfAbsent(claim.route.namespace(), none -> new ArrayList<>()).add(claim));
    byNamespace.values().forEach(this::settle);
  }

  private void settle(List<Claim> claims) {
    Map<String, List<Claim>> holders = new HashMap<>();
    claims.sort(FIRST_WINS);
    claims.forEach(claim -> won.put(claim.route, settle(claim, holders)));
  }

  /** @param holders of each model so far, the first first */
  private Won settle(Claim claim, Map<String, List<Claim>> holders) {
    List<ModelPattern> models = new ArrayList<>();
    List<Loss> losses = new ArrayList<>();
    int precedence = 0;
    for (String model : claim.models) {
      List<Claim> known = holders.computeIfAbsent(model, none -> new ArrayList<>(1));
      List<Claim> before = known.isEmpty() ? List.of() : known.stream().filter(claim::meets).toList();
      boolean everywhere = !before.isEmpty() && covered(claim, before);
      if (!before.isEmpty()) {
        Claim winner = before.getFirst();
        losses.add(new Loss(model, winner.route, winner.createdAtMs < claim.createdAtMs, everywhere));
      }
      if (!everywhere) {
        for (Claim earlier : before) {
          precedence = Math.max(precedence, of(earlier.route).audience.precedence() + 1);
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
    for (Endpoint endpoint : claim.endpoints) {
      List<Route.Audience> there = before.stream().filter(earlier -> earlier.endpoints.contains(endpoint)).map(Claim::audience).toList();
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
