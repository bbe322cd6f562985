package dev.exchequer.pricing;

import dev.exchequer.identity.ObjectName;

/**
 * The ceiling of what a hop can cost: what its hold reserves.
 *
 * @param amountNanos nano-units of the unit, rounded up
 * @param sheet the price sheet, pinned by digest
 * @param rate name of the rate in it
 * @param inputBound tokens that the input cannot exceed
 * @param outputCap tokens per choice that the forwarded request asks for at most
 */
public record Quote(long amountNanos, String unit, ObjectName sheet, String sheetDigest, String rate, long inputBound, long outputCap) {
  public Quote {
    if (amountNanos < 0) {
      throw new IllegalArgumentException("a negative quote");
    }
  }
}
