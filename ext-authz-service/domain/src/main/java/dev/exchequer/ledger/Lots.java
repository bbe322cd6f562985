package dev.exchequer.ledger;

import java.util.ArrayList;
import java.util.List;

/** The lots of one balance while they are changed. Takes only what is there: the caller accounts for the rest. Amounts in nano-units, never negative. */
final class Lots {
  private final List<Lot> lots;

  Lots(Purse purse) {
    this.lots = new ArrayList<>(purse.lots());
  }

  /** In burn order, without those that are used up. */
  List<Lot> left() {
    return lots.stream().filter(lot -> lot.remaining() > 0).toList();
  }

  /** Reserves what is free, in burn order. */
  List<Allocation> reserve(long nanos) {
    List<Allocation> reserved = new ArrayList<>();
    long wanted = nanos;
    for (int i = 0; i < lots.size() && wanted > 0; i++) {
      Lot lot = lots.get(i);
      long part = Math.min(wanted, lot.free());
      if (part > 0) {
        lots.set(i, lot.reserving(part));
        reserved.add(new Allocation(lot.grant(), part));
        wanted -= part;
      }
    }
    return reserved;
  }

  /** Takes of what was reserved, in that order, up to an amount, and frees the rest of it. */
  List<Allocation> capture(List<Allocation> reserved, long nanos) {
    List<Allocation> taken = new ArrayList<>();
    long wanted = nanos;
    for (Allocation allocation : reserved) {
      int i = indexOf(allocation.grant());
      long part = Math.min(wanted, allocation.amount());
      lots.set(i, lots.get(i).reserving(-allocation.amount()).adding(-part));
      if (part > 0) {
        taken.add(new Allocation(allocation.grant(), part));
        wanted -= part;
      }
    }
    return taken;
  }

  /** Takes what is free, in burn order. */
  List<Allocation> burn(long nanos) {
    return capture(reserve(nanos), nanos);
  }

  /** Takes all that is free of one lot. */
  List<Allocation> burnOf(String grant) {
    int i = indexOf(grant);
    long free = lots.get(i).free();
    lots.set(i, lots.get(i).adding(-free));
    return free == 0 ? List.of() : List.of(new Allocation(grant, free));
  }

  /** Takes what is free of the lots that have ended. */
  List<Allocation> expire(long nowMs) {
    List<Allocation> gone = new ArrayList<>();
    for (Lot lot : List.copyOf(lots)) {
      if (lot.terms().expired(nowMs)) {
        gone.addAll(burnOf(lot.grant()));
      }
    }
    return gone;
  }

  /** Adds to the lot of a grant, which comes into being if it is not there (any more). */
  void add(String grant, GrantTerms terms, long nanos) {
    int i = find(grant);
    if (i >= 0) {
      lots.set(i, lots.get(i).adding(nanos));
    } else {
      lots.add(new Lot(grant, terms, nanos, 0));
      lots.sort(Lot.BURN_ORDER);
    }
  }

  private int indexOf(String grant) {
    int i = find(grant);
    if (i < 0) {
      throw new IllegalStateException("no lot of grant " + grant);
    }
    return i;
  }

  private int find(String grant) {
    for (int i = 0; i < lots.size(); i++) {
      if (lots.get(i).grant().equals(grant)) {
        return i;
      }
    }
    return -1;
  }
}
