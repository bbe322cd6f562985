package dev.exchequer.operator.compile;

import dev.exchequer.operator.ir.ClusterPlan;
import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.ir.SecretPlan;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Inventory;
import dev.exchequer.operator.model.Names;
import dev.exchequer.operator.model.Spec;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.Provider;
import dev.exchequer.policy.Route;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * From the objects that are in force to the plan: references joined, defaults spelled out, conflicts settled. Every object it is given passed validation,
 * so nothing here can be refused.
 */
public final class Compiler {
  private static final Set<Endpoint> DEFAULT_ENDPOINTS = EnumSet.of(Endpoint.CHAT_COMPLETIONS, Endpoint.COMPLETIONS);
  private static final long DEFAULT_OUTPUT_TOKENS = 4_096;
  private static final long DEFAULT_MAX_OUTPUT_TOKENS = 32_768;

  private final Inventory inForce;
  private final ModelClaims claims;
  private final Map<String, ClusterPlan> clusters = new TreeMap<>();
  private final Map<String, SecretPlan> secrets = new TreeMap<>();

  private Compiler(Inventory inForce, String gatewayNamespace) {
    this.inForce = inForce;
    this.claims = new ModelClaims(inForce, gatewayNamespace);
  }

  /** @param gatewayNamespace whose routes may serve the keys of others */
  public static GatewayPlan compile(Inventory inForce, String gatewayNamespace) {
    return new Compiler(inForce, gatewayNamespace).plan();
  }

  private GatewayPlan plan() {
    List<Route> routes = each("ModelRoute", this::route); // first: it collects clusters and secrets
    List<Provider> providers = each("ModelProvider", Upstreams::provider);
    return new GatewayPlan(
        each("Project", Accounts::project),
        each("ApiKey", document -> Accounts.key(document, inForce.secrets())),
        each("Balance", Accounts::balance),
        each("PriceSheet", Prices::sheet),
        each("Budget", Budgets::budget),
        providers,
        routes,
        Gateways.priceSheets(inForce),
        new ArrayList<>(clusters.values()),
        new ArrayList<>(secrets.values()));
  }

  private <T> List<T> each(String kind, Function<Document, T> compiled) {
    return inForce.ofKind(kind).stream().map(compiled).toList();
  }

  private Route route(Document document) {
    Spec spec = Spec.of(document);
    FallbackTerms terms =
        FallbackTerms.of(
            spec.ref("fallbackPolicyRef", document.name())
                .or(() -> Gateways.fallbackPolicy(inForce))
                .flatMap(name -> inForce.find("FallbackPolicy", name)));
    Spec output = spec.part("output");
    long maxTokens = output.longNumber("maxTokens", DEFAULT_MAX_OUTPUT_TOKENS);
    return new Route(
        document.name(),
        document.generation(),
        claims.wonBy(document),
        endpoints(spec),
        spec.list("hops").stream().map(hop -> hop(hop, document, terms)).toList(),
        terms.fallback(),
        spec.refs("priceSheetRefs", document.name()),
        Math.min(output.longNumber("defaultTokens", DEFAULT_OUTPUT_TOKENS), maxTokens),
        maxTokens,
        spec.flag("suspend"),
        claims.audienceOf(document));
  }

  static Set<Endpoint> endpoints(Spec route) {
    return route.has("endpoints") ? Names.endpoints(route.texts("endpoints")) : DEFAULT_ENDPOINTS;
  }

  private Route.Hop hop(Spec hop, Document route, FallbackTerms terms) {
    Document provider = hop.ref("providerRef", route.name()).flatMap(name -> inForce.find("ModelProvider", name)).orElseThrow();
    ClusterPlan cluster = Upstreams.cluster(provider, terms.connectMs(), inForce.secrets());
    clusters.put(cluster.name(), cluster);
    Upstreams.secret(provider, inForce.secrets()).ifPresent(secret -> secrets.put(secret.name(), secret));
    return new Route.Hop(
        hop.text("name"),
        provider.name(),
        upstreamModel(hop),
        Names.routeClass(hop.text("routeClass")).orElseThrow(),
        hop.longNumber("maxInputTokens", 0),
        cluster.name(),
        hop.duration("streamFirstByte", terms.streamFirstByteMs()),
        hop.duration("response", terms.responseMs()),
        terms.streamIdleMs());
  }

  private static @Nullable String upstreamModel(Spec hop) {
    return hop.has("upstreamModel") ? hop.text("upstreamModel") : null;
  }
}
