package dev.exchequer.ledger;

import dev.exchequer.budget.Bucket;
import dev.exchequer.budget.BucketKey;
import dev.exchequer.identity.ObjectName;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The only code that moves money: holds, releases and postings, balance and budget counters together. */
final class Treasury {
  private final Draft draft;

  Treasury(Draft draft) {
    this.draft = draft;
  }

  /** Reserves the amount of a new hold on its balance and in its buckets. */
  void hold(Hold hold) {
    if (hold.balance() != null && hold.amount() != 0) {
      draft.put(new Change.AccountChanged(account(hold.balance()).holding(hold.amount())));
    }
    for (BucketKey key : hold.buckets()) {
      draft.put(new Change.BucketChanged(bucket(key).holding(hold.amount(), draft.now())));
    }
  }

  /**
   * Frees what an active hold reserved and posts what it came to, on the same balance, whatever is left there.
   *
   * @param chargeNanos 0 = nothing is posted
   * @return the entry, null when nothing was posted
   */
  @Nullable Entry settle(Hold hold, long chargeNanos, String reason) {
    for (BucketKey key : hold.buckets()) {
      draft.put(new Change.BucketChanged(bucket(key).settling(hold.amount(), chargeNanos, draft.now())));
    }
    if (hold.balance() == null) {
      return null;
    }
    Account account = account(hold.balance()).releasing(hold.amount());
    if (chargeNanos == 0) {
      draft.put(new Change.AccountChanged(account));
      return null;
    }
    return post(account, Entry.Kind.CHARGE, -chargeNanos, hold, reason);
  }

  /** Posts the difference that better evidence makes; debt is allowed, a suspended balance too. Null when there is none. */
  @Nullable Entry correct(Hold hold, long chargeNanos, String reason) {
    long delta = Math.subtractExact(chargeNanos, hold.charged());
    if (delta == 0 || hold.balance() == null) {
      return null;
    }
    for (BucketKey key : hold.buckets()) {
      draft.put(new Change.BucketChanged(bucket(key).settling(0, delta, draft.now())));
    }
    return post(account(hold.balance()), Entry.Kind.CORRECTION, -delta, hold, reason);
  }

  /** Whether the balance of a hold and its buckets can count a charge of this much more. */
  boolean counts(Hold hold, long chargeNanos) {
    for (BucketKey key : hold.buckets()) {
      if (chargeNanos > 0 && bucket(key).spent() > Long.MAX_VALUE - chargeNanos) {
        return false;
      }
    }
    return hold.balance() == null || chargeNanos <= 0 || account(hold.balance()).posted() >= Long.MIN_VALUE + chargeNanos;
  }

  private Entry post(Account account, Entry.Kind kind, long amount, Hold hold, String reason) {
    Account after = account.posting(amount);
    Entry entry =
        new Entry(account.name(), after.sequence(), draft.now(), kind, amount, account.posted(), after.posted(), hold.id().request(), hold.id().attempt(), null, reason);
    draft.put(new Change.AccountChanged(after));
    draft.put(new Change.EntryPosted(entry));
    return entry;
  }

  /**
   * Adds value.
   *
   * @throws ArithmeticException if the balance cannot count that much; nothing was changed then
   */
  Entry grant(Account account, long nanos, @Nullable String actor, String reason) {
    Account after = account.posting(nanos);
    Entry entry = new Entry(account.name(), after.sequence(), draft.now(), Entry.Kind.GRANT, nanos, account.posted(), after.posted(), null, null, actor, reason);
    draft.put(new Change.AccountChanged(after));
    draft.put(new Change.EntryPosted(entry));
    return entry;
  }

  long posted(ObjectName balance) {
    return account(balance).posted();
  }

  private Account account(ObjectName balance) {
    return draft.state().account(balance).orElseThrow(() -> new IllegalStateException("no account " + balance));
  }

  private Bucket bucket(BucketKey key) {
    return Objects.requireNonNull(draft.state().bucket(key).orElse(null), () -> "no bucket " + key);
  }
}
