package dev.exchequer.pricing;

import dev.exchequer.policy.Meter;
import java.math.BigDecimal;
import java.util.List;

/**
 * What a hop cost: ceil(multiplier x sum of the lines), rounded once, up, to the nano-unit; and where that is not 0, at least the sheet's minimum.
 *
 * @param amountNanos nano-units
 * @param raisedTo the sheet's minimum charge where it is more than the lines come to, else 0
 */
public record Charge(long amountNanos, String unit, String rate, long multiplierNanos, List<Line> lines, long raisedTo) {
  public Charge {
    lines = List.copyOf(lines);
  }

  /**
   * @param amount exact, unrounded: quantity x price / per
   */
  public record Line(Meter meter, long quantity, long priceNanos, long per, BigDecimal amount) {}
}
