package dev.exchequer.ledger;

import dev.exchequer.identity.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * One line of one balance's history; never edited.
 *
 * @param sequence gapless in its balance, from 1
 * @param amount signed nano-units: a charge is negative
 * @param before posted before it, after = before + amount
 * @param actor who did it, null = the gateway itself
 */
public record Entry(
    ObjectName balance,
    long sequence,
    long timeMs,
    Kind kind,
    long amount,
    long before,
    long after,
    @Nullable String receipt,
    @Nullable Integer attempt,
    @Nullable String actor,
    @Nullable String reason) {

  public enum Kind {
    GRANT("Grant"),
    CHARGE("Charge"),
    CORRECTION("Correction");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  public Entry {
    if (Math.addExact(before, amount) != after) {
      throw new IllegalArgumentException("before + amount is not after");
    }
  }
}
