package dev.exchequer.ledger;

import dev.exchequer.identity.ObjectName;

/**
 * The money of one balance, in nano-units of its unit.
 *
 * @param posted sum of its entries; below zero = overdraft used, or debt
 * @param held sum of its active holds
 * @param sequence of its last entry, 0 = none
 */
public record Account(ObjectName name, String unit, long posted, long held, long sequence) {
  public Account {
    if (held < 0) {
      throw new IllegalArgumentException("a negative hold on " + name);
    }
  }

  /** What a new hold may take: posted + overdraft - held, or the nearest amount that can be counted. */
  public long available(long overdraftNanos) {
    long limit = posted > Long.MAX_VALUE - overdraftNanos ? Long.MAX_VALUE : posted + overdraftNanos;
    return limit < Long.MIN_VALUE + held ? Long.MIN_VALUE : limit - held;
  }

  Account holding(long nanos) {
    return new Account(name, unit, posted, Math.addExact(held, nanos), sequence);
  }

  Account releasing(long nanos) {
    return new Account(name, unit, posted, held - nanos, sequence);
  }

  Account posting(long nanos) {
    return new Account(name, unit, Math.addExact(posted, nanos), held, sequence + 1);
  }
}
