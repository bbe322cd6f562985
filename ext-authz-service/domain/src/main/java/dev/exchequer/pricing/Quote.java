package dev.exchequer.pricing;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.PriceSheet;
import org.jspecify.annotations.Nullable;

/**
 * The ceiling of what a hop can cost: what its hold reserves.
 *
 * @param amountNanos nano-units of the unit, rounded up
 * @param sheet the price sheet, pinned by digest
 * @param rate name of the rate in it
 * @param otherRate of the tier default, where the provider may serve that instead and it is another rate; else null. The amount is enough for both
 * @param inputBound tokens that the input cannot exceed
 * @param outputCap tokens per choice that the forwarded request asks for at most
 * @param toolCallBound runs of provider tools that its hop declares, where the rate prices them; else null
 */
public record Quote(
    long amountNanos, String unit, ObjectName sheet, String sheetDigest, String rate, @Nullable String otherRate, long inputBound, long outputCap, @Nullable Long toolCallBound) {
  public Quote {
    if (amountNanos < 0) {
      throw new IllegalArgumentException("a negative quote");
    }
  }

  /**
   * The most that a hop can cost in whichever tier it is served.
   *
   * @return nano-units
   * @throws AmountOverflow if it does not fit
   */
  public static long ceiling(PriceSheet sheet, String rate, @Nullable String otherRate, Bounds bounds) {
    long asked = Pricing.ceiling(sheet, named(sheet, rate), bounds);
    return otherRate == null ? asked : Math.max(asked, Pricing.ceiling(sheet, named(sheet, otherRate), bounds));
  }

  /** @param outputBound tokens that all outputs together cannot exceed */
  public Bounds bounds(long outputBound) {
    return new Bounds(inputBound, outputBound, toolCallBound);
  }

  private static PriceSheet.Rate named(PriceSheet sheet, String rate) {
    return Rates.named(sheet, rate).orElseThrow(() -> new IllegalStateException("no rate " + rate));
  }
}
