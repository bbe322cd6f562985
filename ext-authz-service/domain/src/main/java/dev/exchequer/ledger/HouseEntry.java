package dev.exchequer.ledger;

import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;

/**
 * One line of what a provider bills the house. It is in no balance, and never edited.
 *
 * @param amount signed nano-units of the unit: a correction may be below 0
 * @param digest of the price sheet
 */
public record HouseEntry(HoldId attempt, Kind kind, long timeMs, ObjectName provider, String unit, long amount, ObjectName sheet, String digest) {
  /** At most one of each for an attempt. */
  public enum Kind {
    COST("Cost"),
    CORRECTION("Correction");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }
}
