package dev.exchequer.operator.policy;

import com.google.protobuf.ByteString;
import dev.exchequer.api.v1.AccountingPolicy;
import dev.exchequer.api.v1.Credential;
import dev.exchequer.api.v1.Crossing;
import dev.exchequer.api.v1.Grant;
import dev.exchequer.api.v1.RecurringGrant;
import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.model.ListMemo;
import dev.exchequer.operator.model.Sha256;
import dev.exchequer.policy.ApiKey;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.PriceSheet;
import dev.exchequer.policy.Project;
import dev.exchequer.policy.Provider;
import dev.exchequer.policy.Route;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/** The plan as the accounting service loads it: canonical bytes and their digest. policy.proto defines both. */
public final class ToAccountingPolicy {
  private static final int SCHEMA = 1;

  private ToAccountingPolicy() {}

  /** What one plan leaves to the next: the bytes are the same without. Called by one thread at a time. */
  public static final class Standing {
    private final ListMemo<Route, WireRoute> made = new ListMemo<>();
    private List<WireRoute> routes = List.of();
    /** Places of {@link #routes}. */
    private List<Integer> byName = List.of();

    /** Sorted by the text of their names, which is not the order of the names. */
    List<WireRoute> byName(List<Route> inPlan) {
      List<WireRoute> now = made.of(inPlan, WireRoute::new);
      if (!namedAsBefore(now)) {
        byName = IntStream.range(0, now.size()).boxed().sorted(Comparator.comparing(place -> now.get(place).name())).toList();
      }
      routes = now;
      return byName.stream().map(now::get).toList();
    }

    @SuppressWarnings("ReferenceEquality") // most are the same object; the others are looked into
    private boolean namedAsBefore(List<WireRoute> now) {
      return now.size() == routes.size()
          && IntStream.range(0, now.size()).allMatch(i -> now.get(i) == routes.get(i) || now.get(i).name().equals(routes.get(i).name()));
    }
  }

  public static byte[] bytes(GatewayPlan plan) {
    return bytes(plan, new Standing());
  }

  /** The bytes of {@link #message}. */
  public static byte[] bytes(GatewayPlan plan, Standing standing) {
    byte[] before = Wire.canonical(beforeRoutes(plan).build());
    byte[] after = Wire.canonical(afterRoutes(plan, AccountingPolicy.newBuilder()).build());
    List<WireRoute> routes = standing.byName(plan.routes());
    int size = before.length + after.length;
    for (WireRoute route : routes) {
      size = Math.addExact(size, route.bytes().length);
    }
    byte[] all = Arrays.copyOf(before, size);
    int at = before.length;
    for (WireRoute route : routes) {
      System.arraycopy(route.bytes(), 0, all, at, route.bytes().length);
      at += route.bytes().length;
    }
    System.arraycopy(after, 0, all, at, after.length);
    return all;
  }

  public static String digest(byte[] canonical) {
    return Sha256.hex(canonical);
  }

  static AccountingPolicy message(GatewayPlan plan) {
    AccountingPolicy.Builder message = beforeRoutes(plan);
    message.addAllRoutes(Wire.byName(plan.routes(), Route::name).stream().map(ToRoute::message).toList());
    return afterRoutes(plan, message).build();
  }

  /** The fields whose numbers come before the routes'. */
  private static AccountingPolicy.Builder beforeRoutes(GatewayPlan plan) {
    return AccountingPolicy.newBuilder()
        .setSchema(SCHEMA)
        .addAllProjects(Wire.byName(plan.projects(), Project::name).stream().map(ToAccountingPolicy::project).toList())
        .addAllKeys(Wire.byName(plan.keys(), ApiKey::name).stream().map(ToAccountingPolicy::key).toList())
        .addAllBalances(Wire.byName(plan.balances(), Balance::name).stream().map(ToAccountingPolicy::balance).toList())
        .addAllPriceSheets(Wire.byName(plan.priceSheets(), PriceSheet::name).stream().map(ToPriceSheet::message).toList())
        .addAllBudgets(Wire.byName(plan.budgets(), Budget::name).stream().map(ToBudget::message).toList())
        .addAllProviders(Wire.byName(plan.providers(), Provider::name).stream().map(ToAccountingPolicy::provider).toList());
  }

  /** Those that come after them. */
  private static AccountingPolicy.Builder afterRoutes(GatewayPlan plan, AccountingPolicy.Builder message) {
    return message
        .addAllDefaultPriceSheets(Wire.names(plan.gateway().priceSheets())) // searched in this order: not sorted
        .setMaxRequestBytes(plan.gateway().maxRequestBytes());
  }

  private static dev.exchequer.api.v1.Project project(Project project) {
    return dev.exchequer.api.v1.Project.newBuilder()
        .setName(project.name().toString())
        .setOwner(project.owner())
        .setExternalId(project.externalId())
        .addAllRouteClasses(Wire.routeClasses(project.routeClasses()))
        .addAllModels(Wire.models(project.models()))
        .addAllCrossBalance(
            project.crossBalance().stream()
                .sorted(Comparator.comparing(Project.Crossing::from).thenComparing(Project.Crossing::to))
                .map(pair -> Crossing.newBuilder().setFrom(Wire.routeClass(pair.from())).setTo(Wire.routeClass(pair.to())).build())
                .toList())
        .addAllPriceSheets(Wire.names(project.priceSheets()))
        .setDisclose(
            switch (project.disclose()) {
              case NONE -> dev.exchequer.api.v1.Project.Disclose.NONE;
              case CHARGE -> dev.exchequer.api.v1.Project.Disclose.CHARGE;
              case BALANCE -> dev.exchequer.api.v1.Project.Disclose.BALANCE;
            })
        .setSuspended(project.suspended())
        .build();
  }

  private static dev.exchequer.api.v1.ApiKey key(ApiKey key) {
    return dev.exchequer.api.v1.ApiKey.newBuilder()
        .setName(key.name().toString())
        .setProject(key.project().toString())
        .setLabel(key.label())
        .addAllCredentials(key.credentials().stream().map(ToAccountingPolicy::credential).toList())
        .addAllRouteClasses(Wire.routeClasses(key.routeClasses()))
        .addAllModels(Wire.models(key.models()))
        .setNeverCross(key.neverCross())
        .setTask(key.task())
        .setConcurrency(key.concurrency())
        .setRequestsPerMinute(key.requestsPerMinute())
        .setSuspended(key.suspended())
        .build();
  }

  private static Credential credential(ApiKey.Credential credential) {
    return Credential.newBuilder()
        .setName(credential.name())
        .setSha256(ByteString.copyFrom(HexFormat.of().parseHex(credential.sha256())))
        .setExpiresAtMs(credential.expiresAtMs())
        .build();
  }

  private static dev.exchequer.api.v1.Balance balance(Balance balance) {
    return dev.exchequer.api.v1.Balance.newBuilder()
        .setName(balance.name().toString())
        .setProject(balance.project().toString())
        .setType(
            switch (balance.type()) {
              case CREDIT -> dev.exchequer.api.v1.Balance.Type.CREDIT;
              case WALLET -> dev.exchequer.api.v1.Balance.Type.WALLET;
              case ALLOWANCE -> dev.exchequer.api.v1.Balance.Type.ALLOWANCE;
            })
        .setUnit(balance.unit())
        .addAllRouteClasses(Wire.routeClasses(balance.routeClasses()))
        .setOrder(balance.order())
        .setOverdraftNanos(balance.overdraftNanos())
        .setOnInDoubt(
            switch (balance.onInDoubt()) {
              case CHARGE_OBSERVED -> dev.exchequer.api.v1.Balance.OnInDoubt.CHARGE_OBSERVED;
              case RELEASE -> dev.exchequer.api.v1.Balance.OnInDoubt.RELEASE;
              case CHARGE_HOLD -> dev.exchequer.api.v1.Balance.OnInDoubt.CHARGE_HOLD;
            })
        .addAllInitialGrants(balance.initialGrants().stream().map(ToAccountingPolicy::grant).toList())
        .setSuspended(balance.suspended())
        .setOnExcess(
            switch (balance.onExcess()) {
              case DEBT -> dev.exchequer.api.v1.Balance.OnExcess.DEBT;
              case WRITE_OFF -> dev.exchequer.api.v1.Balance.OnExcess.WRITE_OFF;
            })
        .addAllRecurringGrants(balance.recurringGrants().stream().map(ToAccountingPolicy::recurring).toList())
        .addAllAlertsBelowNanos(balance.alertsBelow())
        .build();
  }

  private static RecurringGrant recurring(Balance.RecurringGrant grant) {
    return RecurringGrant.newBuilder()
        .setId(grant.id())
        .setAmountNanos(grant.amountNanos())
        .setPromotional(grant.promotional())
        .setPriority(grant.priority())
        .setPeriod(
            switch (grant.period()) {
              case DAY -> RecurringGrant.Period.DAY;
              case WEEK -> RecurringGrant.Period.WEEK;
              case MONTH -> RecurringGrant.Period.MONTH;
              case LIFETIME, ROLLING_DAY, ROLLING_WEEK, ROLLING_MONTH -> throw new IllegalArgumentException("a grant that recurs has a period");
            })
        .setAnchorDay(grant.anchorDay())
        .setTimeZone(grant.timeZone().getId())
        .setCarryOver(grant.carryOver())
        .build();
  }

  private static Grant grant(Balance.InitialGrant grant) {
    return Grant.newBuilder()
        .setId(grant.id())
        .setAmountNanos(grant.amountNanos())
        .setPromotional(grant.promotional())
        .setPriority(grant.priority())
        .setStartsAtMs(grant.startsAtMs())
        .setExpiresAtMs(grant.expiresAtMs())
        .build();
  }

  private static dev.exchequer.api.v1.Provider provider(Provider provider) {
    return dev.exchequer.api.v1.Provider.newBuilder()
        .setName(provider.name().toString())
        .setDialect(provider.dialect())
        .setBasePath(provider.basePath())
        .setOutputCapField(provider.outputCapField())
        .setCachedOutsidePrompt(provider.cachedOutsidePrompt())
        .setHiddenReasoning(provider.hiddenReasoning())
        .setMaxInFlight(provider.maxInFlight())
        .setSuspended(provider.suspended())
        .setUsageTrust(
            switch (provider.usageTrust()) {
              case FULL -> dev.exchequer.api.v1.Provider.UsageTrust.FULL;
              case BOUNDED -> dev.exchequer.api.v1.Provider.UsageTrust.BOUNDED;
              case ESTIMATE -> dev.exchequer.api.v1.Provider.UsageTrust.ESTIMATE;
            })
        .setCostSheet(provider.costSheet() == null ? "" : provider.costSheet().toString())
        .build();
  }
}
