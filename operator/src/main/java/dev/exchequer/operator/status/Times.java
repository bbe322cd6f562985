package dev.exchequer.operator.status;

import java.time.DateTimeException;
import java.time.Instant;

/** Times as statuses say them: RFC 3339, with milliseconds where there are some. */
public final class Times {
  private Times() {}

  static String text(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }

  /** Milliseconds since the epoch; 0 = not a time. */
  public static long millis(String text) {
    try {
      return text.isEmpty() ? 0 : Instant.parse(text).toEpochMilli();
    } catch (DateTimeException e) {
      return 0;
    }
  }
}
