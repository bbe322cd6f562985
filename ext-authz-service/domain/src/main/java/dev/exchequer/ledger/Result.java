package dev.exchequer.ledger;

import dev.exchequer.fallback.Ending;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.receipt.Receipt;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The durable answer to a command. */
public sealed interface Result {

  /**
   * Money is reserved for this attempt: send it.
   *
   * @param position of the hop in the route, from 1
   * @param outputCap tokens per choice that must be forwarded as the cap; 0 where the endpoint has none
   * @param balance null for a hop that nobody pays
   * @param amountNanos what is held
   */
  record Held(HoldId id, int position, long outputCap, @Nullable ObjectName balance, @Nullable String unit, long amountNanos) implements Result {}

  /**
   * Nothing is sent.
   *
   * @param receipt the id to show: this request's own, or, for idempotency_conflict, the first request's; null = none
   */
  record Refused(Ending ending, @Nullable String receipt) implements Result {}

  /**
   * An attempt is over.
   *
   * @param next throw its answer away and ask for attempt n+1
   * @param ending what the client gets instead of the provider's answer, null = the provider's answer
   * @param position of the hop in the route, from 1
   * @param chargeNanos of this attempt
   * @param unit null for a hop that nobody pays
   * @param balance null for a hop that nobody pays
   * @param balanceAfterNanos posted, after the settling entry (or as it stands, when nothing was charged); null for a hop that nobody pays
   * @param known false = unknown hold: counted, never next
   * @param before what earlier attempts of the request were charged, by unit
   */
  record Settled(
      HoldId id,
      boolean known,
      boolean next,
      @Nullable Ending ending,
      int position,
      long chargeNanos,
      @Nullable String unit,
      @Nullable ObjectName balance,
      @Nullable Long balanceAfterNanos,
      List<Receipt.Total> before)
      implements Result {
    public Settled {
      before = before == null ? List.of() : List.copyOf(before);
    }

    /** Of a request that was charged nothing before. */
    public Settled(
        HoldId id, boolean known, boolean next, @Nullable Ending ending, int position, long chargeNanos, @Nullable String unit, @Nullable ObjectName balance, @Nullable Long balanceAfterNanos) {
      this(id, known, next, ending, position, chargeNanos, unit, balance, balanceAfterNanos, List.of());
    }
  }

  record Granted(ObjectName balance, long sequence, long beforeNanos, long afterNanos, boolean repeated) implements Result {}

  /**
   * An admin command was carried out, now or, when repeated, before. Amounts are what was posted before and after its entry; equal where only the history got a line.
   *
   * @param sequence of its entry
   */
  record Booked(ObjectName balance, long sequence, long beforeNanos, long afterNanos, boolean repeated) implements Result {}

  /** What was said of a task label is kept, now or, when repeated, before; then it is as it stands now. */
  record TaskSet(Envelope envelope, boolean repeated) implements Result {}

  /** An admin command that was not carried out; nothing changed. */
  record Rejected(String code, String message) implements Result {}

  record Done() implements Result {}
}
