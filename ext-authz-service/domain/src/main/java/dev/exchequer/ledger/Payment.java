package dev.exchequer.ledger;

import java.util.List;

/**
 * Where the money of a hold comes from. Amounts in nano-units.
 *
 * @param allocations while it is active: what it reserved, in burn order; once it ended: what each lot paid, corrections and refunds deducted. What is
 *     missing to the whole was or would be taken from the overdraft, or is debt
 * @param refunded given back by refunds so far
 * @param writtenOff of the charge: what exceeds the hold, where the balance says WriteOff
 */
public record Payment(List<Allocation> allocations, long refunded, long writtenOff) {
  static final Payment NONE = new Payment(List.of(), 0, 0);

  public Payment {
    allocations = List.copyOf(allocations);
  }

  /** What may still be refunded of a charge. */
  long refundable(long chargedNanos) {
    return chargedNanos - writtenOff - refunded;
  }
}
