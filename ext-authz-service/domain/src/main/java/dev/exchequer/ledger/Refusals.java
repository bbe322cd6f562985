package dev.exchequer.ledger;

import java.util.HashMap;
import java.util.Map;

/**
 * How many receipts of denied requests an API key got in the second that runs. A client that is refused in a loop must not fill the disk: the first refusals
 * of a second have a receipt each, what comes above is only counted. Like the requests per minute it is remembered in memory only, so a restart gives the
 * second in which it happens its receipts once more.
 */
public final class Refusals {
  /** Receipts of denied requests that one API key gets in a second of ledger time. */
  public static final int RECEIPTS_A_SECOND = 10;

  private static final long SECOND_MS = 1_000;

  private final Map<String, Second> seconds = new HashMap<>();

  private record Second(long startMs, int receipts) {}

  /** The beginning of the second that a moment is in, both in milliseconds since the epoch. */
  static long secondOf(long atMs) {
    return Math.floorDiv(atMs, SECOND_MS) * SECOND_MS;
  }

  void written(String apiKey, long atMs) {
    seconds.put(apiKey, new Second(secondOf(atMs), receipts(apiKey, atMs) + 1));
  }

  /** Whether the next refusal of this key has a receipt. */
  boolean mayWrite(String apiKey, long atMs) {
    return receipts(apiKey, atMs) < RECEIPTS_A_SECOND;
  }

  private int receipts(String apiKey, long atMs) {
    Second last = seconds.get(apiKey);
    return last != null && last.startMs == secondOf(atMs) ? last.receipts : 0;
  }
}
