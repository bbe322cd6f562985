package dev.exchequer.server.authz;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.ApiKey;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.BalanceType;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.GatewayRules;
import dev.exchequer.policy.ModelPattern;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.Project;
import dev.exchequer.policy.Project.Disclose;
import dev.exchequer.policy.Provider;
import dev.exchequer.policy.Route;
import dev.exchequer.policy.RouteClass;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** A small policy: acme discloses balances, chain charges, mute nothing. The secret of key "x" is "sk-x". */
@NullMarked
final class World {
  static final long NOW = 1_790_000_000_000L;
  private static final Set<RouteClass> ALL = EnumSet.allOf(RouteClass.class);
  private static final List<ModelPattern> ANY = List.of(new ModelPattern("*"));

  private World() {}

  static Policy policy() {
    return Policy.of(
        "d1g3st",
        List.of(project("acme", Disclose.BALANCE, false), project("chain", Disclose.CHARGE, false), project("mute", Disclose.NONE, false), project("frozen", Disclose.CHARGE, true)),
        List.of(
            key("all", "acme", ALL, ANY, "", false), key("tasked", "acme", ALL, ANY, "own-task", false), key("suspended", "acme", ALL, ANY, "", true),
            key("frozen", "frozen", ALL, ANY, "", false), key("chain", "chain", ALL, ANY, "", false), key("mute", "mute", ALL, ANY, "", false),
            key("pool", "acme", Set.of(RouteClass.POOL), ANY, "", false), key("few", "acme", ALL, List.of(new ModelPattern("gpt-5*")), "", false),
            expired(), of("team", key("guest", "acme", ALL, ANY, "", false)), of("elsewhere", key("stranger", "acme", ALL, ANY, "", false))),
        List.of(balance("credit", "acme", BalanceType.CREDIT, RouteClass.DIRECT), balance("pool", "chain", BalanceType.WALLET, RouteClass.POOL), balance("mute", "mute", BalanceType.WALLET, RouteClass.POOL)),
        List.of(),
        List.of(
            budget("cap", new Budget.Target(Budget.TargetKind.PROJECT, name("acme")), Budget.Per.TARGET),
            budget("by-task", new Budget.Target(Budget.TargetKind.API_KEY, name("all")), Budget.Per.TASK),
            budget("others", new Budget.Target(Budget.TargetKind.PROJECT, name("chain")), Budget.Per.TARGET),
            budget("shared", new Budget.Target(Budget.TargetKind.MODEL_ROUTE, name("gpt")), Budget.Per.TARGET)),
        List.of(
            new Provider(name("official"), "OpenAI", "/v1", "max_completion_tokens", false, false, 10, false),
            new Provider(name("cheap"), "OpenAI", "/api/openai/v1", "max_tokens", false, false, 10, false)),
        List.of(
            route("gpt", List.of("gpt-5", "gpt-5-*"), Set.of(Endpoint.CHAT_COMPLETIONS, Endpoint.COMPLETIONS), false, hop("official", null, RouteClass.DIRECT), hop("cheap", "m/gpt", RouteClass.POOL)),
            route("only-pool", List.of("pooled"), Set.of(Endpoint.CHAT_COMPLETIONS), false, hop("cheap", null, RouteClass.POOL)),
            route("own", List.of("own"), Set.of(Endpoint.CHAT_COMPLETIONS), false, hop("cheap", null, RouteClass.BYOK)),
            route("closed", List.of("closed"), Set.of(Endpoint.CHAT_COMPLETIONS), true, hop("cheap", null, RouteClass.BYOK)),
            route("embed", List.of("embed"), Set.of(Endpoint.EMBEDDINGS), false, hop("official", null, RouteClass.DIRECT)),
            of("team", Route.Audience.OWN, route("gpt", List.of("gpt-5*"), Set.of(Endpoint.CHAT_COMPLETIONS), false, hop("cheap", null, RouteClass.BYOK))),
            of("gateway", new Route.Audience(false, List.of("team"), 0), route("shared", List.of("gpt-5", "shared"), Set.of(Endpoint.CHAT_COMPLETIONS), false, hop("official", null, RouteClass.DIRECT)))),
        new GatewayRules(List.of(), 1 << 20));
  }

  static ObjectName name(String name) {
    return new ObjectName("default", name);
  }

  private static Project project(String name, Disclose disclose, boolean suspended) {
    return new Project(name(name), "owner-of-" + name, "", ALL, ANY, Set.of(), List.of(), disclose, suspended);
  }

  private static ApiKey key(String name, String project, Set<RouteClass> classes, List<ModelPattern> models, String task, boolean suspended) {
    return new ApiKey(name(name), name(project), "label " + name, List.of(new ApiKey.Credential("a", sha256("sk-" + name), 0)), classes, models, false, task, 10, 0, suspended);
  }

  /** The same in another namespace. */
  private static ApiKey of(String namespace, ApiKey key) {
    return new ApiKey(
        new ObjectName(namespace, key.name().name()), key.project(), key.label(), key.credentials(), key.routeClasses(), key.models(), key.neverCross(), key.task(), key.concurrency(),
        key.requestsPerMinute(), key.suspended());
  }

  private static Route of(String namespace, Route.Audience audience, Route route) {
    return new Route(
        new ObjectName(namespace, route.name().name()), route.generation(), route.models(), route.endpoints(), route.hops(), route.fallback(), route.priceSheets(),
        route.defaultOutputTokens(), route.maxOutputTokens(), route.suspended(), audience);
  }

  private static ApiKey expired() {
    List<ApiKey.Credential> two = List.of(new ApiKey.Credential("old", sha256("sk-expired"), NOW), new ApiKey.Credential("new", sha256("sk-rotated"), NOW + 1));
    return new ApiKey(name("rotating"), name("acme"), "rotating", two, ALL, ANY, false, "", 10, 0, false);
  }

  private static Balance balance(String name, String project, BalanceType type, RouteClass routeClass) {
    return new Balance(name(name), name(project), type, "CREDIT", Set.of(routeClass), 100, 500_000_000L, Balance.OnInDoubt.RELEASE, List.of(), false);
  }

  private static Budget budget(String name, Budget.Target target, Budget.Per per) {
    return new Budget(
        name(name), target, per, Map.of("CREDIT", 10_000_000_000L), false, Budget.Window.DAY, 1, ZoneId.of("UTC"), false, 100, 1000, Set.of(), List.of(), false);
  }

  private static Route route(String name, List<String> models, Set<Endpoint> endpoints, boolean suspended, Route.Hop... hops) {
    Route.Fallback fallback = new Route.Fallback(null, "fb", Set.of(429), Set.of(), 4, 60_000, 5, 30_000, true);
    return new Route(name(name), 7, models.stream().map(ModelPattern::new).toList(), endpoints, Arrays.asList(hops), fallback, List.of(), 4096, 32768, suspended, Route.Audience.OWN);
  }

  private static Route.Hop hop(String provider, @Nullable String upstream, RouteClass routeClass) {
    return new Route.Hop(provider, name(provider), upstream, routeClass, 0, "cluster-" + provider, 30_000, 300_000, 60_000, null);
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
