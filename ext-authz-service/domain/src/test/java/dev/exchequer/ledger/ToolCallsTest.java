package dev.exchequer.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.HoldId;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Meter;
import dev.exchequer.policy.PriceSheet;
import dev.exchequer.policy.PriceSheet.ContextTier;
import dev.exchequer.policy.PriceSheet.MeterPrice;
import dev.exchequer.policy.Provider;
import dev.exchequer.policy.RouteClass;
import dev.exchequer.pricing.Demand;
import dev.exchequer.pricing.Usage;
import dev.exchequer.receipt.Receipt;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** docs/design/prices.md, "Tool calls". A token costs a thousandth: 1,000 in and 100 out are held with 1.1; a tool call costs 0.5 where it costs something. */
class ToolCallsTest {
  private static final PriceSheet.Match ANY = new PriceSheet.Match(Set.of(), Set.of(), List.of(), List.of(), Set.of());
  private final World world = new World();

  ToolCallsTest() {
    world.hops = List.of(RouteClass.DIRECT);
  }

  private static PriceSheet.Rate rate(String name, PriceSheet.Match match, @Nullable String toolCall, List<ContextTier> tiers) {
    Map<Meter, MeterPrice> prices = new HashMap<>();
    prices.put(Meter.INPUT, new MeterPrice(Meter.INPUT, 1_000, Money.parse("1")));
    prices.put(Meter.OUTPUT, new MeterPrice(Meter.OUTPUT, 1_000, Money.parse("1")));
    if (toolCall != null) {
      prices.put(Meter.TOOL_CALL, new MeterPrice(Meter.TOOL_CALL, 1, Money.parse(toolCall)));
    }
    return new PriceSheet.Rate(name, match, false, prices, tiers);
  }

  private static ContextTier tier(long above, String toolCall) {
    return new ContextTier(above, false, Map.of(Meter.TOOL_CALL, new MeterPrice(Meter.TOOL_CALL, 1, Money.parse(toolCall))));
  }

  private static Demand demand(@Nullable String asks) {
    return new Demand(1000, false, 100, 1, 1, "default", null, asks);
  }

  private World with(String form, @Nullable Long declared, @Nullable String asks) {
    world.rates =
        List.of(
            switch (form) {
              case "unpriced" -> rate("any", ANY, null, List.of());
              case "none" -> new PriceSheet.Rate("any", ANY, true, Map.of(), List.of());
              case "long only" -> rate("any", ANY, "0", List.of(tier(500, "0.5")));
              case "unreachable tier" -> rate("any", ANY, "0.5", List.of(tier(5_000, "7")));
              default -> rate("any", ANY, form, List.of());
            });
    world.maxToolCalls = declared;
    world.demand = demand(asks);
    return world.start();
  }

  private Hold held() {
    return Objects.requireNonNull(world.everyHold.get(new HoldId("r", 1)));
  }

  private Receipt.Hop hop() {
    return Objects.requireNonNull(world.receipts.get("r")).hops().get(0);
  }

  private static Usage used(long toolCalls) {
    return new Usage(Map.of(Meter.INPUT, 20L, Meter.OUTPUT, 10L, Meter.TOOL_CALL, toolCalls), Usage.Source.PROVIDER);
  }

  /** @param held the amount, or what the message of the refusal says is to be changed */
  @ParameterizedTest(name = "price {0}, maxToolCalls {1}, asks by {2}: {3}")
  @CsvSource(
      nullValues = "-",
      value = {
        "unpriced, -, -,       1.1", "unpriced, 4, -,       1.1", "unpriced, -, plugins, a price of ToolCall in the rate", "unpriced, 4, plugins, a price of ToolCall in the rate",
        "0,        -, -,       1.1", "0,        -, plugins, 1.1", "0,        4, plugins, 1.1", "0,        0, plugins, another maxToolCalls of the hop",
        "none,     -, plugins, 0", "none,     -, -,       0", "none,     0, plugins, another maxToolCalls of the hop",
        "0.5,      -, -,       maxToolCalls of the hop", "0.5,      -, plugins, maxToolCalls of the hop",
        "0.5,      4, -,       3.1", "0.5,      4, plugins, 3.1", "0.5,      0, -,       1.1", "0.5,      0, plugins, another maxToolCalls of the hop",
        "long only, -, -,      maxToolCalls of the hop", "long only, 4, plugins, 3.1", "unreachable tier, 4, -, 3.1",
      })
  void isHeldOrRefused(String price, @Nullable Long declared, @Nullable String asks, String held) {
    Result result = with(price, declared, asks).admit("r");
    if (held.startsWith("a") || held.startsWith("m")) {
      assertThat(((Result.Refused) result).ending().code()).isEqualTo("price_missing");
      assertThat(((Result.Refused) result).ending().httpStatus()).isEqualTo(402);
      assertThat(((Result.Refused) result).ending().message()).endsWith("; to change it: " + held);
      assertThat(hop().skipReason()).isEqualTo("price_missing");
      assertThat(hop().reason()).contains(asks == null ? "rate any" : asks.equals("plugins") && !held.startsWith("maxTool") ? "plugins asks" : "rate any");
    } else {
      assertThat(result).isInstanceOf(Result.Held.class);
      assertThat(held().amount()).isEqualTo(Money.parse(held));
    }
  }

  @Test
  void anUpstreamModelThatIsOnlineAsks() {
    world.upstreamModel = "some/model:online";
    Result result = with("unpriced", 4L, null).admit("r");
    assertThat(((Result.Refused) result).ending().message()).contains("model some/model:online asks for tools of the provider");
  }

  @Test
  void whatIsRefusedHereMayPassToAHopThatCan() {
    world.hops = List.of(RouteClass.DIRECT, RouteClass.POOL);
    PriceSheet.Match direct = new PriceSheet.Match(Set.of(RouteClass.DIRECT), Set.of(), List.of(), List.of(), Set.of());
    world.rates = List.of(rate("direct", direct, null, List.of()), rate("any", ANY, "0.5", List.of()));
    world.maxToolCalls = 4L;
    world.demand = demand("web_search_options");
    assertThat(((Result.Held) world.start().admit("r")).balance()).isEqualTo(World.WALLET);
  }

  @Test
  void bothTiersThatMayBeServedMustPriceThem() {
    PriceSheet.Match flex = new PriceSheet.Match(Set.of(), Set.of(), List.of(), List.of(), Set.of("flex"));
    PriceSheet.Match standard = new PriceSheet.Match(Set.of(), Set.of(), List.of(), List.of(), Set.of("default"));
    world.rates = List.of(rate("flex", flex, "0.1", List.of()), rate("default", standard, null, List.of()));
    world.maxToolCalls = 4L;
    world.demand = new Demand(1000, false, 100, 1, 1, "flex", null, "plugins");
    assertThat(((Result.Refused) world.start().admit("r")).ending().message()).contains("rate default does not price ToolCall");
    world.rates = List.of(rate("flex", flex, "0.1", List.of()), rate("default", standard, "0.5", List.of()));
    world.start().admit("s");
    assertThat(Objects.requireNonNull(world.everyHold.get(new HoldId("s", 1))).amount()).as("four at the dearer of the two").isEqualTo(Money.parse("3.1"));
  }

  @Test
  void aSearchThatIsAskedForBringsInputThatTheHopBounds() {
    world.credit = "20";
    world.maxInputTokens = 5_000;
    with("0.5", 4L, "web_search_options").admit("r");
    assertThat(held().amount()).as("5,000 in, 100 out, four calls").isEqualTo(Money.parse("7.1"));
    world.demand = demand(null);
    world.admit("s");
    assertThat(Objects.requireNonNull(world.everyHold.get(new HoldId("s", 1))).amount()).as("else its text").isEqualTo(Money.parse("3.1"));
  }

  @ParameterizedTest(name = "{0} calls cost {1}")
  @CsvSource({"0, 0.03", "1, 0.53", "4, 2.03", "7, 3.53"})
  void isChargedAsItWasCounted(long calls, String charge) {
    with("0.5", 4L, null).admit("r");
    long before = world.posted(World.CREDIT);
    assertThat(world.settle("r", 1, World.answer(200, used(calls))).chargeNanos()).isEqualTo(Money.parse(charge));
    assertThat(hop().lines()).filteredOn(line -> line.meter().equals("ToolCall")).extracting(line -> line.quantity()).isEqualTo(calls == 0 ? List.of() : List.of(calls));
    assertThat(world.posted(World.CREDIT)).isEqualTo(before - Money.parse(charge));
    assertThat(world.held(World.CREDIT)).isZero();
  }

  @Test
  void moreThanDeclaredIsDebtOfTheSameBalance() {
    world.credit = "3.2";
    with("0.5", 4L, null).admit("r");
    world.settle("r", 1, World.answer(200, used(9)));
    assertThat(world.posted(World.CREDIT)).as("4.53 were used").isEqualTo(-Money.parse("1.33"));
    assertThat(world.admit("s")).as("until it is repaid").isInstanceOf(Result.Refused.class);
    assertThat(world.posted(World.WALLET)).isEqualTo(Money.parse(world.wallet));
  }

  @Test
  void aBoundedProviderIsBelievedAsManyAsWereHeldFor() {
    world.usageTrust = Provider.UsageTrust.BOUNDED;
    with("0.5", 4L, null).admit("r");
    assertThat(world.settle("r", 1, World.answer(200, used(9))).chargeNanos()).isEqualTo(Money.parse("2.03"));
    assertThat(hop().reason()).contains("room for 4 tool calls");
  }

  @Test
  void anEstimateHasAllOfThem() {
    with("0.5", 4L, null).admit("r");
    assertThat(world.settle("r", 1, new EvidenceBuilder().build()).chargeNanos()).isEqualTo(Money.parse("3.1"));
    assertThat(Objects.requireNonNull(hop().usage()).meters()).containsEntry("ToolCall", 4L);
  }

  @Test
  void aLowerCapKeepsTheirBound() {
    world.credit = "3.05";
    world.clampMinTokens = 1;
    with("0.5", 4L, null).admit("r");
    assertThat(held().outputCap()).as("what is left beside 1,000 in and four calls").isEqualTo(50);
    assertThat(world.settle("r", 1, new EvidenceBuilder().build()).chargeNanos()).isEqualTo(Money.parse("3.05"));
  }

  @Test
  void lateEvidenceCorrectsThem() {
    with("0.5", 4L, null).admit("r");
    world.settle("r", 1, new EvidenceBuilder().build());
    world.settle("r", 1, World.answer(200, used(1)));
    assertThat(world.posted(World.CREDIT)).isEqualTo(Money.parse(world.credit) - Money.parse("0.53"));
  }

  @Test
  void theHouseIsBilledForThem() {
    world.costSheet = new PriceSheet(World.name("house"), "USD", Money.NANOS_PER_UNIT, 0, 0, PriceSheet.MissingUsage.ESTIMATE, List.of(rate("list", ANY, "0.25", List.of())), "d");
    with("unpriced", 4L, null).admit("r");
    world.settle("r", 1, World.answer(200, used(3)));
    assertThat(Objects.requireNonNull(hop().houseCost()).amount()).isEqualTo(Money.parse("0.78"));
    world.admit("s");
    world.settle("s", 1, new EvidenceBuilder().build());
    Receipt.Hop silent = Objects.requireNonNull(world.receipts.get("s")).hops().get(0);
    assertThat(Objects.requireNonNull(silent.houseCost()).amount()).as("1,000 in, 100 out, four calls").isEqualTo(Money.parse("2.1"));
  }

  /** Whatever was asked and whatever was used within the bounds: the hold covers it, and a Clamp that lowers the cap holds for the calls all the same. */
  @Test
  void theHoldCoversWhatIsWithinTheBounds() {
    Random random = new Random(20261127);
    for (int i = 0; i < 500; i++) {
      World some = new World();
      some.hops = List.of(RouteClass.DIRECT);
      some.credit = Money.text(Money.parse("1.2") + random.nextLong(Money.parse("3")));
      some.clampMinTokens = random.nextBoolean() ? 1 : 0;
      long declared = random.nextInt(6);
      some.maxToolCalls = declared;
      some.rates = List.of(rate("any", ANY, "0." + (1 + random.nextInt(9)), List.of(tier(random.nextInt(1_500), "0." + (1 + random.nextInt(9))))));
      some.demand = new Demand(random.nextInt(1_000), false, 100, 1, 1, "default", null, declared > 0 && random.nextBoolean() ? "plugins" : null);
      some.start();
      if (some.admit("r") instanceof Result.Held held) {
        Hold hold = Objects.requireNonNull(some.everyHold.get(new HoldId("r", 1)));
        Map<Meter, Long> meters = Map.of(Meter.INPUT, random.nextLong(some.demand.textBound() + 1), Meter.OUTPUT, random.nextLong(hold.outputBound() + 1), Meter.TOOL_CALL, random.nextLong(declared + 1));
        long charge = some.settle("r", 1, World.answer(200, new Usage(meters, Usage.Source.PROVIDER))).chargeNanos();
        assertThat(charge).as("case %d", i).isLessThanOrEqualTo(held.amountNanos());
        assertThat(some.posted(World.CREDIT)).as("case %d", i).isNotNegative();
      }
    }
  }
}
