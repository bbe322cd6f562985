package dev.exchequer.server.summary;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** How long the periods of a report are. */
public enum Granularity {
  NONE("none"),
  HOUR("hour"),
  DAY("day"),
  MONTH("month");

  private final String text;

  Granularity(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }

  public static Optional<Granularity> of(String text) {
    return Arrays.stream(values()).filter(value -> value.text.equals(text)).findAny();
  }

  public static List<String> texts() {
    return Arrays.stream(values()).map(Granularity::text).toList();
  }
}
