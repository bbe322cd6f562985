package dev.exchequer.server.policyfeed;

import com.google.protobuf.ByteString;
import dev.exchequer.api.v1.AccountingPolicy;
import dev.exchequer.api.v1.ApiKey;
import dev.exchequer.api.v1.Balance;
import dev.exchequer.api.v1.Budget;
import dev.exchequer.api.v1.BudgetLimit;
import dev.exchequer.api.v1.ContextTier;
import dev.exchequer.api.v1.Credential;
import dev.exchequer.api.v1.Crossing;
import dev.exchequer.api.v1.Fallback;
import dev.exchequer.api.v1.Grant;
import dev.exchequer.api.v1.Hop;
import dev.exchequer.api.v1.MeterPrice;
import dev.exchequer.api.v1.PriceSheet;
import dev.exchequer.api.v1.Project;
import dev.exchequer.api.v1.Provider;
import dev.exchequer.api.v1.Rate;
import dev.exchequer.api.v1.RecurringGrant;
import dev.exchequer.api.v1.Route;
import dev.exchequer.api.v1.RouteClass;

/** A policy with one object of every kind, to be changed by tests. */
final class Policies {
  private Policies() {}

  static AccountingPolicy.Builder whole() {
    return AccountingPolicy.newBuilder()
        .setSchema(1)
        .addProjects(
            Project.newBuilder().setName("default/acme").setOwner("ann").addRouteClasses(RouteClass.DIRECT).addRouteClasses(RouteClass.POOL).addModels("*")
                .addCrossBalance(Crossing.newBuilder().setFrom(RouteClass.DIRECT).setTo(RouteClass.POOL)).addPriceSheets("default/cny")
                .setDisclose(Project.Disclose.BALANCE))
        .addKeys(
            ApiKey.newBuilder().setName("default/ci").setProject("default/acme").setLabel("ci bot").addRouteClasses(RouteClass.DIRECT).addModels("gpt-*")
                .setNeverCross(true).setConcurrency(1000)
                .addCredentials(Credential.newBuilder().setName("a").setSha256(ByteString.copyFrom(new byte[32])).setExpiresAtMs(5)))
        .addBalances(
            Balance.newBuilder().setName("default/wallet").setProject("default/acme").setType(Balance.Type.WALLET).setUnit("CNY").addRouteClasses(RouteClass.POOL)
                .setOrder(100).setOverdraftNanos(7).setOnInDoubt(Balance.OnInDoubt.RELEASE)
                .addInitialGrants(Grant.newBuilder().setId("start").setAmountNanos(50_000_000_000L).setPriority(50).setStartsAtMs(5).setExpiresAtMs(7))
                .setOnExcess(Balance.OnExcess.WRITE_OFF)
                .addRecurringGrants(
                    RecurringGrant.newBuilder().setId("free").setAmountNanos(9).setPromotional(true).setPriority(3).setPeriod(RecurringGrant.Period.WEEK).setAnchorDay(2)
                        .setTimeZone("Asia/Shanghai").setCarryOver(true)))
        .addPriceSheets(sheet())
        .addBudgets(
            Budget.newBuilder().setName("default/month").setTargetKind(Budget.TargetKind.PROJECT).setTarget("default/acme").setPer(Budget.Per.TASK)
                .addLimits(BudgetLimit.newBuilder().setUnit("CNY").setAmountNanos(9)).setWindow(Budget.Window.MONTH).setAnchorDay(1)
                .setTimeZone("Asia/Shanghai").setMaxOpen(100).setIdleExpiryMs(1000))
        .addProviders(
            Provider.newBuilder().setName("default/relay").setDialect("OpenAI").setBasePath("/v1").setOutputCapField("max_tokens").setMaxInFlight(1024))
        .addRoutes(
            Route.newBuilder().setName("default/gpt").setGeneration(3).addModels("gpt-5.1").addEndpoints("ChatCompletions")
                .addHops(Hop.newBuilder().setName("pool").setProvider("default/relay").setRouteClass(RouteClass.POOL).setCluster("relay-1"))
                .setFallback(Fallback.newBuilder().setDigest("f").addStatuses(429).addReasons("ConnectFailure").setMaxAttempts(4).setWithConsent(true))
                .setDefaultOutputTokens(4096).setMaxOutputTokens(32768))
        .addDefaultPriceSheets("default/cny");
  }

  static PriceSheet sheet() {
    return signed(
        PriceSheet.newBuilder().setName("default/cny").setUnit("CNY").setMultiplier("1.5")
            .addRates(
                Rate.newBuilder().setName("any").addProviders("default/relay").addMeters(meter("Input", 1_000_000, 2))
                    .addContextTiers(ContextTier.newBuilder().setInputTokens(200_000).setInclusive(true).addMeters(meter("Input", 1_000, 4)))));
  }

  static PriceSheet signed(PriceSheet.Builder sheet) {
    return sheet.setDigest(FromAccountingPolicy.digestOf(sheet.clearDigest().build().toByteArray())).build();
  }

  static MeterPrice meter(String meter, long per, long priceNanos) {
    return MeterPrice.newBuilder().setMeter(meter).setPer(per).setPriceNanos(priceNanos).build();
  }

  static String digest(AccountingPolicy policy) {
    return FromAccountingPolicy.digestOf(policy.toByteArray());
  }
}
