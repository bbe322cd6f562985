package dev.exchequer.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.HoldId;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Meter;
import dev.exchequer.policy.PriceSheet;
import dev.exchequer.pricing.Demand;
import dev.exchequer.pricing.Usage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A request costs: flex 1, default 2, priority 4. The price is the served tier's, the hold is enough for the asked and the default one. */
class ServiceTierTest {
  private final World world = new World();

  private World asking(String tier) {
    Map<String, String> prices = new LinkedHashMap<>();
    prices.put("flex", "1");
    prices.put("default", "2");
    prices.put("priority", "4");
    world.rates = prices.entrySet().stream().map(tierAndPrice -> rate(tierAndPrice.getKey(), tierAndPrice.getValue())).toList();
    world.demand = new Demand(1000, false, 100, 1, 1, tier, null, null);
    return world.start();
  }

  private static PriceSheet.Rate rate(String tier, String price) {
    PriceSheet.Match match = new PriceSheet.Match(Set.of(), Set.of(), List.of(), List.of(), Set.of(tier));
    return new PriceSheet.Rate(tier, match, false, Map.of(Meter.REQUEST, new PriceSheet.MeterPrice(Meter.REQUEST, 1, Money.parse(price))), List.of());
  }

  /** @param served null = the provider does not say */
  @ParameterizedTest(name = "asked {0}, served {1}: held {2}, charged {3} by {4}")
  @CsvSource({
    "default,  ,         2, 2, default", "default,  default,  2, 2, default", "default,  priority, 2, 4, priority", "default,  flex,     2, 1, flex",
    "priority, ,         4, 4, priority", "priority, default,  4, 2, default", "priority, auto,     4, 4, priority", "priority, scale,    4, 4, priority",
    "flex,     ,         2, 1, flex", "flex,     flex,     2, 1, flex", "flex,     default,  2, 2, default",
  })
  void theServedTierIsCharged(String asked, @Nullable String served, String held, String charged, String rate) {
    asking(asked).admit("r");
    assertThat(Objects.requireNonNull(world.everyHold.get(new HoldId("r", 1))).amount()).isEqualTo(Money.parse(held));
    EvidenceBuilder evidence = new EvidenceBuilder().reports(20, 10);
    evidence.tier = served == null ? "" : served;
    assertThat(world.settle("r", 1, evidence.build()).chargeNanos()).isEqualTo(Money.parse(charged));
    var hop = Objects.requireNonNull(world.receipts.get("r")).hops().get(0);
    assertThat(hop.rate()).isEqualTo(rate);
    assertThat(hop.serviceTier()).isEqualTo(asked.equals("default") ? null : asked);
    assertThat(hop.servedTier()).isEqualTo(served);
  }

  @Test
  void aTierWithoutARateIsNotServedAtAnothersPrice() {
    world.withConsent = false;
    asking("turbo");
    assertThat(world.admit("r")).isInstanceOf(Result.Refused.class);
    assertThat(Objects.requireNonNull(world.receipts.get("r")).hops().get(0).skipReason()).isEqualTo("price_missing");
  }

  @Test
  void whatFlexMayCostMustBeThere() {
    world.credit = "1.5";
    world.withConsent = false;
    asking("flex");
    assertThat(world.admit("r")).as("the provider may serve it at the default price").isInstanceOf(Result.Refused.class);
  }

  @Test
  void reportedCacheWritesCostTheirOwnPrice() {
    PriceSheet.Match any = new PriceSheet.Match(Set.of(), Set.of(), List.of(), List.of(), Set.of());
    Map<Meter, PriceSheet.MeterPrice> prices =
        Map.of(
            Meter.INPUT, new PriceSheet.MeterPrice(Meter.INPUT, 1_000, Money.parse("1")), Meter.CACHE_WRITE_1H, new PriceSheet.MeterPrice(Meter.CACHE_WRITE_1H, 1_000, Money.parse("2")),
            Meter.OUTPUT, new PriceSheet.MeterPrice(Meter.OUTPUT, 1_000, Money.parse("1")));
    world.rates = List.of(new PriceSheet.Rate("any", any, false, prices, List.of()));
    world.start();
    world.admit("r");
    assertThat(Objects.requireNonNull(world.everyHold.get(new HoldId("r", 1))).amount()).as("1,000 in at the dearest, 100 out").isEqualTo(Money.parse("2.1"));
    Usage usage = new Usage(Map.of(Meter.INPUT, 100L, Meter.CACHE_WRITE_5M, 100L, Meter.CACHE_WRITE_1H, 800L, Meter.OUTPUT, 0L), Usage.Source.PROVIDER);
    assertThat(world.settle("r", 1, World.answer(200, usage)).chargeNanos()).isEqualTo(Money.parse("1.8"));
  }
}
