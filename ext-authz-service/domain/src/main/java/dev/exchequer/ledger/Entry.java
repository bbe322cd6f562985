package dev.exchequer.ledger;

import dev.exchequer.identity.ObjectName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of one balance's history; never edited.
 *
 * @param sequence gapless in its balance, from 1
 * @param amount signed nano-units: a charge is negative
 * @param before posted before it, after = before + amount
 * @param actor who did it, null = the gateway itself
 * @param allocations how the lots changed, in the order in which they did; what is missing to the amount made or repaid debt
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
    @Nullable String reason,
    List<Allocation> allocations) {

  public enum Kind {
    GRANT("Grant"),
    CHARGE("Charge"),
    CORRECTION("Correction"),
    /** By people, by a write-off, or of amount 0: what changed without changing what is posted. */
    ADJUSTMENT("Adjustment"),
    REFUND("Refund"),
    EXPIRY("Expiry");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  public Entry {
    allocations = List.copyOf(allocations);
    if (Math.addExact(before, amount) != after) {
      throw new IllegalArgumentException("before + amount is not after");
    }
  }
}
