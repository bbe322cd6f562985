package dev.exchequer.operator.compile;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.ir.ClusterPlan;
import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.ir.SecretPlan;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Inventory;
import dev.exchequer.operator.model.ListMemo;
import dev.exchequer.operator.model.Names;
import dev.exchequer.operator.model.Same;
import dev.exchequer.operator.model.Secrets;
import dev.exchequer.operator.model.Spec;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.Provider;
import dev.exchequer.policy.Route;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
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
  private final Map<Optional<ObjectName>, FallbackTerms> terms = new HashMap<>();
  private final Standing standing;
  private final List<RouteParts> parts;
  private final Map<Upstream, String> clusterNames = new HashMap<>();
  private final Optional<ObjectName> defaultPolicy;

  private record Upstream(ObjectName provider, long connectMs) {}

  /** All that routes are made of besides themselves. What is added to a route is added here or to its {@link RouteParts.Inputs}. */
  private record Ground(ModelClaims claims, List<Document> documents, Secrets secrets) {
    private static final List<String> KINDS = List.of("FallbackPolicy", "ModelProvider", "TokenGateway");

    static Ground of(ModelClaims claims, Inventory inForce) {
      return new Ground(claims, KINDS.stream().flatMap(kind -> inForce.ofKind(kind).stream()).toList(), inForce.secrets());
    }

    @SuppressWarnings("ReferenceEquality") // claims are kept for as long as they are the same
    boolean sameAs(Ground other) {
      return claims == other.claims && Same.objects(documents, other.documents) && secrets.equals(other.secrets);
    }
  }

  /** What one compilation leaves to the next: the plan is the same without. Called by one thread at a time. */
  public static final class Standing {
    private final ListMemo<Document, RouteParts> parts = new ListMemo<>();
    private final ModelClaims.Standing claims = new ModelClaims.Standing();
    /** Of routes on the same ground. */
    private final ListMemo<RouteParts, Route> routes = new ListMemo<>();
    /** The same: where its hops go, in order; one list for all routes that go to the same. */
    private final ListMemo<RouteParts, List<Upstream>> upstreams = new ListMemo<>();
    private @Nullable Ground ground;

    private void standOn(Ground now) {
      if (ground == null || !now.sameAs(ground)) {
        routes.forget();
        upstreams.forget();
        ground = now;
      }
    }
  }

  private Compiler(Inventory inForce, String gatewayNamespace, Standing standing) {
    this.inForce = inForce;
    this.standing = standing;
    this.parts = standing.parts.of(inForce.ofKind("ModelRoute"), RouteParts::new);
    this.claims = standing.claims.claims(inForce, gatewayNamespace, parts);
    this.defaultPolicy = Gateways.fallbackPolicy(inForce);
    standing.standOn(Ground.of(claims, inForce));
  }

  /**
   * What the objects in force came to.
   *
   * @param claims who serves which model, for what is to be said about it
   */
  public record Compilation(GatewayPlan plan, ModelClaims claims) {}

  /**
   * @param gatewayNamespace whose routes may serve the keys of others
   * @param standing what the compilation before this one left
   */
  public static Compilation compile(Inventory inForce, String gatewayNamespace, Standing standing) {
    Compiler compiler = new Compiler(inForce, gatewayNamespace, standing);
    return new Compilation(compiler.plan(), compiler.claims);
  }

  private GatewayPlan plan() {
    collectClusters(); // first: routes name them
    List<Route> routes = standing.routes.of(parts, this::route);
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

  private void collectClusters() {
    Map<List<Upstream>, List<Upstream>> one = new HashMap<>();
    Set<List<Upstream>> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (List<Upstream> upstreams : standing.upstreams.of(parts, route -> one.computeIfAbsent(upstreams(route), own -> own))) {
      if (seen.add(upstreams)) {
        upstreams.forEach(this::cluster);
      }
    }
  }

  private List<Upstream> upstreams(RouteParts route) {
    return route.providers().stream().map(provider -> new Upstream(provider, terms(route).connectMs())).toList();
  }

  private FallbackTerms terms(RouteParts route) {
    return terms.computeIfAbsent(route.policy().or(() -> defaultPolicy), policy -> standing.claims.terms(FallbackTerms.of(policy.flatMap(name -> inForce.find("FallbackPolicy", name)))));
  }

  private Route route(RouteParts known) {
    Document document = known.document();
    List<String> clusterOfHop = upstreams(known).stream().map(this::cluster).toList();
    return known.route(new RouteParts.Inputs(document, claims.wonBy(document), claims.audienceOf(document), terms(known), clusterOfHop), Compiler::route);
  }

  private String cluster(Upstream wanted) {
    return clusterNames.computeIfAbsent(
        wanted,
        upstream -> {
          Document provider = inForce.find("ModelProvider", upstream.provider).orElseThrow();
          ClusterPlan cluster = Upstreams.cluster(provider, upstream.connectMs, inForce.secrets());
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
        terms.streamIdleMs(),
        hop.has("maxToolCalls") ? Long.valueOf(hop.longNumber("maxToolCalls", 0)) : null);
  }

  private static @Nullable String upstreamModel(Spec hop) {
    return hop.has("upstreamModel") ? hop.text("upstreamModel") : null;
  }
}
