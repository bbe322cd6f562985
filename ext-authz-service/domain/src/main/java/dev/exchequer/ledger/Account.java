package dev.exchequer.ledger;

import dev.exchequer.identity.ObjectName;

/**
 * The money of one balance, in nano-units of its unit.
 *
 * @param posted sum of its entries; below zero = overdraft used, or debt
 * @param held sum of its active holds
 * @param sequence of its last entry, 0 = none
 * @param purse what the posted amount consists of
 */
public record Account(ObjectName name, String unit, long posted, long held, long sequence, Purse purse) {
  public Account {
    if (held < 0) {
      throw new IllegalArgumentException("a negative hold on " + name);
    }
  }

  /** An account that is older than lots: what it has is one lot without an end, or debt. */
  public Account(ObjectName name, String unit, long posted, long held, long sequence) {
    this(name, unit, posted, held, sequence, Purse.carried(posted));
  }

  /** What was charged beyond all lots: sum(remaining) - posted. A grant repays it first. */
  public long debt() {
    return Math.subtractExact(purse.remaining(), posted);
  }

  /** What a new hold may take: posted + overdraft - held, or the nearest amount that can be counted. */
  public long available(long overdraftNanos) {
    long limit = posted > Long.MAX_VALUE - overdraftNanos ? Long.MAX_VALUE : posted + overdraftNanos;
    return limit < Long.MIN_VALUE + held ? Long.MIN_VALUE : limit - held;
  }

  Account holding(long nanos) {
    return new Account(name, unit, posted, Math.addExact(held, nanos), sequence, purse);
  }

  Account releasing(long nanos) {
    return new Account(name, unit, posted, held - nanos, sequence, purse);
  }

  Account posting(long nanos) {
    return new Account(name, unit, Math.addExact(posted, nanos), held, sequence + 1, purse);
  }

  /** The same account with what a store kept of its value. */
  public Account with(Purse other) {
    return new Account(name, unit, posted, held, sequence, other);
  }

  Account with(Lots lots) {
    return with(purse.withLots(lots.left()));
  }
}
