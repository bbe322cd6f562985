package dev.exchequer.money;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.regex.Pattern;

/** Amounts are {@code long} nano-units (10^-9 of the unit); people and JSON see decimals. No float, no double. */
public final class Money {
  public static final long NANOS_PER_UNIT = 1_000_000_000L;

  /** The largest amount that a resource may name, in units: what fits a long of nano-units. */
  public static final long MAX_UNITS = 9_223_372_036L;

  private static final Pattern DECIMAL = Pattern.compile("(0|[1-9][0-9]{0,9})(\\.[0-9]{1,9})?");

  private Money() {}

  /**
   * @param text a non-negative decimal with at most 9 decimals, at most 9223372036: "12", "0.000000001"
   * @return nano-units
   * @throws IllegalArgumentException with a message that says what to write
   */
  public static long parse(String text) {
    if (!DECIMAL.matcher(text).matches()) {
      throw new IllegalArgumentException("must be a decimal like \"12.5\", at most 9 decimals, no sign, no exponent");
    }
    BigDecimal value = new BigDecimal(text);
    if (value.compareTo(BigDecimal.valueOf(MAX_UNITS)) > 0) {
      throw new IllegalArgumentException("must be at most " + MAX_UNITS);
    }
    return value.movePointRight(9).longValueExact();
  }

  /** Exactly nine decimals, for headers, JSON and CSV: "0.001230000", "-1.000000000". */
  public static String decimal(long nanos) {
    return BigDecimal.valueOf(nanos, 9).toPlainString();
  }

  /** For people: trailing zeros are cut: "0.00123", "-1", "0". */
  public static String text(long nanos) {
    return nanos == 0 ? "0" : BigDecimal.valueOf(nanos, 9).stripTrailingZeros().toPlainString();
  }

  /** Cuts trailing zeros of an exact amount, for people. */
  public static String text(BigDecimal amount) {
    return amount.signum() == 0 ? "0" : amount.stripTrailingZeros().toPlainString();
  }

  /**
   * @throws ArithmeticException if it does not fit: such an amount is never cut
   */
  public static long exact(BigInteger nanos) {
    return nanos.longValueExact();
  }
}
