package dev.exchequer.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.exchequer.identity.ObjectName;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which route serves whom: own namespace, exact, longest prefix, precedence, name. The gateway's namespace is money. */
final class RoutingTest {
  private static final Set<Endpoint> CHAT = Set.of(Endpoint.CHAT_COMPLETIONS);

  private static final Policy POLICY =
      policy(
          route("money/all", new Route.Audience(true, List.of(), 0), CHAT, "gpt-5", "claude-*", "*"),
          route("money/some", new Route.Audience(false, List.of("team-a", "team-c"), 1), CHAT, "gpt-5", "claude-opus-*", "some"),
          route("money/home", new Route.Audience(false, List.of(), 0), CHAT, "home"),
          route("money/embed", new Route.Audience(true, List.of(), 0), Set.of(Endpoint.EMBEDDINGS), "gpt-5"),
          route("team-a/own", Route.Audience.OWN, CHAT, "gpt-*", "private"),
          route("team-b/late", new Route.Audience(false, List.of(), 1), CHAT, "gpt-5", "late"),
          route("team-b/early", Route.Audience.OWN, CHAT, "gpt-5"),
          route("team-b/z", Route.Audience.OWN, CHAT, "same-*"),
          route("team-b/y", Route.Audience.OWN, CHAT, "same-*"));

  @ParameterizedTest
  @CsvSource({
    "money,  gpt-5,         ChatCompletions, money/all",
    "money,  home,          ChatCompletions, money/home",
    "team-c, home,          ChatCompletions, money/all", // by "*": the audience of home is its own namespace
    "team-a, gpt-5,         ChatCompletions, team-a/own", // a prefix of its own before an exact name of another namespace
    "team-a, private,       ChatCompletions, team-a/own",
    "money,  private,       ChatCompletions, money/all", // team-a's own is for its keys alone
    "team-b, gpt-5,         ChatCompletions, team-b/early", // precedence before the name
    "team-b, late,          ChatCompletions, team-b/late", // a loser keeps its other models
    "team-b, same-x,        ChatCompletions, team-b/y", // then the name
    "team-c, gpt-5,         ChatCompletions, money/all", // precedence 0 before 1
    "team-c, some,          ChatCompletions, money/some",
    "team-d, some,          ChatCompletions, money/all", // not in the list
    "team-c, claude-opus-4, ChatCompletions, money/some", // the longest prefix of those that serve it
    "team-d, claude-opus-4, ChatCompletions, money/all",
    "team-a, gpt-5,         Embeddings,      money/embed", // other endpoints are no conflict
    "team-d, gpt-5,         Completions,     ",
  })
  void theRouteFor(String namespace, String model, String endpoint, String route) {
    Endpoint at = Stream.of(Endpoint.values()).filter(one -> one.text().equals(endpoint)).findAny().orElseThrow();
    assertThat(POLICY.routeFor(namespace, model, at).map(found -> found.name().toString()).orElse(null)).isEqualTo(route);
  }

  @Test
  void theOrderInWhichRoutesAreListedSaysNothing() {
    List<Route> shuffled = new ArrayList<>(POLICY.routes().values());
    Random random = new Random(20261125);
    for (int round = 0; round < 20; round++) {
      Collections.shuffle(shuffled, random);
      Policy other = policy(shuffled.toArray(Route[]::new));
      for (String namespace : List.of("money", "team-a", "team-b", "team-c", "team-d")) {
        for (String model : List.of("gpt-5", "gpt-6", "same-x", "claude-opus-4", "home", "some", "late")) {
          assertThat(other.routeFor(namespace, model, Endpoint.CHAT_COMPLETIONS)).isEqualTo(POLICY.routeFor(namespace, model, Endpoint.CHAT_COMPLETIONS));
        }
      }
    }
  }

  /** It is on the path of every request. */
  @Test
  void lookingUpAllocatesNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int found = lookUps(1000); // classes are loaded
    long before = threads.getCurrentThreadAllocatedBytes();
    found += lookUps(10_000);
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000);
    assertThat(found).isEqualTo(4 * 11_000);
  }

  private static int lookUps(int rounds) {
    int found = 0;
    for (int i = 0; i < rounds; i++) {
      found += POLICY.routeFor("money", "gpt-5", Endpoint.CHAT_COMPLETIONS).isPresent() ? 1 : 0;
      found += POLICY.routeFor("team-a", "gpt-5", Endpoint.CHAT_COMPLETIONS).isPresent() ? 1 : 0;
      found += POLICY.routeFor("team-c", "claude-opus-4", Endpoint.CHAT_COMPLETIONS).isPresent() ? 1 : 0;
      found += POLICY.routeFor("team-d", "some", Endpoint.CHAT_COMPLETIONS).isPresent() ? 1 : 0;
    }
    return found;
  }

  @Test
  void anAudienceIsSorted() {
    assertThatThrownBy(() -> new Route.Audience(false, List.of("b", "a"), 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Route.Audience(false, List.of("a", "a"), 0)).isInstanceOf(IllegalArgumentException.class);
    assertThat(new Route.Audience(false, List.of("a", "b", "d"), 0).includes("c")).isFalse();
    assertThat(new Route.Audience(true, List.of(), 0).includes("c")).isTrue();
  }

  private static Policy policy(Route... routes) {
    return Policy.of("d", List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(routes), GatewayRules.NONE);
  }

  private static Route route(String name, Route.Audience audience, Set<Endpoint> endpoints, String... models) {
    Route.Fallback fallback = new Route.Fallback(null, "f", Set.of(), Set.of(), 1, 1000, 0, 0, false);
    List<ModelPattern> patterns = Stream.of(models).map(ModelPattern::new).toList();
    return new Route(ObjectName.parse(name), 1, patterns, endpoints, List.of(), fallback, List.of(), 1, 1, false, audience);
  }
}
