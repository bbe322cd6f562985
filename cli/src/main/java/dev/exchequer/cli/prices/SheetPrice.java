package dev.exchequer.cli.prices;

import dev.exchequer.money.Money;
import dev.exchequer.policy.Meter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Set;

/**
 * A price as a sheet writes it.
 *
 * @param price in units, at most nine decimals
 * @param per a power of ten: the price is for this many of the meter
 */
record SheetPrice(String price, long per) {
  private static final int NANO = 9;
  private static final List<Long> TOKENS = List.of(1_000_000L, 1_000_000_000L);
  private static final List<Long> THINGS = List.of(1L, 1_000L, 1_000_000L, 1_000_000_000L);
  private static final Set<Meter> COUNTED_ONE_BY_ONE = Set.of(Meter.REQUEST, Meter.IMAGE, Meter.TOOL_CALL, Meter.SECOND);

  /** A sheet cannot hold the amount; the message says why. */
  static final class NoSuchPrice extends Exception {
    private static final long serialVersionUID = 1L;

    NoSuchPrice(String message) {
      super(message);
    }
  }

  /**
   * @param amount for one of the meter
   * @param roundUp an amount that is more precise than nano-units is rounded up instead of refused
   * @throws NoSuchPrice if it is more precise than nano-units whatever it is for, or too large
   */
  static SheetPrice of(Meter meter, BigDecimal amount, boolean roundUp) throws NoSuchPrice {
    List<Long> powers = COUNTED_ONE_BY_ONE.contains(meter) ? THINGS : TOKENS;
    for (long per : powers) {
      BigDecimal price = amount.multiply(BigDecimal.valueOf(per)).stripTrailingZeros();
      if (price.scale() <= NANO) {
        return checked(meter, price, per);
      }
    }
    long most = powers.getLast();
    BigDecimal price = amount.multiply(BigDecimal.valueOf(most));
    if (!roundUp) {
      throw new NoSuchPrice(
          "%s costs %s for one: even for %d it has more than nine decimals, and no amount is finer than a nano-unit (--round-up rounds it up)".formatted(meter.text(), amount, most));
    }
    return checked(meter, price.setScale(NANO, RoundingMode.CEILING).stripTrailingZeros(), most);
  }

  private static SheetPrice checked(Meter meter, BigDecimal price, long per) throws NoSuchPrice {
    if (price.compareTo(BigDecimal.valueOf(Money.MAX_UNITS)) > 0) {
      throw new NoSuchPrice("%s costs more than %d for %d".formatted(meter.text(), Money.MAX_UNITS, per));
    }
    return new SheetPrice(price.signum() == 0 ? "0" : price.toPlainString(), per);
  }
}
