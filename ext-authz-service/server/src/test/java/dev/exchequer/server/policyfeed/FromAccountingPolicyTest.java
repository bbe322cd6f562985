package dev.exchequer.server.policyfeed;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.exchequer.api.v1.AccountingPolicy;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.BalanceType;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.FallbackReason;
import dev.exchequer.policy.Meter;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.PriceSheet;
import dev.exchequer.policy.Project;
import dev.exchequer.policy.Route;
import dev.exchequer.policy.RouteClass;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FromAccountingPolicyTest {

  @Test
  void everythingArrives() {
    AccountingPolicy message = Policies.whole().build();
    Policy policy = accepted(message);

    assertThat(policy.digest()).isEqualTo(Policies.digest(message));
    assertThat(policy.projects().get(name("acme")))
        .satisfies(
            p -> {
              assertThat(p.crossBalance()).containsExactly(new Project.Crossing(RouteClass.DIRECT, RouteClass.POOL));
              assertThat(p.disclose()).isEqualTo(Project.Disclose.BALANCE);
            });
    assertThat(policy.keyBySha256("0".repeat(64))).hasValueSatisfying(k -> assertThat(k.key().neverCross()).isTrue());
    assertThat(policy.balancesOf(name("acme")))
        .singleElement()
        .satisfies(
            b -> {
              assertThat(b.type()).isEqualTo(BalanceType.WALLET);
              assertThat(b.overdraftNanos()).isEqualTo(7);
              assertThat(b.initialGrants()).singleElement().isEqualTo(new dev.exchequer.policy.Balance.InitialGrant("start", 50_000_000_000L, false, 50, 5, 7));
              assertThat(b.onExcess()).isEqualTo(dev.exchequer.policy.Balance.OnExcess.WRITE_OFF);
              assertThat(b.recurringGrants())
                  .containsExactly(
                      new dev.exchequer.policy.Balance.RecurringGrant(
                          "free", 9, true, 3, dev.exchequer.policy.Budget.Window.WEEK, 2, java.time.ZoneId.of("Asia/Shanghai"), true));
            });
    assertThat(policy.priceSheets().get(name("cny")))
        .satisfies(
            s -> {
              assertThat(s.multiplierNanos()).isEqualTo(1_500_000_000L);
              assertThat(s.rates().get(0).meters()).containsEntry(Meter.INPUT, new PriceSheet.MeterPrice(Meter.INPUT, 1_000_000, 2));
              assertThat(s.rates().get(0).contextTiers().get(0).appliesTo(200_000)).isTrue();
            });
    assertThat(policy.budgets())
        .singleElement()
        .satisfies(
            b -> {
              assertThat(b.per()).isEqualTo(Budget.Per.TASK);
              assertThat(b.limits()).containsEntry("CNY", 9L);
              assertThat(b.timeZone()).isEqualTo(ZoneId.of("Asia/Shanghai"));
            });
    assertThat(policy.routeFor("default", "gpt-5.1", Endpoint.CHAT_COMPLETIONS))
        .hasValueSatisfying(
            r -> {
              assertThat(r.hops().get(0).upstreamModel()).isNull();
              assertThat(r.fallback().statuses()).isEqualTo(Set.of(429));
              assertThat(r.fallback().reasons()).isEqualTo(Set.of(FallbackReason.CONNECT_FAILURE));
              assertThat(r.fallback().policy()).isNull();
            });
    assertThat(policy.routes()).extractingByKey(name("gpt")).extracting(Route::audience).isEqualTo(Route.Audience.OWN);
    assertThat(policy.routeFor("team", "gpt-5.1", Endpoint.CHAT_COMPLETIONS)).isEmpty();
    assertThat(policy.gateway().priceSheets()).containsExactly(name("cny"));
  }

  @Test
  void theAudienceOfARouteArrives() {
    AccountingPolicy.Builder message = Policies.whole();
    message.getRoutesBuilder(0).setPrecedence(1).addNamespaces("team-a").addNamespaces("team-b");
    message.addRoutes(message.getRoutes(0).toBuilder().setName("default/for-all").clearNamespaces().setPrecedence(0).setAllNamespaces(true));
    Policy policy = accepted(message.build());

    assertThat(policy.routes()).extractingByKey(name("gpt")).extracting(Route::audience).isEqualTo(new Route.Audience(false, List.of("team-a", "team-b"), 1));
    assertThat(policy.routeFor("team-b", "gpt-5.1", Endpoint.CHAT_COMPLETIONS)).map(Route::name).contains(name("for-all"));
  }

  @Test
  void anEmptyPolicyIsAPolicy() {
    assertThat(accepted(AccountingPolicy.newBuilder().setSchema(1).build()).routes()).isEmpty();
  }

  @Test
  void otherBytesThanTheDigestSays() {
    assertThat(FromAccountingPolicy.read("0".repeat(64), Policies.whole().build().toByteArray())).isInstanceOf(Decoded.Refused.class);
  }

  @Test
  void bytesThatAreNoMessage() {
    byte[] bytes = {0x0a, 0x7f};
    assertThat(FromAccountingPolicy.read(FromAccountingPolicy.digestOf(bytes), bytes))
        .isInstanceOfSatisfying(Decoded.Refused.class, r -> assertThat(r.message()).startsWith("not an AccountingPolicy"));
  }

  static Stream<Arguments> broken() {
    return Stream.of(
        refused("schema 2", p -> p.setSchema(2)),
        refused("Project has fields", p -> p.getProjectsBuilder(0).setUnknownFields(UnknownFieldSet.newBuilder().addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build()).build())),
        refused("Project default/acme: a route class", p -> p.getProjectsBuilder(0).addRouteClassesValue(77)),
        refused("Project default/acme: stands twice", p -> p.addProjects(p.getProjects(0))),
        refused("Project default/acme: models is empty", p -> p.getProjectsBuilder(0).clearModels()),
        refused("Project default/acme: no such price sheet: default/gone", p -> p.getProjectsBuilder(0).addPriceSheets("default/gone")),
        refused("Project acme: not namespace/name", p -> p.getProjectsBuilder(0).setName("acme")),
        refused("ApiKey default/ci: no such project: default/gone", p -> p.getKeysBuilder(0).setProject("default/gone")),
        refused("ApiKey default/ci: credential a: sha256 has 3 bytes", p -> p.getKeysBuilder(0).getCredentialsBuilder(0).setSha256(ByteString.copyFromUtf8("abc"))),
        refused("is also another's", p -> p.addKeys(p.getKeys(0).toBuilder().setName("default/other"))),
        refused("Balance default/wallet: a type", p -> p.getBalancesBuilder(0).clearType()),
        refused("Balance default/wallet: overdraft_nanos is negative", p -> p.getBalancesBuilder(0).setOverdraftNanos(-1)),
        refused("Balance default/wallet: an initial grant stands twice", p -> p.getBalancesBuilder(0).addInitialGrants(p.getBalances(0).getInitialGrants(0))),
        refused("Balance default/wallet: grant start ends before it starts", p -> p.getBalancesBuilder(0).getInitialGrantsBuilder(0).setExpiresAtMs(5)),
        refused("Balance default/wallet: a recurring grant stands twice", p -> p.getBalancesBuilder(0).addRecurringGrants(p.getBalances(0).getRecurringGrants(0))),
        refused("Balance default/wallet: a period", p -> p.getBalancesBuilder(0).getRecurringGrantsBuilder(0).clearPeriod()),
        refused("Balance default/wallet: anchor_day must be 1 to 7", p -> p.getBalancesBuilder(0).getRecurringGrantsBuilder(0).setAnchorDay(8)),
        refused("Balance default/wallet: no such time zone", p -> p.getBalancesBuilder(0).getRecurringGrantsBuilder(0).setTimeZone("Mars/Olympus")),
        refused("Balance default/wallet: no such project", p -> p.getBalancesBuilder(0).setProject("default/gone")),
        refused("PriceSheet default/cny: the digest is that of other content", p -> p.getPriceSheetsBuilder(0).setUnit("USD")),
        refused("PriceSheet default/cny: per must be a power of ten", p -> p.setPriceSheets(0, Policies.signed(rate(p, "Input", 3)))),
        refused("PriceSheet default/cny: no such meter: Inputs", p -> p.setPriceSheets(0, Policies.signed(rate(p, "Inputs", 1)))),
        refused("PriceSheet default/cny: must be a decimal", p -> p.setPriceSheets(0, Policies.signed(p.getPriceSheets(0).toBuilder().setMultiplier("-1")))),
        refused("Budget default/month: a target kind", p -> p.getBudgetsBuilder(0).clearTargetKind()),
        refused("Budget default/month: no such key: default/acme", p -> p.getBudgetsBuilder(0).setTargetKind(dev.exchequer.api.v1.Budget.TargetKind.API_KEY)),
        refused("Budget default/month: no such time zone", p -> p.getBudgetsBuilder(0).setTimeZone("Mars/Olympus")),
        refused("Budget default/month: anchor_day must be 1 to 28", p -> p.getBudgetsBuilder(0).setAnchorDay(31)),
        refused("Provider default/relay: max_in_flight must be at least 1", p -> p.getProvidersBuilder(0).setMaxInFlight(0)),
        refused("Route default/gpt: no such endpoint: Chat", p -> p.getRoutesBuilder(0).addEndpoints("Chat")),
        refused("Route default/gpt: hop pool: no such provider: default/gone", p -> p.getRoutesBuilder(0).getHopsBuilder(0).setProvider("default/gone")),
        refused("Route default/gpt: no such fallback reason: Mood", p -> p.getRoutesBuilder(0).getFallbackBuilder().addReasons("Mood")),
        refused("Route default/gpt: no fallback", p -> p.getRoutesBuilder(0).clearFallback()),
        refused("Route default/gpt: hops is empty", p -> p.getRoutesBuilder(0).clearHops()),
        refused("Route default/gpt: namespaces are not sorted: a", p -> p.getRoutesBuilder(0).addNamespaces("b").addNamespaces("a")),
        refused("Route default/gpt: precedence is negative", p -> p.getRoutesBuilder(0).setPrecedence(-1)),
        refused("Route default/gpt: stands twice", p -> p.addRoutes(p.getRoutes(0).toBuilder().clearModels().addModels("another"))),
        refused("model gpt-5.1 is also another route's", p -> p.addRoutes(p.getRoutes(0).toBuilder().setName("default/twin"))),
        refused("the gateway: no such price sheet: default/gone", p -> p.addDefaultPriceSheets("default/gone")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("broken")
  void refusals(String message, Consumer<AccountingPolicy.Builder> change) {
    AccountingPolicy.Builder builder = Policies.whole();
    change.accept(builder);
    AccountingPolicy policy = builder.build();
    assertThat(FromAccountingPolicy.read(Policies.digest(policy), policy.toByteArray()))
        .isInstanceOfSatisfying(Decoded.Refused.class, r -> assertThat(r.message()).contains(message));
  }

  private static Arguments refused(String message, Consumer<AccountingPolicy.Builder> change) {
    return Arguments.of(message, change);
  }

  private static dev.exchequer.api.v1.PriceSheet.Builder rate(AccountingPolicy.Builder policy, String meter, long per) {
    dev.exchequer.api.v1.PriceSheet.Builder sheet = policy.getPriceSheets(0).toBuilder();
    sheet.getRatesBuilder(0).addMeters(Policies.meter(meter, per, 1));
    return sheet;
  }

  private static Policy accepted(AccountingPolicy message) {
    Decoded decoded = FromAccountingPolicy.read(Policies.digest(message), message.toByteArray());
    assertThat(decoded).isInstanceOf(Decoded.Accepted.class);
    return ((Decoded.Accepted) decoded).policy();
  }

  private static ObjectName name(String name) {
    return new ObjectName("default", name);
  }
}
