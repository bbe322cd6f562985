package dev.exchequer.operator.model;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as in the Gateway API (GEP-2257): "30s", "1h30m", "250ms". */
public final class Durations {
  public static final String PATTERN = "^([0-9]{1,5}(h|m|s|ms)){1,4}$";

  private static final Pattern WHOLE = Pattern.compile(PATTERN);
  private static final Pattern PART = Pattern.compile("([0-9]{1,5})(ms|h|m|s)");

  private Durations() {}

  /** Milliseconds; empty if the text is no duration. */
  public static Optional<Long> parse(String text) {
    if (!WHOLE.matcher(text).matches()) {
      return Optional.empty();
    }
    Matcher part = PART.matcher(text);
    long total = 0;
    while (part.find()) {
      total += Long.parseLong(part.group(1)) * millisOf(part.group(2));
    }
    return Optional.of(total);
  }

  private static long millisOf(String unit) {
    return switch (unit) {
      case "h" -> 3_600_000L;
      case "m" -> 60_000L;
      case "s" -> 1_000L;
      default -> 1L;
    };
  }
}
