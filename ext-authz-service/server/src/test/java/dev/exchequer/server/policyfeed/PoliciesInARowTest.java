package dev.exchequer.server.policyfeed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.api.v1.AccountingPolicy;
import dev.exchequer.api.v1.Route;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept of the policy before makes the next one faster and nothing else: it is the one that is read alone, or refused with the same words. */
final class PoliciesInARowTest {
  private static final int EDITS = 300;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void eachIsTheOneThatIsReadAlone(long seed) {
    Random random = new Random(seed);
    RouteMemo memo = new RouteMemo();
    AccountingPolicy whole = Policies.whole().build();
    List<Route> routes = new ArrayList<>();
    int accepted = 0;
    int refused = 0;
    for (int i = 0; i < EDITS; i++) {
      edit(routes, whole.getRoutes(0), random);
      AccountingPolicy.Builder next = whole.toBuilder().clearRoutes().clearBudgets().addAllRoutes(routes);
      if (random.nextInt(10) == 0) {
        next.clearProviders();
      }
      byte[] bytes = next.build().toByteArray();
      String digest = FromAccountingPolicy.digestOf(bytes);
      switch (FromAccountingPolicy.read(digest, bytes)) {
        case Decoded.Accepted alone -> {
          Policy inARow = ((Decoded.Accepted) FromAccountingPolicy.read(digest, bytes, memo)).policy();
          same(inARow, alone.policy());
          accepted++;
        }
        case Decoded.Refused alone -> {
          assertThat(FromAccountingPolicy.read(digest, bytes, memo)).as("edit %d", i).isEqualTo(alone);
          refused++;
        }
      }
    }
    assertThat(accepted).isGreaterThan(EDITS / 4);
    assertThat(refused).isGreaterThan(EDITS / 20);
  }

  private static void edit(List<Route> routes, Route like, Random random) {
    int place = routes.isEmpty() ? 0 : random.nextInt(routes.size());
    switch (random.nextInt(12)) {
      case 0, 1 -> {
        int number = random.nextInt(40);
        routes.add(place, like.toBuilder().setName("default/r" + number).clearModels().addModels("m" + number).build());
      }
      case 2, 3, 4 -> with(routes, place, () -> routes.set(place, routes.get(place).toBuilder().setGeneration(random.nextInt(1000)).build()));
      case 5 -> with(routes, place, () -> routes.remove(place));
      case 6 -> with(routes, place, () -> routes.set(place, routes.get(place).toBuilder().clearModels().addModels("m" + random.nextInt(40)).build()));
      case 7, 8 -> with(routes, place, () -> routes.set(place, audience(routes.get(place).toBuilder().clearNamespaces().setPrecedence(random.nextInt(3)), random).build()));
      case 9 -> with(routes, place, () -> routes.set(place, routes.get(place).toBuilder().clearEndpoints().addEndpoints(random.nextBoolean() ? "ChatCompletions" : "Embeddings").build()));
      default -> {
        List<Route> once = routes.stream().collect(java.util.stream.Collectors.toMap(Route::getName, route -> route, (one, other) -> one, java.util.TreeMap::new)).values().stream().toList();
        routes.clear();
        once.stream().map(route -> route.toBuilder().clearModels().addModels("m" + route.getName().substring("default/r".length())).build()).forEach(routes::add);
      }
    }
  }

  /** Everybody, or some of two namespaces; without either only its own may use it. */
  private static Route.Builder audience(Route.Builder route, Random random) {
    route.setAllNamespaces(random.nextInt(3) == 0);
    if (!route.getAllNamespaces()) {
      for (String namespace : List.of("team-a", "team-b")) {
        if (random.nextBoolean()) {
          route.addNamespaces(namespace);
        }
      }
    }
    return route;
  }

  private static void with(List<Route> routes, int place, Runnable edit) {
    if (place < routes.size()) {
      edit.run();
    }
  }

  private static void same(Policy inARow, Policy alone) {
    assertThat(inARow.routes()).isEqualTo(alone.routes());
    assertThat(inARow.routes().keySet()).isEqualTo(alone.routes().keySet());
    for (int number = 0; number < 40; number++) {
      for (Endpoint endpoint : Endpoint.values()) {
        for (String namespace : List.of("default", "team-a", "team-b")) {
          assertThat(inARow.routeFor(namespace, "m" + number, endpoint)).isEqualTo(alone.routeFor(namespace, "m" + number, endpoint));
        }
      }
    }
    assertThat(inARow.providers()).isEqualTo(alone.providers());
    assertThat(inARow.priceSheets()).isEqualTo(alone.priceSheets());
    assertThat(inARow.keys()).isEqualTo(alone.keys());
    assertThat(inARow.balances()).isEqualTo(alone.balances());
  }
}
