package dev.exchequer.ledger;

import dev.exchequer.budget.Bucket;
import dev.exchequer.budget.BucketKey;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Change.GrantRecord;
import java.math.BigInteger;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The only code that moves money: holds, releases and postings, balance, lots and budget counters together. Every entry keeps posted = what is left of the
 * lots - debt: what its allocations do not cover makes or repays debt.
 */
final class Treasury {
  /** Who stands beside what the gateway adjusts by itself. */
  static final String GATEWAY = "exchequer";

  private final Draft draft;

  Treasury(Draft draft) {
    this.draft = draft;
  }

  /** @param entry null when nothing was posted */
  record Settlement(@Nullable Entry entry, Payment payment) {}

  /** What an entry says beside its amount. */
  private record Note(@Nullable HoldId attempt, @Nullable String actor, String reason) {}

  /** Reserves the amount of a new hold on its balance, in burn order, and in its buckets. */
  Hold hold(Hold hold) {
    Payment payment = Payment.NONE;
    if (hold.balance() != null && hold.amount() != 0) {
      Account account = account(hold.balance());
      Lots lots = new Lots(account.purse());
      payment = new Payment(lots.reserve(hold.amount()), 0, 0);
      draft.put(new Change.AccountChanged(account.holding(hold.amount()).with(lots)));
    }
    for (BucketKey key : hold.buckets()) {
      draft.put(new Change.BucketChanged(bucket(key).holding(hold.amount(), draft.now())));
    }
    return hold.paidBy(payment);
  }

  /**
   * Frees what an active hold reserved and posts what it came to, on the same balance, whatever is left there: from the lots that it reserved, in that order, then
   * from what is free, then debt.
   *
   * @param chargeNanos 0 = nothing is posted
   * @param writtenOffNanos of the charge: given back at once, so that nobody owes it
   */
  Settlement settle(Hold hold, long chargeNanos, long writtenOffNanos, String reason) {
    long paid = Math.subtractExact(chargeNanos, writtenOffNanos);
    for (BucketKey key : hold.buckets()) {
      draft.put(new Change.BucketChanged(bucket(key).settling(hold.amount(), paid, draft.now())));
    }
    if (hold.balance() == null) {
      return new Settlement(null, Payment.NONE);
    }
    Account account = account(hold.balance()).releasing(hold.amount());
    Lots lots = new Lots(account.purse());
    List<Allocation> own = lots.capture(hold.payment().allocations(), paid);
    List<Allocation> taken = Allocation.joined(own, lots.burn(paid - Allocation.sum(own)));
    Entry entry = null;
    if (chargeNanos == 0) {
      draft.put(new Change.AccountChanged(account.with(lots)));
    } else {
      entry = post(account, lots, Entry.Kind.CHARGE, -chargeNanos, Allocation.negated(taken), new Note(hold.id(), null, reason));
      writeOff(hold, writtenOffNanos);
    }
    new Upkeep(draft, this).tend(hold.balance());
    return new Settlement(entry, new Payment(taken, 0, writtenOffNanos));
  }

  /**
   * Posts the difference that better evidence makes; debt is allowed, a suspended balance too. Less than before gives back as a refund does.
   *
   * @param writtenOffNanos of the new charge
   */
  Settlement correct(Hold hold, long chargeNanos, long writtenOffNanos, String reason) {
    long delta = Math.subtractExact(chargeNanos, hold.charged());
    if (delta == 0 || hold.balance() == null) {
      return new Settlement(null, hold.payment());
    }
    long writtenOffMore = writtenOffNanos - hold.payment().writtenOff();
    long paidMore = Math.subtractExact(delta, writtenOffMore);
    for (BucketKey key : hold.buckets()) {
      draft.put(new Change.BucketChanged(bucket(key).settling(0, paidMore, draft.now())));
    }
    if (writtenOffMore < 0) {
      writeOff(hold, writtenOffMore);
    }
    Account account = account(hold.balance());
    Lots lots = new Lots(account.purse());
    Note note = new Note(hold.id(), null, reason);
    Entry entry;
    List<Allocation> paidBy;
    if (paidMore >= 0) {
      List<Allocation> taken = lots.burn(paidMore);
      paidBy = Allocation.joined(hold.payment().allocations(), taken);
      entry = post(account, lots, Entry.Kind.CORRECTION, -delta, Allocation.negated(taken), note);
    } else {
      long paid = hold.payment().refundable(hold.charged());
      Restitution back = Restitution.of(hold.payment(), paid, -paidMore, account.debt() + Math.min(0, writtenOffMore), "correction/" + hold.id());
      restore(lots, back);
      paidBy = back.left();
      entry = post(account, lots, Entry.Kind.CORRECTION, -delta, back.given(), note);
    }
    if (writtenOffMore > 0) {
      writeOff(hold, writtenOffMore);
    }
    new Upkeep(draft, this).tend(hold.balance());
    return new Settlement(entry, new Payment(paidBy, hold.payment().refunded(), writtenOffNanos));
  }

  /** Gives back a part of what an ended hold was charged, to the lots that paid it, in reverse order. The caller has checked the amount. */
  Settlement refund(Hold hold, long nanos, String lot, String actor, String reason) {
    Account account = account(Objects.requireNonNull(hold.balance()));
    Lots lots = new Lots(account.purse());
    Restitution back = Restitution.of(hold.payment(), hold.payment().refundable(hold.charged()), nanos, account.debt(), lot);
    restore(lots, back);
    Entry entry = post(account, lots, Entry.Kind.REFUND, nanos, back.given(), new Note(hold.id(), actor, reason));
    new Upkeep(draft, this).tend(account.name());
    return new Settlement(entry, new Payment(back.left(), Math.addExact(hold.payment().refunded(), nanos), hold.payment().writtenOff()));
  }

  private void restore(Lots lots, Restitution back) {
    for (Allocation allocation : back.given()) {
      lots.add(allocation.grant(), termsOf(allocation.grant()), allocation.amount());
    }
  }

  private GrantTerms termsOf(String grant) {
    GrantTerms terms = draft.state().grant(grant).map(GrantRecord::terms).orElse(null);
    return terms == null ? GrantTerms.PLAIN : terms;
  }

  private void writeOff(Hold hold, long nanos) {
    if (nanos != 0) {
      Account account = account(Objects.requireNonNull(hold.balance()));
      String reason = nanos > 0 ? "written off: the charge exceeds its hold" : "written off before: the charge was corrected";
      post(account, new Lots(account.purse()), Entry.Kind.ADJUSTMENT, nanos, List.of(), new Note(hold.id(), GATEWAY, reason));
    }
  }

  /**
   * Adds value, which repays debt first.
   *
   * @throws ArithmeticException if the balance cannot count that much; nothing was changed then
   */
  Entry add(ObjectName balance, Entry.Kind kind, String grant, GrantTerms terms, long nanos, @Nullable String actor, String reason) {
    Account account = account(balance);
    long repaid = Math.min(account.debt(), nanos);
    Lots lots = new Lots(account.purse());
    List<Allocation> added = nanos == repaid ? List.of() : List.of(new Allocation(grant, nanos - repaid));
    if (nanos > repaid) {
      lots.add(grant, terms, nanos - repaid);
    }
    return post(account, lots, kind, nanos, added, new Note(null, actor, reason));
  }

  /** Takes value in burn order; what no lot covers is overdraft. The caller has checked that there is so much. */
  Entry take(ObjectName balance, long nanos, String actor, String reason) {
    Account account = account(balance);
    Lots lots = new Lots(account.purse());
    List<Allocation> taken = lots.burn(nanos);
    return post(account, lots, Entry.Kind.ADJUSTMENT, -nanos, Allocation.negated(taken), new Note(null, actor, reason));
  }

  /** Takes what is left and not reserved of one lot. */
  Entry takeLot(ObjectName balance, String grant, String actor, String reason) {
    Account account = account(balance);
    Lots lots = new Lots(account.purse());
    List<Allocation> taken = lots.burnOf(grant);
    return post(account, lots, Entry.Kind.ADJUSTMENT, -Allocation.sum(taken), Allocation.negated(taken), new Note(null, actor, reason));
  }

  /** Leaves a line in the history for what changes without changing what is posted. */
  Entry note(Account changed, String actor, String reason) {
    return post(changed, new Lots(changed.purse()), Entry.Kind.ADJUSTMENT, 0, List.of(), new Note(null, actor, reason));
  }

  /** What ended is gone. */
  void expire(Account account, List<Allocation> gone, Lots lots) {
    post(account, lots, Entry.Kind.EXPIRY, -Allocation.sum(gone), Allocation.negated(gone), new Note(null, null, "expired"));
  }

  /** Debt that free value stands beside is repaid from it: nothing is posted, but lots are less. */
  void repay(Account account, List<Allocation> used, Lots lots) {
    post(account, lots, Entry.Kind.ADJUSTMENT, 0, Allocation.negated(used), new Note(null, GATEWAY, "debt repaid from what became free"));
  }

  private Entry post(Account account, Lots lots, Entry.Kind kind, long amount, List<Allocation> allocations, Note note) {
    Account after = account.posting(amount).with(lots);
    HoldId attempt = note.attempt();
    Entry entry =
        new Entry(
            account.name(), after.sequence(), draft.now(), kind, amount, account.posted(), after.posted(), attempt == null ? null : attempt.request(),
            attempt == null ? null : Integer.valueOf(attempt.attempt()), note.actor(), note.reason(), allocations);
    draft.put(new Change.AccountChanged(after));
    draft.put(new Change.EntryPosted(entry));
    return entry;
  }

  /** Whether the balance of a hold and its buckets can count a charge of this much more (or less). */
  boolean counts(Hold hold, long chargeNanos) {
    for (BucketKey key : hold.buckets()) {
      if (chargeNanos > 0 && bucket(key).spent() > Long.MAX_VALUE - chargeNanos) {
        return false;
      }
    }
    return hold.balance() == null || counts(account(hold.balance()), -chargeNanos);
  }

  /** Whether a balance can count so much more, or less, together with the debt that it may come to and the grants that will start. */
  static boolean counts(Account account, long nanos) {
    BigInteger posted = BigInteger.valueOf(account.posted()).add(BigInteger.valueOf(nanos));
    BigInteger remaining = BigInteger.valueOf(account.purse().remaining());
    BigInteger promised = BigInteger.valueOf(account.purse().promised());
    BigInteger most = remaining.add(BigInteger.valueOf(Math.max(nanos, 0))).add(promised);
    return fits(posted) && fits(posted.add(promised)) && fits(most) && fits(remaining.subtract(posted));
  }

  private static boolean fits(BigInteger nanos) {
    return nanos.bitLength() < Long.SIZE;
  }

  long posted(ObjectName balance) {
    return account(balance).posted();
  }

  Account account(ObjectName balance) {
    return draft.state().account(balance).orElseThrow(() -> new IllegalStateException("no account " + balance));
  }

  private Bucket bucket(BucketKey key) {
    return Objects.requireNonNull(draft.state().bucket(key).orElse(null), () -> "no bucket " + key);
  }
}
