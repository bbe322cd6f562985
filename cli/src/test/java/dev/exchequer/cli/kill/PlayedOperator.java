package dev.exchequer.cli.kill;

import com.google.protobuf.ByteString;
import dev.exchequer.api.v1.AccountingPolicy;
import dev.exchequer.api.v1.ApiKey;
import dev.exchequer.api.v1.Balance;
import dev.exchequer.api.v1.Credential;
import dev.exchequer.api.v1.Fallback;
import dev.exchequer.api.v1.Grant;
import dev.exchequer.api.v1.Hop;
import dev.exchequer.api.v1.LedgerReport;
import dev.exchequer.api.v1.MeterPrice;
import dev.exchequer.api.v1.PolicyFeedGrpc;
import dev.exchequer.api.v1.PolicyStatus;
import dev.exchequer.api.v1.PolicyUpdate;
import dev.exchequer.api.v1.PriceSheet;
import dev.exchequer.api.v1.Project;
import dev.exchequer.api.v1.Provider;
import dev.exchequer.api.v1.Rate;
import dev.exchequer.api.v1.ReportEnd;
import dev.exchequer.api.v1.Route;
import dev.exchequer.api.v1.RouteClass;
import dev.exchequer.server.policyfeed.FromAccountingPolicy;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** An operator with one policy: one balance, one price for each request, whatever it says. */
final class PlayedOperator extends PolicyFeedGrpc.PolicyFeedImplBase {
  static final String KEY = "sk-load";
  static final String MODEL = "gpt";
  static final String BALANCE = "credit";

  /** Nano-units, of each request. Odd, so that an amount that was booked twice or in part is seen. */
  static final long PRICE = 100_000_007;

  static final long GRANTED = 1_000_000_000_000_003L;

  private final ByteString policy = policy().toByteString();

  @Override
  public StreamObserver<PolicyStatus> watch(StreamObserver<PolicyUpdate> updates) {
    updates.onNext(PolicyUpdate.newBuilder().setDigest(FromAccountingPolicy.digestOf(policy.toByteArray())).setPolicy(policy).build());
    return new Ignored<>();
  }

  @Override
  public StreamObserver<LedgerReport> report(StreamObserver<ReportEnd> end) {
    return new Ignored<>();
  }

  /** What the service says is of no interest here; it is killed without a word. */
  private static final class Ignored<T> implements StreamObserver<T> {
    @Override
    public void onNext(T said) {}

    @Override
    public void onError(Throwable gone) {}

    @Override
    public void onCompleted() {}
  }

  private static AccountingPolicy policy() {
    PriceSheet.Builder sheet =
        PriceSheet.newBuilder().setName("default/flat").setUnit("CREDIT").setMultiplier("1")
            .addRates(Rate.newBuilder().setName("any").addMeters(MeterPrice.newBuilder().setMeter("Request").setPer(1).setPriceNanos(PRICE)));
    return AccountingPolicy.newBuilder()
        .setSchema(1)
        .addProjects(Project.newBuilder().setName("default/acme").setOwner("ann").addRouteClasses(RouteClass.DIRECT).addModels("*").addPriceSheets("default/flat"))
        .addKeys(
            ApiKey.newBuilder().setName("default/load").setProject("default/acme").setLabel("load").addRouteClasses(RouteClass.DIRECT).addModels("*").setConcurrency(1_000_000)
                .addCredentials(Credential.newBuilder().setName("a").setSha256(ByteString.copyFrom(sha256(KEY)))))
        .addBalances(
            Balance.newBuilder().setName("default/" + BALANCE).setProject("default/acme").setType(Balance.Type.CREDIT).setUnit("CREDIT").addRouteClasses(RouteClass.DIRECT)
                .setOrder(100).addInitialGrants(Grant.newBuilder().setId("start").setAmountNanos(GRANTED).setPriority(50)))
        .addPriceSheets(sheet.setDigest(FromAccountingPolicy.digestOf(sheet.clearDigest().build().toByteArray())))
        .addProviders(
            Provider.newBuilder().setName("default/official").setDialect("OpenAI").setBasePath("/v1").setOutputCapField("max_tokens").setMaxInFlight(1_000_000))
        .addRoutes(
            Route.newBuilder().setName("default/gpt").setGeneration(1).addModels(MODEL).addEndpoints("ChatCompletions")
                .addHops(
                    Hop.newBuilder().setName("official").setProvider("default/official").setRouteClass(RouteClass.DIRECT).setCluster("official-1")
                        .setStreamFirstByteMs(30_000).setResponseMs(300_000).setStreamIdleMs(60_000))
                .setFallback(Fallback.newBuilder().setDigest("f").setMaxAttempts(1))
                .setDefaultOutputTokens(16).setMaxOutputTokens(64))
        .build();
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
