package dev.exchequer.pricing;

import dev.exchequer.identity.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * What an attempt costs the house, by its provider's cost sheet; docs/design/house-cost.md.
 *
 * @param amountNanos nano-units of the sheet's own unit; 0 where it is unknown
 * @param sheet pinned by the plan of the hold
 * @param rate name of the rate in it, null = unknown: no rate matches, or it cannot be counted
 * @param estimated the provider reported no usage
 */
public record HouseCost(long amountNanos, String unit, ObjectName sheet, String digest, @Nullable String rate, boolean estimated) {
  public HouseCost {
    if (amountNanos < 0 || rate == null && amountNanos != 0) {
      throw new IllegalArgumentException("no cost: " + amountNanos);
    }
  }

  public boolean known() {
    return rate != null;
  }
}
