package dev.exchequer.server.policyfeed;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.ApiKey;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.ModelPattern;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.Provider;
import dev.exchequer.policy.Route;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Every object that a policy names must stand in it: a missing one would show only when a request needs it. The providers in a rate's match are left
 * alone: they filter, and a rate for a provider that was left out prices nothing.
 */
final class References {
  private References() {}

  /** @param good an older policy in which nothing was missing: what both have is not looked at again; null = none */
  static void check(Policy policy, @Nullable Policy good) {
    policy.projects().values().forEach(p -> all("Project " + p.name(), "price sheet", p.priceSheets(), policy.priceSheets()));
    policy.keys().values().forEach(k -> one("ApiKey " + k.name(), "project", k.project(), policy.projects()));
    policy.balances().values().forEach(b -> one("Balance " + b.name(), "project", b.project(), policy.projects()));
    policy.budgets().forEach(b -> target(b, policy));
    for (Provider provider : policy.providers().values()) {
      if (provider.costSheet() != null) {
        one("Provider " + provider.name(), "cost sheet", provider.costSheet(), policy.priceSheets());
      }
    }
    for (Route route : fresh(policy, good)) {
      // of thousands: what is said of a missing one is put together when one is missing
      for (ObjectName sheet : route.priceSheets()) {
        if (!policy.priceSheets().containsKey(sheet)) {
          throw missing("Route " + route.name(), "price sheet", sheet);
        }
      }
      for (Route.Hop hop : route.hops()) {
        if (!policy.providers().containsKey(hop.provider())) {
          throw missing("Route " + route.name() + ": hop " + hop.name(), "provider", hop.provider());
        }
      }
    }
    all("the gateway", "price sheet", policy.gateway().priceSheets(), policy.priceSheets());
    oneOwnerPerCredential(policy);
    if (good == null || !policy.claimsAsIn(good)) {
      oneRoutePerModel(policy);
    }
  }

  /** Routes that may name what is missing. */
  private static Collection<Route> fresh(Policy policy, @Nullable Policy good) {
    return good != null
            && policy.providers().keySet().containsAll(good.providers().keySet())
            && policy.priceSheets().keySet().containsAll(good.priceSheets().keySet())
        ? policy.routesNotIn(good)
        : policy.routes().values();
  }

  private static void target(Budget budget, Policy policy) {
    String who = "Budget " + budget.name();
    ObjectName name = budget.target().name();
    switch (budget.target().kind()) {
      case PROJECT -> one(who, "project", name, policy.projects());
      case API_KEY -> one(who, "key", name, policy.keys());
      case MODEL_ROUTE -> one(who, "route", name, policy.routes());
    }
  }

  private static void oneOwnerPerCredential(Policy policy) {
    Set<String> seen = new HashSet<>();
    for (ApiKey key : policy.keys().values()) {
      for (ApiKey.Credential credential : key.credentials()) {
        if (!seen.add(credential.sha256())) {
          throw new IllegalArgumentException("ApiKey " + key.name() + ": credential " + credential.name() + " is also another's");
        }
      }
    }
  }

  /** Of one namespace, one precedence and one endpoint: else nothing would say which of two serves. */
  private static void oneRoutePerModel(Policy policy) {
    record Place(String namespace, int precedence, Endpoint endpoint, String model) {}
    Set<Place> seen = HashSet.newHashSet(2 * policy.routes().size());
    for (Route route : policy.routes().values()) {
      for (ModelPattern pattern : route.models()) {
        for (Endpoint endpoint : route.endpoints()) {
          if (!seen.add(new Place(route.name().namespace(), route.audience().precedence(), endpoint, pattern.text()))) {
            throw new IllegalArgumentException("Route " + route.name() + ": model " + pattern.text() + " is also another route's");
          }
        }
      }
    }
  }

  private static void all(String who, String what, Collection<ObjectName> names, Map<ObjectName, ?> known) {
    names.forEach(name -> one(who, what, name, known));
  }

  private static void one(String who, String what, ObjectName name, Map<ObjectName, ?> known) {
    if (!known.containsKey(name)) {
      throw missing(who, what, name);
    }
  }

  private static IllegalArgumentException missing(String who, String what, ObjectName name) {
    return new IllegalArgumentException(who + ": no such " + what + ": " + name);
  }
}
