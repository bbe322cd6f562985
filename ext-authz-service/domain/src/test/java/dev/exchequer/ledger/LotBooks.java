package dev.exchequer.ledger;

import static dev.exchequer.ledger.Books.check;

import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The part of the bookkeeper that knows lots: what is left of each is what the entries say, what is reserved of each is what the active holds say. */
final class LotBooks {
  private final Map<ObjectName, Map<String, BigInteger>> left = new HashMap<>();
  private final Map<ObjectName, BigInteger> debt = new HashMap<>();
  private final Map<ObjectName, Map<String, BigInteger>> reserved = new HashMap<>();
  private final Map<HoldId, List<Entry>> entriesOf = new HashMap<>();
  private final Map<HoldId, Hold> active = new HashMap<>();

  void entry(Entry entry) {
    BigInteger lots = BigInteger.ZERO;
    for (Allocation allocation : entry.allocations()) {
      add(left, entry.balance(), allocation.grant(), BigInteger.valueOf(allocation.amount()));
      lots = lots.add(BigInteger.valueOf(allocation.amount()));
      check(Long.signum(allocation.amount()) == Long.signum(entry.amount()) || entry.amount() == 0, () -> "an allocation has its entry's sign: " + entry);
    }
    check(entry.amount() == 0 || lots.abs().compareTo(BigInteger.valueOf(entry.amount()).abs()) <= 0, () -> "allocations come to at most the amount: " + entry);
    BigInteger owed = debt.merge(entry.balance(), lots.subtract(BigInteger.valueOf(entry.amount())), BigInteger::add);
    check(owed.signum() >= 0, () -> "no entry repays more than is owed: " + entry);
    if (entry.receipt() != null) {
      entriesOf.computeIfAbsent(new HoldId(entry.receipt(), java.util.Objects.requireNonNull(entry.attempt())), id -> new ArrayList<>()).add(entry);
    }
  }

  private static void add(Map<ObjectName, Map<String, BigInteger>> to, ObjectName balance, String grant, BigInteger more) {
    to.computeIfAbsent(balance, b -> new HashMap<>()).merge(grant, more, (a, b) -> a.add(b).signum() == 0 ? null : a.add(b));
  }

  void hold(Hold hold) {
    Hold before = hold.active() ? active.put(hold.id(), hold) : active.remove(hold.id());
    if (hold.balance() == null) {
      return;
    }
    if (before != null) {
      before.payment().allocations().forEach(a -> add(reserved, hold.balance(), a.grant(), BigInteger.valueOf(-a.amount())));
    }
    if (hold.active()) {
      hold.payment().allocations().forEach(a -> add(reserved, hold.balance(), a.grant(), BigInteger.valueOf(a.amount())));
      check(Allocation.sum(hold.payment().allocations()) <= hold.amount(), "no more is reserved than held");
    }
  }

  /** Right after it was made: what was before the lots that it took in burn order was used up, and the overdraft is only for what no lot had. */
  static void checkBurnOrder(Hold hold, Account account) {
    long reserved = Allocation.sum(hold.payment().allocations());
    for (Lot lot : account.purse().lots()) {
      boolean more = hold.payment().allocations().stream().anyMatch(a -> account.purse().lots().stream().anyMatch(l -> l.grant().equals(a.grant()) && Lot.BURN_ORDER.compare(lot, l) < 0));
      check(lot.free() == 0 || (!more && reserved == hold.amount()), () -> "burn order of " + hold.id() + ": " + account);
    }
  }

  void checkHold(Hold hold) {
    Map<String, BigInteger> paid = new HashMap<>();
    BigInteger refunded = BigInteger.ZERO;
    BigInteger writtenOff = BigInteger.ZERO;
    for (Entry entry : entriesOf.getOrDefault(hold.id(), List.of())) {
      switch (entry.kind()) {
        case REFUND -> refunded = refunded.add(BigInteger.valueOf(entry.amount()));
        case ADJUSTMENT -> writtenOff = writtenOff.add(BigInteger.valueOf(entry.amount()));
        case CHARGE, CORRECTION -> {}
        case GRANT, EXPIRY -> check(false, () -> "of no attempt: " + entry);
      }
      entry.allocations().forEach(a -> paid.merge(a.grant(), BigInteger.valueOf(a.amount()).negate(), BigInteger::add));
    }
    check(refunded.equals(BigInteger.valueOf(hold.payment().refunded())), () -> "refunds of " + hold.id());
    check(refunded.compareTo(BigInteger.valueOf(hold.charged())) <= 0, () -> "refunds come to at most the charge of " + hold.id());
    check(writtenOff.equals(BigInteger.valueOf(hold.payment().writtenOff())), () -> "written off of " + hold.id());
    if (!hold.active()) {
      Map<String, BigInteger> told = new HashMap<>();
      hold.payment().allocations().forEach(a -> told.put(a.grant(), BigInteger.valueOf(a.amount())));
      paid.values().removeIf(amount -> amount.signum() <= 0);
      check(told.equals(paid), () -> "who paid " + hold.id() + ": " + told + " / " + paid);
      check(Allocation.sum(hold.payment().allocations()) <= hold.payment().refundable(hold.charged()), "lots paid at most the charge");
    }
  }

  /** @param now at which the account was looked at last */
  void checkAccount(Account account, long now) {
    Map<String, BigInteger> told = new HashMap<>();
    Map<String, BigInteger> toldReserved = new HashMap<>();
    Lot before = null;
    for (Lot lot : account.purse().lots()) {
      check(told.put(lot.grant(), BigInteger.valueOf(lot.remaining())) == null && lot.remaining() > 0, "one lot for a grant, none empty");
      if (lot.reserved() > 0) {
        toldReserved.put(lot.grant(), BigInteger.valueOf(lot.reserved()));
      }
      check(before == null || Lot.BURN_ORDER.compare(before, lot) < 0, "lots in burn order");
      check(lot.free() == 0 || account.debt() == 0, "free value beside debt");
      check(lot.free() == 0 || lot.terms().expiresAtMs() == 0 || lot.terms().expiresAtMs() > now, "an ended lot has free value");
      before = lot;
    }
    account.purse().scheduled().forEach(grant -> check(grant.terms().startsAtMs() > now, "a grant starts when it starts"));
    check(told.equals(left.getOrDefault(account.name(), Map.of())), () -> "what is left of the lots of " + account + " is what the entries say: " + left.get(account.name()));
    check(toldReserved.equals(reserved.getOrDefault(account.name(), Map.of())), () -> "what is reserved of the lots of " + account + " is what the holds say");
    check(account.debt() >= 0 && debt.getOrDefault(account.name(), BigInteger.ZERO).equals(BigInteger.valueOf(account.debt())), "sum of lots - debt = posted");
    check(sum(toldReserved.values()).compareTo(BigInteger.valueOf(account.held())) <= 0, "no more is reserved than held");
  }

  private static BigInteger sum(Collection<BigInteger> amounts) {
    return amounts.stream().reduce(BigInteger.ZERO, BigInteger::add);
  }
}
