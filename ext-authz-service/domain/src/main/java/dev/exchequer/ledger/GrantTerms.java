package dev.exchequer.ledger;

import java.util.Comparator;

/**
 * How the value of a grant is used.
 *
 * @param promotional given, not paid for
 * @param priority the lower is burnt first
 * @param startsAtMs milliseconds since the epoch from which it can be spent, 0 = always
 * @param expiresAtMs exclusive, 0 = never: at that instant it is gone
 */
public record GrantTerms(boolean promotional, int priority, long startsAtMs, long expiresAtMs) {
  public static final int USUAL_PRIORITY = 50;

  /** Paid for, of the usual priority, without an end. */
  public static final GrantTerms PLAIN = new GrantTerms(false, USUAL_PRIORITY, 0, 0);

  /** DOMAIN 2.8: priority, then the earliest expiry (none last), then promotional before paid, then the earlier start. */
  static final Comparator<GrantTerms> BURN_ORDER =
      Comparator.comparingInt(GrantTerms::priority)
          .thenComparingLong(terms -> terms.expiresAtMs == 0 ? Long.MAX_VALUE : terms.expiresAtMs)
          .thenComparing(terms -> !terms.promotional)
          .thenComparingLong(GrantTerms::startsAtMs);

  public GrantTerms {
    if (priority < 0 || startsAtMs < 0 || expiresAtMs < 0 || (expiresAtMs != 0 && expiresAtMs <= startsAtMs)) {
      throw new IllegalArgumentException("a grant with priority " + priority + " from " + startsAtMs + " to " + expiresAtMs);
    }
  }

  boolean expired(long nowMs) {
    return expiresAtMs != 0 && expiresAtMs <= nowMs;
  }
}
