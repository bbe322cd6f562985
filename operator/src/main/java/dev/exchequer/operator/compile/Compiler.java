package dev.exchequer.operator.compile;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.ir.ClusterPlan;
import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.ir.SecretPlan;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Inventory;
import dev.exchequer.operator.model.Memo;
import dev.exchequer.operator.model.Names;
import dev.exchequer.operator.model.Spec;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.Provider;
import dev.exchequer.policy.Route;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * From the objects that are in force to the plan: references joined, defaults spelled out, conflicts settled. Every object it is given passed validation,
 * so nothing here can be refused.
 */
public final class Compiler {
  private static final Set<Endpoint> DEFAULT_ENDPOINTS = EnumSet.of(Endpoint.CHAT_COMPLETIONS, Endpoint.COMPLETIONS);
  private static final long DEFAULT_OUTPUT_TOKENS = 4_096;
  private static final long DEFAULT_CLAMP_TOKENS = 256;
  private static final long DEFAULT_MAX_OUTPUT_TOKENS = 32_768;

  private final Inventory inForce;
  private final ModelClaims claims;
  private final Map<String, ClusterPlan> clusters = new TreeMap<>();
  private final Map<String, SecretPlan> secrets = new TreeMap<>();
  private final Memo<Document, RouteParts> parts;
  private final Map<Optional<ObjectName>, FallbackTerms> terms = new HashMap<>();
  private final ModelClaims.Standing standing;
  private final Map<Upstream, String> clusterNames = new HashMap<>();
  private final Optional<ObjectName> defaultPolicy;

  private record Upstream(ObjectName provider, long connectMs) {}

  private Compiler(Inventory inForce, String gatewayNamespace, Memo<Document, RouteParts> parts, ModelClaims.Standing standing) {
    this.inForce = inForce;
    this.parts = parts;
    this.standing = standing;
    this.claims = standing.claims(inForce, gatewayNamespace, parts);
    this.defaultPolicy = Gateways.fallbackPolicy(inForce);
  }

  /**
   * What the objects in force came to.
   *
   * @param claims who serves which model, for what is to be said about it
   */
  public record Compilation(GatewayPlan plan, ModelClaims claims) {}

  /**
   * @param gatewayNamespace whose routes may serve the keys of others
   * @param parts what the compilation before this one left; the plan is the same without
   * @param standing the same
   */
  public static Compilation compile(Inventory inForce, String gatewayNamespace, Memo<Document, RouteParts> parts, ModelClaims.Standing standing) {
    parts.turn();
    Compiler compiler = new Compiler(inForce, gatewayNamespace, parts, standing);
    return new Compilation(compiler.plan(), compiler.claims);
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
        Gateways.rules(inForce),
        new ArrayList<>(clusters.values()),
        new ArrayList<>(secrets.values()));
  }

  private <T> List<T> each(String kind, Function<Document, T> compiled) {
    return inForce.ofKind(kind).stream().map(compiled).toList();
  }

  private Route route(Document document) {
    RouteParts known = parts.of(document);
    FallbackTerms fallback = terms.computeIfAbsent(known.policy().or(() -> defaultPolicy), policy -> standing.terms(FallbackTerms.of(policy.flatMap(name -> inForce.find("FallbackPolicy", name)))));
    List<String> clusterOfHop = known.providers().stream().map(provider -> cluster(provider, fallback.connectMs())).toList();
    return known.route(new RouteParts.Inputs(document, claims.wonBy(document), claims.audienceOf(document), fallback, clusterOfHop), Compiler::route);
  }

  private String cluster(ObjectName name, long connectMs) {
    return clusterNames.computeIfAbsent(
        new Upstream(name, connectMs),
        upstream -> {
          Document provider = inForce.find("ModelProvider", name).orElseThrow();
          ClusterPlan cluster = Upstreams.cluster(provider, connectMs, inForce.secrets());
          clusters.put(cluster.name(), cluster);
          Upstreams.secret(provider, inForce.secrets()).ifPresent(secret -> secrets.put(secret.name(), secret));
          return cluster.name();
        });
  }

  /** Static, so that it sees its inputs and nothing else. */
  private static Route route(RouteParts.Inputs from) {
    Document document = from.document();
    Spec spec = Spec.of(document);
    Spec output = spec.part("output");
    long maxTokens = output.longNumber("maxTokens", DEFAULT_MAX_OUTPUT_TOKENS);
    List<Spec> hops = spec.list("hops");
    return new Route(
        document.name(),
        document.generation(),
        from.models(),
        endpoints(spec),
        IntStream.range(0, hops.size()).mapToObj(i -> hop(hops.get(i), document, from.clusters().get(i), from.terms())).toList(),
        from.terms().fallback(),
        spec.refs("priceSheetRefs", document.name()),
        Math.min(output.longNumber("defaultTokens", DEFAULT_OUTPUT_TOKENS), maxTokens),
        maxTokens,
        spec.flag("suspend"),
        from.audience(),
        output.text("reserve").equals("Clamp") ? output.longNumber("minTokens", DEFAULT_CLAMP_TOKENS) : 0);
  }

  static Set<Endpoint> endpoints(Spec route) {
    return route.has("endpoints") ? Names.endpoints(route.texts("endpoints")) : DEFAULT_ENDPOINTS;
  }

  private static Route.Hop hop(Spec hop, Document route, String cluster, FallbackTerms terms) {
    return new Route.Hop(
        hop.text("name"),
        hop.ref("providerRef", route.name()).orElseThrow(),
        upstreamModel(hop),
        Names.routeClass(hop.text("routeClass")).orElseThrow(),
        hop.longNumber("maxInputTokens", 0),
        cluster,
        hop.duration("streamFirstByte", terms.streamFirstByteMs()),
        hop.duration("response", terms.responseMs()),
        terms.streamIdleMs());
  }

  private static @Nullable String upstreamModel(Spec hop) {
    return hop.has("upstreamModel") ? hop.text("upstreamModel") : null;
  }
}
