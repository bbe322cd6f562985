package dev.exchequer.pricing;

import dev.exchequer.money.Money;
import dev.exchequer.policy.Meter;
import dev.exchequer.policy.PriceSheet;
import dev.exchequer.policy.PriceSheet.ContextTier;
import dev.exchequer.policy.PriceSheet.MeterPrice;
import dev.exchequer.policy.PriceSheet.Rate;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Cost = multiplier x sum over disjoint meters of quantity x price / per, one exact rational, rounded once, up, to the nano-unit.
 *
 * <p>Exactness: `per` is a power of ten of at most 10^9, so every line is a whole number of 10^-9 nano-units; the multiplier has nine decimals, so the
 * product is a whole number of 10^-18 nano-units. No division happens before the one rounding.
 */
public final class Pricing {
  private static final BigInteger SCALE = BigInteger.valueOf(Money.NANOS_PER_UNIT);
  private static final BigInteger ROUNDING = SCALE.multiply(SCALE);
  private static final List<Meter> INPUTS = List.of(Meter.INPUT, Meter.CACHE_READ, Meter.CACHE_WRITE_5M, Meter.CACHE_WRITE_1H, Meter.AUDIO_INPUT, Meter.IMAGE_INPUT);
  private static final List<Meter> OUTPUTS = List.of(Meter.OUTPUT, Meter.REASONING, Meter.AUDIO_OUTPUT);

  private Pricing() {}

  /**
   * The actual cost of reported or estimated usage, with one request counted where the rate prices requests.
   *
   * @throws AmountOverflow if it does not fit
   */
  public static Charge charge(PriceSheet sheet, Rate rate, Usage usage) {
    if (rate.noCharge()) {
      return new Charge(0, sheet.unit(), rate.name(), sheet.multiplierNanos(), List.of(), 0);
    }
    @Nullable ContextTier tier = tierFor(rate, inputTokens(usage));
    List<Charge.Line> lines = new ArrayList<>();
    BigInteger sum = BigInteger.ZERO;
    for (Meter meter : Meter.values()) {
      long quantity = meter == Meter.REQUEST ? 1 : usage.of(meter);
      MeterPrice price = quantity == 0 ? null : price(rate, tier, meter);
      if (price != null) {
        BigInteger line = line(quantity, price);
        sum = sum.add(line);
        lines.add(new Charge.Line(meter, quantity, price.priceNanos(), price.per(), new BigDecimal(line, 18)));
      }
    }
    long metered = roundUp(sum, sheet.multiplierNanos());
    long amount = atLeast(sheet, metered);
    return new Charge(amount, sheet.unit(), rate.name(), sheet.multiplierNanos(), lines, amount > metered ? amount : 0);
  }

  /**
   * The most that a hop can cost: every token at the dearest price that a token of its direction can reach, and every tool call that its hop declares.
   *
   * @return nano-units
   * @throws AmountOverflow if it does not fit
   */
  public static long ceiling(PriceSheet sheet, Rate rate, Bounds bounds) {
    if (rate.noCharge()) {
      return 0;
    }
    BigInteger sum =
        dearest(rate, INPUTS, bounds.input(), bounds.input())
            .add(dearest(rate, OUTPUTS, bounds.input(), bounds.output()))
            .add(dearest(rate, List.of(Meter.REQUEST), bounds.input(), 1))
            .add(dearest(rate, List.of(Meter.TOOL_CALL), bounds.input(), bounds.paidToolCalls()));
    return atLeast(sheet, roundUp(sum, sheet.multiplierNanos()));
  }

  /** Nothing stays nothing; everything else is at least the sheet's minimum charge. */
  private static long atLeast(PriceSheet sheet, long nanos) {
    return nanos == 0 ? 0 : Math.max(nanos, sheet.terms().minimumChargeNanos());
  }

  /** All input meters together: what chooses the context tier. */
  public static long inputTokens(Usage usage) {
    long sum = 0;
    for (Map.Entry<Meter, Long> meter : usage.meters().entrySet()) {
      if (meter.getKey().input()) {
        sum = Math.addExact(sum, meter.getValue());
      }
    }
    return sum;
  }

  private static BigInteger dearest(Rate rate, List<Meter> meters, long inputBound, long quantity) {
    BigInteger most = BigInteger.ZERO;
    for (Meter meter : meters) {
      most = most.max(cost(price(rate, null, meter), quantity));
      for (ContextTier tier : rate.contextTiers()) {
        if (tier.appliesTo(inputBound)) {
          most = most.max(cost(price(rate, tier, meter), quantity));
        }
      }
    }
    return most;
  }

  private static BigInteger cost(@Nullable MeterPrice price, long quantity) {
    return price == null ? BigInteger.ZERO : line(quantity, price);
  }

  /** The tier with the highest limit among those that apply; a tier at a limit beats one above the same limit only when it alone applies. */
  private static @Nullable ContextTier tierFor(Rate rate, long inputTokens) {
    ContextTier chosen = null;
    for (ContextTier tier : rate.contextTiers()) {
      if (tier.appliesTo(inputTokens) && (chosen == null || tier.inputTokens() > chosen.inputTokens() || (tier.inputTokens() == chosen.inputTokens() && !tier.inclusive()))) {
        chosen = tier;
      }
    }
    return chosen;
  }

  private static @Nullable MeterPrice price(Rate rate, @Nullable ContextTier tier, Meter meter) {
    MeterPrice own = ownPrice(rate, tier, meter);
    return own != null ? own : meter.fallsBackTo().map(other -> ownPrice(rate, tier, other)).orElse(null);
  }

  private static @Nullable MeterPrice ownPrice(Rate rate, @Nullable ContextTier tier, Meter meter) {
    MeterPrice inTier = tier == null ? null : tier.meters().get(meter);
    return inTier != null ? inTier : rate.meters().get(meter);
  }

  /** In 10^-9 nano-units. */
  private static BigInteger line(long quantity, MeterPrice price) {
    return BigInteger.valueOf(quantity).multiply(BigInteger.valueOf(price.priceNanos())).multiply(BigInteger.valueOf(Money.NANOS_PER_UNIT / price.per()));
  }

  private static long roundUp(BigInteger sum, long multiplierNanos) {
    BigInteger exact = sum.multiply(BigInteger.valueOf(multiplierNanos));
    BigInteger[] parts = exact.divideAndRemainder(ROUNDING);
    try {
      return Money.exact(parts[1].signum() == 0 ? parts[0] : parts[0].add(BigInteger.ONE));
    } catch (ArithmeticException e) {
      throw new AmountOverflow(e);
    }
  }
}
