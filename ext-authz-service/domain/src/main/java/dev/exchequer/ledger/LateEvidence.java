package dev.exchequer.ledger;

/**
 * How long better evidence of an ended attempt is waited for, and with it how long the policy stays by which it would be priced: one rule for every store, so that
 * the same commands correct the same holds wherever the ledger is. Whether a hold is corrected depends on the hold and on ledger time alone, never on what a store
 * happens to have still; so a store may keep a policy for longer, and never for less.
 */
public final class LateEvidence {
  /** Milliseconds of ledger time from the end of a lease; where the attempt ended later than that, from its end. */
  public static final long AWAITED_MS = 3_600_000;

  /** Why evidence that would have corrected a hold did not. Nothing is posted then, and the caller gets the first answer. */
  public enum Unused {
    /** It came when nobody waited for it any more. */
    TOO_LATE("too_late"),
    /** The policy that the hold pinned is not there: nothing says what it would cost. No store drops one too early; somebody may have. */
    POLICY_MISSING("policy_missing");

    private final String text;

    Unused(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  private LateEvidence() {}

  /** From this moment of ledger time on an ended hold stays as it is, whatever is reported. */
  public static long awaitedUntilMs(Hold hold) {
    return hold.leaseUntilMs() + AWAITED_MS;
  }

  /**
   * Whether a policy may be dropped.
   *
   * @param runs it decides new requests, or a running request or an active hold names it
   * @param namedUntilMs the latest of: when it ceased to decide new requests, and the ends of the leases of the holds that named it
   */
  public static boolean mayDrop(boolean runs, long namedUntilMs, long nowMs) {
    return !runs && namedUntilMs + AWAITED_MS <= nowMs;
  }
}
