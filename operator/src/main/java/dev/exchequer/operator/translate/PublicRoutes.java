package dev.exchequer.operator.translate;

import com.github.xds.core.v3.TypedExtensionConfig;
import com.github.xds.type.matcher.v3.Matcher;
import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.UInt32Value;
import dev.exchequer.policy.Route;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryBackOff;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.type.matcher.v3.HttpRequestHeaderMatchInput;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The public layer: one Envoy route for every ModelRoute, found by the exact value of x-exq-route, which admit sets. It knows how often the request may be
 * tried again; whether it is, the accounting service says with x-exq-next on each attempt's answer.
 */
final class PublicRoutes {
  static final String NAME = "public";
  /** Attempts go on at once: waiting was decided, if at all, by the service. */
  private static final RetryBackOff BACK_OFF = RetryBackOff.newBuilder().setBaseInterval(millis(1)).setMaxInterval(millis(2)).build();

  private PublicRoutes() {}

  /** How often each route's requests may be tried again: all that Envoy is told of it. */
  static SortedMap<String, Integer> retries(List<Route> routes) {
    SortedMap<String, Integer> retries = new TreeMap<>();
    routes.forEach(route -> retries.put(route.name().toString(), route.fallback().maxAttempts() - 1));
    return retries;
  }

  static RouteConfiguration of(SortedMap<String, Integer> retries) {
    VirtualHost.Builder host =
        VirtualHost.newBuilder()
            .setName(NAME)
            .addDomains("*")
            .setIncludeRequestAttemptCount(true)
            .addResponseHeadersToRemove("x-exq-next")
            .addResponseHeadersToRemove("x-exq-local");
    // Envoy takes no empty tree
    if (retries.isEmpty()) {
      host.addRoutes(notFound());
    } else {
      host.setMatcher(byName(retries));
    }
    return RouteConfiguration.newBuilder().setName(NAME).addVirtualHosts(host).build();
  }

  private static Matcher byName(Map<String, Integer> retries) {
    Matcher.MatcherTree.MatchMap.Builder map = Matcher.MatcherTree.MatchMap.newBuilder();
    retries.forEach((name, count) -> map.putMap(name, action(route(name, count))));
    HttpRequestHeaderMatchInput header = HttpRequestHeaderMatchInput.newBuilder().setHeaderName("x-exq-route").build();
    return Matcher.newBuilder()
        .setMatcherTree(Matcher.MatcherTree.newBuilder().setInput(extension("x-exq-route", Packed.of(header))).setExactMatchMap(map))
        .setOnNoMatch(action(notFound()))
        .build();
  }

  private static io.envoyproxy.envoy.config.route.v3.Route route(String name, int retries) {
    RouteAction.Builder action = RouteAction.newBuilder().setCluster("hop").setTimeout(millis(0));
    if (retries > 0) {
      action.setRetryPolicy(
          RetryPolicy.newBuilder()
              .setRetryOn("retriable-headers")
              .addRetriableHeaders(HeaderMatcher.newBuilder().setName("x-exq-next").setPresentMatch(true))
              .setNumRetries(UInt32Value.of(retries))
              .setRetryBackOff(BACK_OFF));
    }
    return io.envoyproxy.envoy.config.route.v3.Route.newBuilder().setName(name).setMatch(everything()).setRoute(action).build();
  }

  private static io.envoyproxy.envoy.config.route.v3.Route notFound() {
    return io.envoyproxy.envoy.config.route.v3.Route.newBuilder()
        .setName("gate")
        .setMatch(everything())
        .setDirectResponse(DirectResponseAction.newBuilder().setStatus(404))
        .build();
  }

  private static Matcher.OnMatch action(io.envoyproxy.envoy.config.route.v3.Route route) {
    return Matcher.OnMatch.newBuilder().setAction(extension(route.getName(), Packed.of(route))).build();
  }

  private static TypedExtensionConfig extension(String name, Any config) {
    return TypedExtensionConfig.newBuilder().setName(name).setTypedConfig(config).build();
  }

  private static RouteMatch everything() {
    return RouteMatch.newBuilder().setPrefix("/").build();
  }

  static Duration millis(long millis) {
    return Duration.newBuilder().setSeconds(millis / 1000).setNanos((int) (millis % 1000) * 1_000_000).build();
  }
}
