package dev.exchequer.ledger;

import java.util.Comparator;

/**
 * What is left of one grant, in nano-units.
 *
 * @param grant its id within the ledger; lots of one account differ in it
 * @param remaining what was granted and not used
 * @param reserved what active holds took of it; the rest is free
 */
public record Lot(String grant, GrantTerms terms, long remaining, long reserved) {
  static final Comparator<Lot> BURN_ORDER = Comparator.comparing(Lot::terms, GrantTerms.BURN_ORDER).thenComparing(Lot::grant);

  public Lot {
    if (reserved < 0 || remaining < reserved) {
      throw new IllegalArgumentException("lot " + grant + " with " + remaining + " left of which " + reserved + " is reserved");
    }
  }

  public long free() {
    return remaining - reserved;
  }

  Lot reserving(long nanos) {
    return new Lot(grant, terms, remaining, Math.addExact(reserved, nanos));
  }

  Lot adding(long nanos) {
    return new Lot(grant, terms, Math.addExact(remaining, nanos), reserved);
  }
}
