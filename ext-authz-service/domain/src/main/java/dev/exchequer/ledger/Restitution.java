package dev.exchequer.ledger;

import java.util.ArrayList;
import java.util.List;

/**
 * How a part of a charge goes back: the part that no lot paid first, as that is debt or was overdraft, then to the lots that paid, the last first.
 *
 * @param given to lots; what is missing to the whole repays debt
 * @param left what each lot has paid after it
 */
record Restitution(List<Allocation> given, List<Allocation> left) {

  /**
   * @param paidNanos by the balance so far, with or without lots
   * @param backNanos at most that
   * @param debtNanos of the balance now
   * @param lot for what no lot paid and no debt is left of: it was repaid since, so it is value
   */
  static Restitution of(Payment payment, long paidNanos, long backNanos, long debtNanos, String lot) {
    long byNoLot = Math.min(backNanos, paidNanos - Allocation.sum(payment.allocations()));
    List<Allocation> given = new ArrayList<>();
    if (byNoLot > debtNanos) {
      given.add(new Allocation(lot, byNoLot - debtNanos));
    }
    long wanted = backNanos - byNoLot;
    List<Allocation> left = new ArrayList<>(payment.allocations());
    while (wanted > 0) {
      Allocation last = left.removeLast();
      long part = Math.min(wanted, last.amount());
      given.add(new Allocation(last.grant(), part));
      if (part < last.amount()) {
        left.add(new Allocation(last.grant(), last.amount() - part));
      }
      wanted -= part;
    }
    return new Restitution(given, left);
  }
}
