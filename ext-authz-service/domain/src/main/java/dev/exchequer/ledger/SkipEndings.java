package dev.exchequer.ledger;

import dev.exchequer.fallback.Ending;
import dev.exchequer.selection.SkipReason;

/** How a request ends when no hop was tried: the code of the first usable hop's skip. */
final class SkipEndings {
  private static final long LONGEST_RETRY_AFTER = 60;

  private SkipEndings() {}

  static Ending of(SkipReason reason, String message, String hop) {
    Ending.Retry no = new Ending.Retry.No();
    return switch (reason) {
      case ROUTE_FORBIDDEN -> Ending.of(403, "route_forbidden", message, no);
      case NO_BALANCE -> Ending.of(402, "balance_insufficient", message, no);
      case CROSS_BALANCE_FORBIDDEN -> Ending.of(402, "balance_insufficient", "hop " + hop + ": " + message, no);
      case PROVIDER_SUSPENDED, ROUTE_SUSPENDED -> Ending.of(503, "provider_unavailable", message, no);
      case PROVIDER_COOLING_DOWN, PROVIDER_BUSY -> Ending.of(503, "provider_unavailable", message, no);
      case BALANCE_INSUFFICIENT -> Ending.of(402, "balance_insufficient", message, no);
      case BALANCE_SUSPENDED -> Ending.of(402, "balance_suspended", message, no);
      case BUDGET_EXCEEDED -> Ending.of(429, "budget_exceeded", message, no);
      case PRICE_MISSING -> Ending.of(402, "price_missing", message, no);
      case UNBOUNDED_INPUT -> Ending.of(400, "unbounded_input", message, no);
    };
  }

  /** Says when to try again if that is soon, else not to. */
  static Ending retryAfter(int status, String code, String message, long seconds) {
    return Ending.of(status, code, message, seconds <= LONGEST_RETRY_AFTER ? new Ending.Retry.After(Math.max(1, seconds)) : new Ending.Retry.No());
  }
}
