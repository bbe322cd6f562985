package dev.exchequer.ledger;

import static dev.exchequer.ledger.World.name;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.money.Money;
import dev.exchequer.policy.ApiKey;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.BalanceType;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.FallbackReason;
import dev.exchequer.policy.GatewayRules;
import dev.exchequer.policy.Meter;
import dev.exchequer.policy.ModelPattern;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.PriceSheet;
import dev.exchequer.policy.Project;
import dev.exchequer.policy.Provider;
import dev.exchequer.policy.Route;
import dev.exchequer.policy.RouteClass;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/** Policies of the simulation: the same names each time, with other prices, limits, consents and suspensions. */
public final class SimulatedPolicies {
  public static final List<ObjectName> KEYS = List.of(name("ann"), name("never"), name("pool-only"), name("lone"));
  public static final List<ObjectName> ROUTES = List.of(name("fast"), name("cheap"), name("own"));
  public static final List<ObjectName> BALANCES = List.of(name("credit"), name("wallet-a"), name("wallet-b"), name("lone"));
  public static final List<ObjectName> PROVIDERS = List.of(name("one"), name("two"));
  private static final List<ModelPattern> ANY = List.of(new ModelPattern("*"));
  private static final Set<RouteClass> ALL = EnumSet.allOf(RouteClass.class);

  private final Random random;
  private int plans;

  public SimulatedPolicies(Random random) {
    this.random = random;
  }

  public static ObjectName projectOf(ObjectName key) {
    return key.equals(name("lone")) ? name("lone") : name("acme");
  }

  private boolean rarely() {
    return random.nextInt(8) == 0;
  }

  public Policy next() {
    return next(true);
  }

  /** Requests of two keys share nothing but the balances that pay; those of two projects at most a budget of their route. */
  public Policy sharingLittle() {
    return next(false);
  }

  private Policy next(boolean withBudgets) {
    Set<Project.Crossing> consents =
        Set.of(
            new Project.Crossing(RouteClass.DIRECT, RouteClass.POOL), new Project.Crossing(RouteClass.BYOK, RouteClass.POOL),
            new Project.Crossing(RouteClass.POOL, RouteClass.FREE));
    List<PriceSheet> sheets = List.of(sheet("credit", "CREDIT"), sheet("cny", "CNY"));
    return Policy.of(
        "plan" + ++plans,
        List.of(project("acme", consents), project("lone", Set.of())),
        List.of(
            key("ann", ALL, false, 0), key("never", ALL, true, 0), key("pool-only", EnumSet.of(RouteClass.POOL, RouteClass.SUBSCRIPTION), false, 40),
            key("lone", ALL, false, 0)),
        List.of(
            balance("credit", "acme", BalanceType.CREDIT, "CREDIT", Set.of(RouteClass.DIRECT), 1, "0"),
            balance("wallet-a", "acme", BalanceType.WALLET, "CNY", Set.of(RouteClass.POOL), 1, "0.05"),
            balance("wallet-b", "acme", BalanceType.WALLET, "CNY", Set.of(RouteClass.POOL, RouteClass.SUBSCRIPTION), 2, "0"),
            balance("lone", "lone", BalanceType.WALLET, "CNY", Set.of(RouteClass.DIRECT, RouteClass.POOL), 1, "0")),
        Stream.concat(sheets.stream(), Stream.of(sheet("house", random.nextBoolean() ? "USD" : "CNY"))).toList(),
        withBudgets ? budgets() : random.nextBoolean() ? List.of() : List.of(ofRoute()),
        List.of(provider("one"), provider("two")),
        List.of(
            route("fast", List.of(RouteClass.DIRECT, RouteClass.POOL, RouteClass.DIRECT, RouteClass.POOL), sheets),
            route("cheap", List.of(RouteClass.POOL, RouteClass.SUBSCRIPTION, RouteClass.FREE), sheets),
            route("own", List.of(RouteClass.BYOK, RouteClass.FREE, RouteClass.POOL), sheets)),
        GatewayRules.NONE);
  }

  private static Project project(String name, Set<Project.Crossing> consents) {
    return new Project(name(name), "owner", "", ALL, ANY, consents, List.of(), Project.Disclose.CHARGE, false);
  }

  private ApiKey key(String name, Set<RouteClass> classes, boolean never, int perMinute) {
    return new ApiKey(name(name), projectOf(name(name)), name, List.of(), classes, ANY, never, "", rarely() ? 5 : 100, perMinute, false);
  }

  private Balance balance(String name, String project, BalanceType type, String unit, Set<RouteClass> classes, int order, String overdraft) {
    Balance.OnInDoubt onInDoubt = Balance.OnInDoubt.values()[random.nextInt(3)];
    List<Balance.InitialGrant> grants = List.of(new Balance.InitialGrant("opening", Money.parse("3"), false, 50));
    return new Balance(name(name), name(project), type, unit, classes, order, Money.parse(overdraft), onInDoubt, grants, rarely(), random.nextBoolean() ? Balance.OnExcess.DEBT : Balance.OnExcess.WRITE_OFF,
        random.nextBoolean() ? List.of() : List.of(new Balance.RecurringGrant("daily", Money.parse("1"), rarely(), 40, Budget.Window.DAY, 1, ZoneId.of("Asia/Shanghai"), rarely())))
        .alertingBelow(random.nextBoolean() ? List.of() : List.of(Money.parse("2"), Money.parse("0.5"), 0L));
  }

  private Provider provider(String name) {
    return new Provider(name(name), "OpenAI", "/v1", "max_tokens", false, rarely(), rarely() ? 5 : 60, rarely(), Provider.UsageTrust.values()[random.nextInt(3)], rarely() ? null : name("house"));
  }

  private PriceSheet sheet(String name, String unit) {
    Map<Meter, PriceSheet.MeterPrice> prices =
        Map.of(
            Meter.REQUEST, new PriceSheet.MeterPrice(Meter.REQUEST, 1, random.nextLong(200_000_000)),
            Meter.INPUT, new PriceSheet.MeterPrice(Meter.INPUT, 1_000_000, random.nextLong(10_000_000_000L)),
            Meter.OUTPUT, new PriceSheet.MeterPrice(Meter.OUTPUT, 1_000, random.nextLong(10_000_000)));
    Map<Meter, PriceSheet.MeterPrice> dearer = Map.of(Meter.INPUT, new PriceSheet.MeterPrice(Meter.INPUT, 1_000_000, random.nextLong(20_000_000_000L)));
    PriceSheet.Match any = new PriceSheet.Match(Set.of(), Set.of(), List.of(), List.of(), Set.of());
    PriceSheet.Rate rate = new PriceSheet.Rate("any", any, rarely(), prices, List.of(new PriceSheet.ContextTier(500, true, dearer)));
    PriceSheet.Terms terms =
        new PriceSheet.Terms(
            PriceSheet.ChargeOn.values()[random.nextInt(3)], PriceSheet.MissingUsage.values()[random.nextInt(3)], random.nextInt(3) == 0 ? random.nextLong(300_000_000) : 0);
    return new PriceSheet(name(name), unit, 1 + random.nextLong(2 * Money.NANOS_PER_UNIT), 0, 0, terms, List.of(rate), "digest" + plans);
  }

  private List<Budget> budgets() {
    List<Budget> budgets = new ArrayList<>();
    budgets.add(budget("project", Budget.Per.TARGET, Budget.Window.DAY, 1, "Asia/Shanghai"));
    budgets.add(budget("keys", Budget.Per.API_KEY, Budget.Window.MONTH, 28, "America/New_York"));
    Budget tasks = budget("tasks", Budget.Per.TASK, Budget.Window.LIFETIME, 1, "UTC");
    budgets.add(random.nextInt(3) == 0 ? tasks.openedByApi() : tasks);
    budgets.add(budget("users", Budget.Per.END_USER, Budget.Window.WEEK, 3, "Europe/Berlin"));
    budgets.add(budget("rolling", Budget.Per.API_KEY, Budget.Window.ROLLING_DAY, 1, "UTC"));
    budgets.removeIf(budget -> random.nextInt(3) == 0);
    return budgets;
  }

  private static Budget ofRoute() {
    return new Budget(
        name("route"), new Budget.Target(Budget.TargetKind.MODEL_ROUTE, name("cheap")), Budget.Per.TARGET, Map.of("CNY", Money.parse("500")), false, Budget.Window.DAY, 1, ZoneId.of("UTC"), false, 4,
        3_600_000, Set.of(), List.of(), false);
  }

  private Budget budget(String name, Budget.Per per, Budget.Window window, int anchor, String zone) {
    long limit = Money.parse(List.of("0.5", "5", "500", "9223372036").get(random.nextInt(4)));
    Map<String, Long> limits = random.nextBoolean() ? Map.of("CREDIT", limit, "CNY", limit / 2) : Map.of("CNY", limit);
    return new Budget(
        name(name), new Budget.Target(Budget.TargetKind.PROJECT, name("acme")), per, limits, rarely(), window, anchor, ZoneId.of(zone), random.nextBoolean(), 4,
        3_600_000, rarely() ? Set.of(RouteClass.POOL) : Set.of(), List.of(), rarely())
        .alertingAt(random.nextBoolean() ? List.of() : List.of(80, 50, 100));
  }

  private Route route(String name, List<RouteClass> classes, List<PriceSheet> sheets) {
    List<Route.Hop> hops = new ArrayList<>();
    for (RouteClass routeClass : classes) {
      hops.add(new Route.Hop("hop" + (hops.size() + 1), PROVIDERS.get(hops.size() % 2), null, routeClass, 0, "cluster", 30_000, 300_000, 60_000, null));
    }
    Set<FallbackReason> reasons = EnumSet.allOf(FallbackReason.class);
    reasons.removeIf(reason -> random.nextInt(6) == 0);
    Route.Fallback fallback = new Route.Fallback(null, "f", Set.of(408, 429, 500, 502, 503, 504), reasons, 1 + random.nextInt(4), random.nextInt(4) == 0 ? 900_000 : 60_000, 5, 30_000, !rarely());
    return new Route(name(name), plans, ANY, EnumSet.allOf(Endpoint.class), hops, fallback, sheets.stream().map(PriceSheet::name).toList(), 100, 1000, random.nextInt(60) == 0, Route.Audience.OWN, random.nextBoolean() ? 0 : 20);
  }
}
