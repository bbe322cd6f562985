package dev.exchequer.cli.admin;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** For how long something is kept, as people write it. */
public final class Keep {
  private static final Pattern TEXT = Pattern.compile("([1-9][0-9]{0,5})([dh])");

  private Keep() {}

  /** @throws IllegalArgumentException if it is not days or hours, a day at least; the message goes on after the option's name */
  public static Duration parse(String text) {
    Matcher parts = TEXT.matcher(text);
    if (parts.matches()) {
      long number = Long.parseLong(parts.group(1));
      Duration keep = parts.group(2).equals("d") ? Duration.ofDays(number) : Duration.ofHours(number);
      if (keep.toHours() >= 24) {
        return keep;
      }
    }
    throw new IllegalArgumentException("must be days or hours like 90d or 36h, a day at least, not \"" + text + "\"");
  }
}
