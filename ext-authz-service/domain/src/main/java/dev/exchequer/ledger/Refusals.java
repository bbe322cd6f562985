package dev.exchequer.ledger;

import java.util.HashMap;
import java.util.Map;

/**
 * How many receipts of denied requests each API key got in the second that runs. A client that is refused in a loop must not fill the disk: the first refusals
 * of a second have a receipt each, what comes above is only counted. Like the requests per minute it is remembered in memory only, by each writer of the
 * ledger for itself, so a restart gives the second in which it happens its receipts once more.
 */
public final class Refusals {
  /** Receipts of denied requests that one API key gets from one writer in a second of ledger time. */
  public static final int RECEIPTS_A_SECOND = 10;

  private static final long SECOND_MS = 1_000;

  private final Map<String, Integer> receipts = new HashMap<>();
  private long secondMs = Long.MIN_VALUE;

  /** The beginning of the second that a moment is in, both in milliseconds since the epoch. */
  static long secondOf(long atMs) {
    return Math.floorDiv(atMs, SECOND_MS) * SECOND_MS;
  }

  /** What is durable, or decided on a state that is thrown away if it does not become so. Times never step back. */
  public void apply(Change change) {
    if (change instanceof Change.ReceiptWritten written && written.receipt().status().equals("Denied")) {
      runningIn(written.receipt().endedAt());
      receipts.merge(written.receipt().apiKey(), 1, Integer::sum);
    }
  }

  /** Becomes the same as another, and stays when that changes. */
  void copy(Refusals other) {
    receipts.clear();
    receipts.putAll(other.receipts);
    secondMs = other.secondMs;
  }

  /** Whether the next refusal of this key has a receipt. */
  boolean mayWrite(String apiKey, long atMs) {
    return secondMs != secondOf(atMs) || receipts.getOrDefault(apiKey, 0) < RECEIPTS_A_SECOND;
  }

  private void runningIn(long atMs) {
    if (secondMs != secondOf(atMs)) {
      receipts.clear();
      secondMs = secondOf(atMs);
    }
  }
}
