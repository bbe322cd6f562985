package dev.exchequer.ledger;

import dev.exchequer.fallback.Evidence;
import dev.exchequer.identity.HoldId;
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
import dev.exchequer.pricing.Demand;
import dev.exchequer.pricing.Usage;
import dev.exchequer.receipt.Receipt;
import dev.exchequer.selection.RequestFacts;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A small world and a ledger over it in memory, with the invariants checked after every command. Balance "credit" pays Direct, "wallet" pays Pool. */
public final class World {
  public static final long START = 1_800_000_000_000L;
  public static final ObjectName CREDIT = name("credit");
  public static final ObjectName WALLET = name("wallet");
  public static final ObjectName PROVIDER = name("mock");
  public static final ObjectName BACKUP = name("backup");

  public long now = START;
  final Map<HoldId, Hold> everyHold = new LinkedHashMap<>();
  final List<Entry> entries = new ArrayList<>();
  final Map<String, Receipt> receipts = new LinkedHashMap<>();
  final List<HouseEntry> house = new ArrayList<>();
  final Map<Change.RefusalCounted, Integer> counted = new HashMap<>();
  final LedgerState state = new LedgerState(START - 100_000, id -> Optional.empty());

  public String credit = "10";
  public String wallet = "10";
  public boolean withConsent = true;
  public Set<Project.Crossing> consents = Set.of(new Project.Crossing(RouteClass.DIRECT, RouteClass.POOL));
  public boolean neverCross;
  public boolean creditSuspended;
  public boolean routeSuspended;
  public Set<RouteClass> keyClasses = EnumSet.allOf(RouteClass.class);
  public List<RouteClass> hops = List.of(RouteClass.DIRECT, RouteClass.POOL);
  public Set<FallbackReason> reasons = EnumSet.allOf(FallbackReason.class);
  public List<Budget> budgets = new ArrayList<>();
  public int concurrency = 1000;
  public int requestsPerMinute;
  public int maxAttempts = 4;
  /** 0 = Strict. */
  public long clampMinTokens;
  public int maxInFlight = 1000;
  public boolean priced = true;
  public boolean creditPriced = true;
  public boolean hiddenReasoning;
  public PriceSheet.MissingUsage missingUsage = PriceSheet.MissingUsage.ESTIMATE;
  public PriceSheet.ChargeOn chargeOn = PriceSheet.ChargeOn.DELIVERED;
  public long minimumCharge;
  /** Instead of one that matches anything; empty = that one. */
  public List<PriceSheet.Rate> rates = List.of();
  /** With what {@link #PROVIDER} bills the house; null = it is not told. Its name is "house". */
  public @Nullable PriceSheet costSheet;
  /** Of {@link #PROVIDER}. */
  public Provider.UsageTrust usageTrust = Provider.UsageTrust.FULL;
  public long giveUpAfterMs = 60_000;
  /** Of hops; null = as requested. */
  public @Nullable String upstreamModel;
  /** Of hops; null = not declared. */
  public @Nullable Long maxToolCalls;
  /** Of hops to {@link #PROVIDER}; 0 = not declared. */
  public long maxInputTokens;
  /** Hops after the first go to {@link #BACKUP}, which is well and bounds its input. */
  public boolean backupProvider;
  public boolean providerSuspended;
  public ProviderView providers = ProviderView.ALL_WELL;
  public Set<RouteClass> narrowedTo = Set.of();
  public Demand demand = new Demand(1000, false, 100, 1, 1, "default", null, null);
  public long pricePerRequest = Money.parse("0.1");
  public long pricePerMillionTokens = Money.parse("1");
  public Balance.OnInDoubt onInDoubt = Balance.OnInDoubt.CHARGE_OBSERVED;
  public Balance.OnExcess onExcess = Balance.OnExcess.DEBT;
  /** Of credit, instead of its amount. */
  public List<Balance.InitialGrant> initialGrants = List.of();
  /** Of credit. */
  public List<Balance.RecurringGrant> recurringGrants = List.of();
  /** Of credit, nano-units. */
  public List<Long> alertsBelow = List.of();
  public final List<Alert> alerts = new ArrayList<>();
  /** The attempt whose late evidence the last command did not use, and why; "" = none. */
  String unused = "";
  /** How many times as much CNY as CREDIT everything costs. */
  public long dearerCny = 1;
  public String overdraft = "0";
  private final LotBooks lots = new LotBooks();
  private int plans;

  public static ObjectName name(String name) {
    return new ObjectName("default", name);
  }

  public World start() {
    apply(new Command.Activate(policy()));
    return this;
  }

  public Policy policy() {
    List<Balance> balances =
        List.of(
            new Balance(CREDIT, name("acme"), BalanceType.CREDIT, "CREDIT", Set.of(RouteClass.DIRECT), 1, Money.parse(overdraft), onInDoubt, initialGrants.isEmpty() ? grants(credit) : initialGrants, creditSuspended, onExcess, recurringGrants, alertsBelow),
            new Balance(WALLET, name("acme"), BalanceType.WALLET, "CNY", Set.of(RouteClass.POOL), 1, 0, onInDoubt, grants(wallet), false, onExcess, List.of()));
    List<ModelPattern> any = List.of(new ModelPattern("*"));
    List<Route.Hop> routeHops = new ArrayList<>();
    for (RouteClass routeClass : hops) {
      boolean backup = backupProvider && !routeHops.isEmpty();
      routeHops.add(
          new Route.Hop("hop" + (routeHops.size() + 1), backup ? BACKUP : PROVIDER, upstreamModel, routeClass, backup ? 1000 : maxInputTokens, "cluster", 30_000, 300_000, 60_000, maxToolCalls));
    }
    Route.Fallback fallback = new Route.Fallback(null, "f", Set.of(408, 429, 500, 502, 503, 504), reasons, maxAttempts, giveUpAfterMs, 5, 30_000, withConsent);
    List<PriceSheet> sheets = new ArrayList<>();
    if (priced && creditPriced) {
      sheets.add(sheet("credit", "CREDIT"));
    }
    if (priced) {
      sheets.add(sheet("cny", "CNY"));
    }
    List<PriceSheet> charging = List.copyOf(sheets);
    if (costSheet != null) {
      sheets.add(costSheet);
    }
    return Policy.of(
        "plan" + ++plans,
        List.of(new Project(name("acme"), "owner", "", EnumSet.allOf(RouteClass.class), any, consents, List.of(), Project.Disclose.CHARGE, false)),
        List.of(new ApiKey(name("key"), name("acme"), "key", List.of(), keyClasses, any, neverCross, "", concurrency, requestsPerMinute, false)),
        balances,
        sheets,
        budgets,
        List.of(
            new Provider(PROVIDER, "OpenAI", "/v1", "max_tokens", false, hiddenReasoning, maxInFlight, providerSuspended, usageTrust, costSheet == null ? null : costSheet.name()),
            new Provider(BACKUP, "OpenAI", "/v1", "max_tokens", false, false, 1000, false)),
        List.of(
            new Route(
                name("route"), 1, any, EnumSet.allOf(Endpoint.class), routeHops, fallback, charging.stream().map(PriceSheet::name).toList(), 100, 1000, routeSuspended, Route.Audience.OWN, clampMinTokens)),
        GatewayRules.NONE);
  }

  private static List<Balance.InitialGrant> grants(String amount) {
    return amount.equals("0") ? List.of() : List.of(new Balance.InitialGrant("opening", Money.parse(amount), false, 50));
  }

  private PriceSheet sheet(String name, String unit) {
    Map<Meter, PriceSheet.MeterPrice> prices =
        Map.of(
            Meter.REQUEST, new PriceSheet.MeterPrice(Meter.REQUEST, 1, pricePerRequest),
            Meter.INPUT, new PriceSheet.MeterPrice(Meter.INPUT, 1_000_000, pricePerMillionTokens),
            Meter.OUTPUT, new PriceSheet.MeterPrice(Meter.OUTPUT, 1_000_000, pricePerMillionTokens));
    PriceSheet.Match any = new PriceSheet.Match(Set.of(), Set.of(), List.of(), List.of(), Set.of());
    return new PriceSheet(
        name(name), unit, Money.NANOS_PER_UNIT * (unit.equals("CNY") ? dearerCny : 1), 0, 0, new PriceSheet.Terms(chargeOn, missingUsage, minimumCharge), rates.isEmpty() ? List.of(new PriceSheet.Rate("any", any, false, prices, List.of())) : rates, "digest");
  }

  /** What {@link #PROVIDER} bills the house: 10 of a unit per million tokens. */
  public static PriceSheet costSheet(String unit) {
    Map<Meter, PriceSheet.MeterPrice> prices = new HashMap<>();
    for (Meter meter : List.of(Meter.INPUT, Meter.OUTPUT)) {
      prices.put(meter, new PriceSheet.MeterPrice(meter, 1_000_000, Money.parse("10")));
    }
    PriceSheet.Match any = new PriceSheet.Match(Set.of(), Set.of(), List.of(), List.of(), Set.of());
    PriceSheet.Rate rate = new PriceSheet.Rate("list", any, false, prices, List.of());
    return new PriceSheet(name("house"), unit, Money.NANOS_PER_UNIT, 0, 0, PriceSheet.MissingUsage.ESTIMATE, List.of(rate), "cost-digest");
  }

  public Budget budget(String name, Budget.Per per, String unit, String limit, int maxOpen) {
    return new Budget(
        name(name), new Budget.Target(Budget.TargetKind.PROJECT, name("acme")), per, Map.of(unit, Money.parse(limit)), false, Budget.Window.LIFETIME, 1, ZoneOffset.UTC,
        per == Budget.Per.TASK, maxOpen, 3_600_000, Set.of(), List.of(), false);
  }

  public RequestFacts facts(String id, String task, @Nullable String idempotencyKey) {
    return new RequestFacts(
        id, now, name("key"), "key", name("acme"), "owner", task, "", null, idempotencyKey, Endpoint.CHAT_COMPLETIONS, "model", name("route"), 1, "f",
        state.policy().orElseThrow().digest(), false, narrowedTo, demand);
  }

  /** A request whose client sent an id of its own. */
  public RequestFacts factsOfClient(String id, String clientRequestId) {
    RequestFacts f = facts(id, "", null);
    return new RequestFacts(
        f.id(), f.timeMs(), f.apiKey(), f.keyLabel(), f.project(), f.owner(), f.task(), f.endUser(), clientRequestId, f.idempotencyKey(), f.endpoint(), f.requestedModel(), f.route(),
        f.routeGeneration(), f.fallbackDigest(), f.planDigest(), f.streamed(), f.narrowedTo(), f.demand());
  }

  public Result admit(String id) {
    return admit(id, "", null);
  }

  public Result admit(String id, String task, @Nullable String idempotencyKey) {
    return apply(new Command.Admit(facts(id, task, idempotencyKey), providers));
  }

  public Result next(String id, int attempt) {
    return apply(new Command.NextAttempt(new HoldId(id, attempt), providers));
  }

  public Result.Settled settle(String id, int attempt, Evidence evidence) {
    return (Result.Settled) apply(new Command.Settle(new HoldId(id, attempt), evidence, providers));
  }

  public void journal(Command.JournalEvent event) {
    apply(new Command.Journal(new Command.JournalPosition("hops.jsonl", 1, 0, now), event));
  }

  public Result apply(Command command) {
    Decision decision = LedgerCore.apply(state, command, now);
    unused = "";
    for (Change change : decision.changes()) {
      switch (change) {
        case Change.HoldChanged c -> {
          everyHold.put(c.hold().id(), c.hold());
          lots.hold(c.hold());
        }
        case Change.EntryPosted c -> {
          entries.add(c.entry());
          lots.entry(c.entry());
        }
        case Change.ReceiptWritten c -> {
          if (receipts.put(c.receipt().id(), c.receipt()) != null) {
            throw new AssertionError("a second receipt of " + c.receipt().id());
          }
        }
        case Change.HousePosted c -> house.add(c.entry());
        case Change.RefusalCounted c -> counted.merge(c, 1, Integer::sum);
        case Change.AlertRaised c -> alerts.add(c.alert());
        case Change.EvidenceUnused c -> unused = c.attempt() + " " + c.why().text();
        default -> {}
      }
    }
    invariants();
    return decision.result();
  }

  /** DOMAIN section 5, after every command. */
  private void invariants() {
    Map<ObjectName, Long> posted = new HashMap<>();
    Map<ObjectName, Long> sequence = new HashMap<>();
    Map<String, Integer> charges = new HashMap<>();
    for (Entry entry : entries) {
      long before = posted.getOrDefault(entry.balance(), 0L);
      check(entry.before() == before, "before(n+1) = after(n)");
      check(entry.sequence() == sequence.merge(entry.balance(), 1L, Long::sum), "gapless");
      posted.put(entry.balance(), entry.after());
      if (entry.kind() == Entry.Kind.CHARGE) {
        check(charges.merge(entry.receipt() + "/" + entry.attempt(), 1, Integer::sum) == 1, "one charge an attempt");
      }
    }
    everyHold.values().forEach(lots::checkHold);
    Map<ObjectName, Long> held = new HashMap<>();
    for (Hold hold : everyHold.values()) {
      ObjectName balance = hold.balance();
      if (hold.active() && balance != null) {
        held.merge(balance, hold.amount(), Long::sum);
      }
    }
    for (ObjectName balance : List.of(CREDIT, WALLET)) {
      state
          .account(balance)
          .ifPresent(
              account -> {
                check(account.posted() == posted.getOrDefault(balance, 0L), "posted = sum of entries");
                lots.checkAccount(account, now);
                check(account.held() == held.getOrDefault(balance, 0L), "held = sum of active holds");
              });
    }
  }

  private static void check(boolean holds, String invariant) {
    if (!holds) {
      throw new AssertionError("broken: " + invariant);
    }
  }

  public long posted(ObjectName balance) {
    return state.account(balance).orElseThrow().posted();
  }

  public long held(ObjectName balance) {
    return state.account(balance).orElseThrow().held();
  }

  public static Evidence ok(long input, long output) {
    return answer(200, new Usage(Map.of(Meter.INPUT, input, Meter.OUTPUT, output), Usage.Source.PROVIDER));
  }

  public static Evidence answer(int status, Usage usage) {
    return new Evidence(
        Evidence.From.SETTLE, status, "", "", usage, null, "model", "", "req", "stop", false, false, false, status == 200, false, true, 0, 0, 1, 5, 10, null, -1);
  }

  public static Evidence status(int status) {
    return answer(status, Usage.NOTHING);
  }

  public static Evidence local(String flags) {
    return new Evidence(
        Evidence.From.SETTLE, 503, flags, "", Usage.NOTHING, null, "", "", "", "", false, false, false, false, false, false, 0, 0, 0, 0, 0, null, -1);
  }

  /** A stream that broke off, or whose client left, after some of it was delivered. */
  public static Evidence cut(boolean clientGone, Usage usage, long textBytes) {
    return new Evidence(
        Evidence.From.JOURNAL, 200, "", "", usage, null, "", "", "", "", false, true, true, false, clientGone, true, 3, textBytes, 0, 5, 10, null, -1);
  }
}
