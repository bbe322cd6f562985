package dev.exchequer.ledger;

import java.util.ArrayList;
import java.util.List;

/**
 * What one lot has to do with a hold or an entry.
 *
 * @param grant the lot's grant
 * @param amount nano-units: on a hold what it reserved of the lot, or, once it ended, what the lot paid (both positive); on an entry the signed change of
 *     what is left of the lot
 */
public record Allocation(String grant, long amount) {

  /** @throws ArithmeticException if it does not fit a long */
  static long sum(List<Allocation> allocations) {
    long sum = 0;
    for (Allocation allocation : allocations) {
      sum = Math.addExact(sum, allocation.amount());
    }
    return sum;
  }

  static List<Allocation> negated(List<Allocation> allocations) {
    return allocations.stream().map(a -> new Allocation(a.grant(), Math.negateExact(a.amount()))).toList();
  }

  /** Both, in this order; a lot that stands in both keeps its first place. */
  static List<Allocation> joined(List<Allocation> first, List<Allocation> second) {
    List<Allocation> all = new ArrayList<>(first);
    for (Allocation more : second) {
      int known = indexOf(all, more.grant());
      if (known < 0) {
        all.add(more);
      } else {
        all.set(known, new Allocation(more.grant(), Math.addExact(all.get(known).amount(), more.amount())));
      }
    }
    return all;
  }

  private static int indexOf(List<Allocation> all, String grant) {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).grant().equals(grant)) {
        return i;
      }
    }
    return -1;
  }
}
