package dev.exchequer.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.money.Money;
import dev.exchequer.policy.Meter;
import dev.exchequer.policy.PriceSheet;
import dev.exchequer.policy.PriceSheet.ContextTier;
import dev.exchequer.policy.PriceSheet.MeterPrice;
import dev.exchequer.policy.PriceSheet.Rate;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PricingTest {
  private static final PriceSheet.Match ANY = new PriceSheet.Match(Set.of(), Set.of(), List.of(), List.of(), Set.of());

  private static MeterPrice price(Meter meter, long per, String price) {
    return new MeterPrice(meter, per, Money.parse(price));
  }

  private static Rate rate(Map<Meter, MeterPrice> meters, ContextTier... tiers) {
    return new Rate("r", ANY, false, meters, List.of(tiers));
  }

  private static PriceSheet sheet(Rate rate, String multiplier) {
    return new PriceSheet(
        new dev.exchequer.identity.ObjectName("default", "s"), "CNY", Money.parse(multiplier), 0, 0, PriceSheet.MissingUsage.ESTIMATE, List.of(rate), "d");
  }

  private static Usage usage(Map<Meter, Long> meters) {
    return new Usage(meters, Usage.Source.PROVIDER);
  }

  @Test
  void disjointMetersAndOneRoundingUp() {
    Rate rate =
        rate(Map.of(Meter.INPUT, price(Meter.INPUT, 1_000_000, "2"), Meter.CACHE_READ, price(Meter.CACHE_READ, 1_000_000, "0.5"), Meter.OUTPUT, price(Meter.OUTPUT, 1_000_000, "8")));
    Charge charge = Pricing.charge(sheet(rate, "1"), rate, usage(Map.of(Meter.INPUT, 60L, Meter.CACHE_READ, 40L, Meter.OUTPUT, 10L)));
    assertThat(charge.amountNanos()).isEqualTo(Money.parse("0.00022"));
    assertThat(charge.lines()).extracting(Charge.Line::amount).allSatisfy(amount -> assertThat(amount.signum()).isPositive());
    assertThat(charge.lines().stream().map(Charge.Line::amount).reduce(BigDecimal.ZERO, BigDecimal::add)).isEqualByComparingTo("0.00022");
  }

  @Test
  void aTinyPriceIsNeitherZeroNorACent() {
    Rate rate = rate(Map.of(Meter.INPUT, price(Meter.INPUT, 1_000_000, "0.02")));
    assertThat(Pricing.charge(sheet(rate, "1"), rate, usage(Map.of(Meter.INPUT, 1L))).amountNanos()).isEqualTo(20);
    Rate tinier = rate(Map.of(Meter.INPUT, price(Meter.INPUT, 1_000_000_000, "0.02")));
    assertThat(Pricing.charge(sheet(tinier, "1"), tinier, usage(Map.of(Meter.INPUT, 1L))).amountNanos()).as("0.02 nano-units, rounded up once").isEqualTo(1);
    assertThat(Pricing.charge(sheet(tinier, "1"), tinier, usage(Map.of(Meter.INPUT, 3L, Meter.CACHE_READ, 3L))).amountNanos()).isEqualTo(1);
  }

  @Test
  void muchDoesNotOverflowAndTooMuchIsRefused() {
    Rate rate = rate(Map.of(Meter.INPUT, price(Meter.INPUT, 1_000_000, "1000")));
    assertThat(Pricing.charge(sheet(rate, "1"), rate, usage(Map.of(Meter.INPUT, 1_000_000_000L))).amountNanos()).isEqualTo(Money.parse("1000000"));
    Rate dear = rate(Map.of(Meter.INPUT, price(Meter.INPUT, 1, "9223372036")));
    assertThatThrownBy(() -> Pricing.charge(sheet(dear, "1"), dear, usage(Map.of(Meter.INPUT, 2L)))).isInstanceOf(AmountOverflow.class);
  }

  @ParameterizedTest(name = "{0} input tokens, {1} cached: gt {2}, gte {3}")
  @CsvSource({"199999,0,1,1", "200000,0,1,3", "200001,0,3,3", "150000,50001,3,3", "150000,49999,1,1"})
  void contextTiers(long input, long cached, int gt, int gte) {
    for (boolean inclusive : new boolean[] {false, true}) {
      Rate rate =
          rate(
              Map.of(Meter.INPUT, price(Meter.INPUT, 1, "1"), Meter.CACHE_READ, price(Meter.CACHE_READ, 1, "1")),
              new ContextTier(200_000, inclusive, Map.of(Meter.INPUT, price(Meter.INPUT, 1, "3"), Meter.CACHE_READ, price(Meter.CACHE_READ, 1, "3"))));
      long total = input + cached;
      int factor = inclusive ? gte : gt;
      assertThat(Pricing.charge(sheet(rate, "1"), rate, usage(Map.of(Meter.INPUT, input, Meter.CACHE_READ, cached))).amountNanos())
          .isEqualTo(total * factor * Money.NANOS_PER_UNIT);
    }
  }

  @Test
  void theHighestTierWinsAndReplacesOnlyItsMeters() {
    Rate rate =
        rate(
            Map.of(Meter.INPUT, price(Meter.INPUT, 1, "1"), Meter.OUTPUT, price(Meter.OUTPUT, 1, "10")),
            new ContextTier(10, false, Map.of(Meter.INPUT, price(Meter.INPUT, 1, "2"))),
            new ContextTier(20, false, Map.of(Meter.INPUT, price(Meter.INPUT, 1, "3"))));
    assertThat(Pricing.charge(sheet(rate, "1"), rate, usage(Map.of(Meter.INPUT, 21L, Meter.OUTPUT, 1L))).amountNanos()).isEqualTo(Money.parse("73"));
  }

  @Test
  void metersWithoutAPriceFallBack() {
    Rate rate = rate(Map.of(Meter.INPUT, price(Meter.INPUT, 1, "1"), Meter.OUTPUT, price(Meter.OUTPUT, 1, "2")));
    assertThat(Pricing.charge(sheet(rate, "1"), rate, usage(Map.of(Meter.CACHE_WRITE_1H, 1L, Meter.REASONING, 1L, Meter.TOOL_CALL, 5L))).amountNanos())
        .isEqualTo(Money.parse("3"));
  }

  @Test
  void theMultiplierIsPartOfTheOneRounding() {
    Rate rate = rate(Map.of(Meter.INPUT, price(Meter.INPUT, 1_000_000, "0.01")));
    assertThat(Pricing.charge(sheet(rate, "1.25"), rate, usage(Map.of(Meter.INPUT, 1L))).amountNanos()).isEqualTo(13);
    assertThat(Pricing.charge(sheet(rate, "0.8"), rate, usage(Map.of(Meter.INPUT, 1L))).amountNanos()).isEqualTo(8);
  }

  @Test
  void aMinimumRaisesWhatIsNotNothing() {
    Rate rate = rate(Map.of(Meter.INPUT, price(Meter.INPUT, 1, "1"), Meter.OUTPUT, price(Meter.OUTPUT, 1, "0")));
    PriceSheet.Terms terms = new PriceSheet.Terms(PriceSheet.ChargeOn.DELIVERED, PriceSheet.MissingUsage.ESTIMATE, Money.parse("5"));
    PriceSheet sheet = new PriceSheet(new dev.exchequer.identity.ObjectName("default", "s"), "CNY", Money.parse("2"), 0, 0, terms, List.of(rate), "d");
    Charge raised = Pricing.charge(sheet, rate, usage(Map.of(Meter.INPUT, 2L)));
    assertThat(raised.amountNanos()).as("2 tokens times 2 are less than 5, which the multiplier does not touch").isEqualTo(Money.parse("5"));
    assertThat(raised.raisedTo()).isEqualTo(Money.parse("5"));
    Charge enough = Pricing.charge(sheet, rate, usage(Map.of(Meter.INPUT, 3L)));
    assertThat(enough.amountNanos()).isEqualTo(Money.parse("6"));
    assertThat(enough.raisedTo()).isZero();
    assertThat(Pricing.charge(sheet, rate, usage(Map.of(Meter.OUTPUT, 3L))).amountNanos()).as("nothing stays nothing").isZero();
    assertThat(Pricing.ceiling(sheet, rate, Bounds.ofTokens(1, 9))).as("the hold covers it").isEqualTo(Money.parse("5"));
    assertThat(Pricing.ceiling(sheet, rate, Bounds.ofTokens(0, 9))).isZero();
  }

  @Test
  void noCharge() {
    Rate free = new Rate("free", ANY, true, Map.of(), List.of());
    assertThat(Pricing.charge(sheet(free, "1"), free, usage(Map.of(Meter.INPUT, 1L))).amountNanos()).isZero();
    assertThat(Pricing.ceiling(sheet(free, "1"), free, Bounds.ofTokens(1_000, 1_000))).isZero();
  }

  /** No usage within the bounds costs more than the quote, and a charge is the exact sum rounded up once. */
  @Test
  void aQuoteIsACeiling() {
    Random random = new Random(20261124);
    for (int i = 0; i < 20_000; i++) {
      Rate rate = randomRate(random);
      PriceSheet sheet = sheet(rate, "1." + (100_000_000 + random.nextInt(900_000_000)));
      long inputBound = random.nextInt(5_000);
      long outputBound = random.nextInt(5_000);
      Map<Meter, Long> used = new EnumMap<>(Meter.class);
      spread(random, inputBound, used, Meter.INPUT, Meter.CACHE_READ, Meter.CACHE_WRITE_5M, Meter.AUDIO_INPUT);
      spread(random, outputBound, used, Meter.OUTPUT, Meter.REASONING, Meter.AUDIO_OUTPUT);
      long toolCallBound = random.nextInt(20);
      used.put(Meter.TOOL_CALL, random.nextLong(toolCallBound + 1));
      Charge charge = Pricing.charge(sheet, rate, usage(used));
      assertThat(charge.amountNanos()).as("case %d", i).isLessThanOrEqualTo(Pricing.ceiling(sheet, rate, new Bounds(inputBound, outputBound, toolCallBound)));
      BigDecimal exact = charge.lines().stream().map(Charge.Line::amount).reduce(BigDecimal.ZERO, BigDecimal::add).multiply(BigDecimal.valueOf(sheet.multiplierNanos(), 9));
      assertThat(charge.amountNanos()).isEqualTo(exact.movePointRight(9).setScale(0, RoundingMode.CEILING).longValueExact());
    }
  }

  private static void spread(Random random, long bound, Map<Meter, Long> used, Meter... meters) {
    long left = bound;
    for (Meter meter : meters) {
      long some = left == 0 ? 0 : random.nextLong(left + 1);
      used.put(meter, some);
      left -= some;
    }
  }

  private static Rate randomRate(Random random) {
    ContextTier tier = new ContextTier(random.nextInt(5_000), random.nextBoolean(), randomPrices(random));
    return rate(randomPrices(random), tier);
  }

  private static Map<Meter, MeterPrice> randomPrices(Random random) {
    Map<Meter, MeterPrice> prices = new EnumMap<>(Meter.class);
    for (Meter meter : List.of(Meter.INPUT, Meter.CACHE_READ, Meter.OUTPUT, Meter.REASONING, Meter.REQUEST, Meter.AUDIO_INPUT, Meter.TOOL_CALL)) {
      if (random.nextInt(3) > 0) {
        prices.put(meter, new MeterPrice(meter, (long) Math.pow(10, random.nextInt(10)), random.nextInt(2_000_000_000)));
      }
    }
    return prices;
  }
}
