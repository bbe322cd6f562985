package dev.exchequer.ledger;

import dev.exchequer.budget.BucketKey;
import dev.exchequer.fallback.Evidence;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.pricing.HouseCost;
import dev.exchequer.pricing.Quote;
import dev.exchequer.pricing.Rates;
import dev.exchequer.receipt.Receipt;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Value reserved for one attempt, and, once it ended, how. Everything that ending it needs is here or in the pinned policy.
 *
 * @param position of the hop in the route, from 1
 * @param balance null for a hop that nobody pays
 * @param quote null for a hop that nobody pays
 * @param outputCap tokens per choice that the forwarded request asks for at most
 * @param outputBound tokens that all outputs together cannot exceed
 * @param buckets budget counters that hold the same amount
 * @param considered the balances that were looked at, for the receipt
 * @param leaseUntilMs ledger time until which the attempt is believed to run without a sign of it; of one that ended later than that, when it ended
 * @param upstreamSeen something shows that the attempt was sent
 * @param checkpoint the latest evidence while it runs
 * @param answer the first terminal answer, given to every later caller
 * @param charged nano-units, corrections included
 * @param payment where the money comes from; of a hold that is older than lots: from none
 * @param cost what the provider bills the house for it, corrections included; null = nothing, as far as anybody knows, or it is older than that
 */
public record Hold(
    HoldId id,
    State state,
    String planDigest,
    int position,
    Rates.Subject subject,
    @Nullable ObjectName balance,
    @Nullable Quote quote,
    long outputCap,
    long outputBound,
    List<BucketKey> buckets,
    List<Receipt.Considered> considered,
    long heldAtMs,
    long leaseUntilMs,
    boolean upstreamSeen,
    @Nullable Evidence checkpoint,
    Result.@Nullable Settled answer,
    long charged,
    Payment payment,
    @Nullable HouseCost cost) {

  public enum State {
    ACTIVE,
    /** Charged by what the provider reported. Final. */
    SETTLED,
    /** Charged by estimate: the first reported usage corrects it. */
    ESTIMATED,
    /** Nothing charged, by the outcome. Final. */
    VOIDED,
    /** The lease was over and nothing shows that it was sent: the first reported usage corrects it. */
    LEASE_VOIDED,
    /** The lease was over although it was sent: in doubt, resolved by the balance's policy: the first reported usage corrects it. */
    EXPIRED,
    /** Corrected once. Final. */
    CORRECTED;

    boolean mayBeCorrected() {
      return this == ESTIMATED || this == LEASE_VOIDED || this == EXPIRED;
    }
  }

  public Hold {
    buckets = List.copyOf(buckets);
    considered = List.copyOf(considered);
    payment = payment == null ? Payment.NONE : payment;
  }

  public long amount() {
    return quote == null ? 0 : quote.amountNanos();
  }

  public boolean active() {
    return state == State.ACTIVE;
  }

  /** @param nowMs when it ended: better evidence is waited for from there on, if its lease was over before */
  Hold ended(long nowMs, State terminal, Result.@Nullable Settled first, long chargedNanos, Payment paid, @Nullable HouseCost billed) {
    return new Hold(
        id, terminal, planDigest, position, subject, balance, quote, outputCap, outputBound, buckets, considered, heldAtMs, Math.max(leaseUntilMs, nowMs), upstreamSeen, null, first,
        chargedNanos, paid, billed);
  }

  Hold corrected(long chargedNanos, Payment paid, @Nullable HouseCost billed) {
    return ended(leaseUntilMs, State.CORRECTED, answer, chargedNanos, paid, billed);
  }

  Hold paidBy(Payment other) {
    return new Hold(
        id, state, planDigest, position, subject, balance, quote, outputCap, outputBound, buckets, considered, heldAtMs, leaseUntilMs, upstreamSeen, checkpoint, answer, charged,
        other, cost);
  }

  Hold seen(long leaseUntil, Evidence evidence) {
    return new Hold(
        id, state, planDigest, position, subject, balance, quote, outputCap, outputBound, buckets, considered, heldAtMs, leaseUntil, upstreamSeen || evidence.upstreamSeen(), evidence,
        answer, charged, payment, cost);
  }
}
