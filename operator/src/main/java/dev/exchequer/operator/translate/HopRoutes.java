package dev.exchequer.operator.translate;

import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The hop layer: Envoy knows no hops, it sends where x-exq-cluster says. Two routes for every idle timeout of streams that a plan names: the first attempt
 * was held by admit and asks nobody, a later one asks "hold".
 */
final class HopRoutes {
  static final String NAME = "hop";

  /** Internal headers and those of proxies: no provider sees them. The clusters remove x-exq- by prefix too, for the day one is forgotten here. */
  private static final List<String> REQUEST_HEADERS =
      List.of(
          "x-exq-answer", "x-exq-cluster", "x-exq-edits", "x-exq-hold", "x-exq-idle", "x-exq-mode", "x-exq-path", "x-exq-request", "x-exq-route",
          "x-exq-timeout", "x-exq-total", "x-envoy-attempt-count", "x-envoy-external-address", "x-envoy-original-host", "x-forwarded-for",
          "x-forwarded-proto", "x-request-id");

  /** What a provider says to its own customer. x-exq-next by name, as the router looks at it: a provider that could say it would be obeyed. */
  private static final List<String> RESPONSE_HEADERS = List.of("x-exq-next", "set-cookie", "openai-organization", "www-authenticate", "server");

  private HopRoutes() {}

  /** Milliseconds; all that Envoy is told of the hops. */
  static SortedSet<Long> idles(List<dev.exchequer.policy.Route> routes) {
    SortedSet<Long> idles = new TreeSet<>();
    idles.add(0L); // every answer that is no stream
    routes.forEach(route -> route.hops().forEach(hop -> idles.add(hop.streamIdleMs())));
    return idles;
  }

  static RouteConfiguration of(SortedSet<Long> idles) {
    VirtualHost.Builder host =
        VirtualHost.newBuilder()
            .setName(NAME)
            .addDomains("*")
            .addAllRequestHeadersToRemove(REQUEST_HEADERS)
            .addAllResponseHeadersToRemove(RESPONSE_HEADERS)
            .addRequestHeadersToAdd(
                HeaderValueOption.newBuilder()
                    .setHeader(HeaderValue.newBuilder().setKey("accept-encoding").setValue("identity"))
                    .setAppendAction(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD));
    for (long idle : idles) {
      host.addRoutes(send("first-" + idle, idle).setMatch(match(idle).addHeaders(exact("x-envoy-attempt-count", "1"))).putTypedPerFilterConfig(
          "hold", Packed.of(ExtAuthzPerRoute.newBuilder().setDisabled(true).build())));
      host.addRoutes(send("later-" + idle, idle).setMatch(match(idle)));
    }
    host.addRoutes(
        Route.newBuilder()
            .setName("gate")
            .setMatch(RouteMatch.newBuilder().setPrefix("/"))
            .setDirectResponse(DirectResponseAction.newBuilder().setStatus(503)));
    // a cluster that is gone is an answer (NC) that moves on to the next hop, no reason to refuse the table
    return RouteConfiguration.newBuilder().setName(NAME).setValidateClusters(BoolValue.of(false)).addVirtualHosts(host).build();
  }

  /** Timeouts other than idle come by header from the meter. */
  private static Route.Builder send(String name, long idleMs) {
    return Route.newBuilder()
        .setName(name)
        .setRoute(
            RouteAction.newBuilder()
                .setClusterHeader("x-exq-cluster")
                .setAutoHostRewrite(BoolValue.of(true))
                .setTimeout(PublicRoutes.millis(0))
                .setIdleTimeout(PublicRoutes.millis(idleMs))
                .setRetryPolicy(RetryPolicy.newBuilder().setNumRetries(UInt32Value.of(0))));
  }

  private static RouteMatch.Builder match(long idleMs) {
    return RouteMatch.newBuilder()
        .setPrefix("/")
        .addHeaders(HeaderMatcher.newBuilder().setName("x-exq-cluster").setPresentMatch(true))
        .addHeaders(exact("x-exq-idle", Long.toString(idleMs)));
  }

  private static HeaderMatcher exact(String name, String value) {
    return HeaderMatcher.newBuilder().setName(name).setStringMatch(StringMatcher.newBuilder().setExact(value)).build();
  }
}
