package dev.exchequer.policy;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Disjoint quantities that are priced: a token is counted by exactly one meter (Reasoning is the exception: it is inside Output at every provider
 * and is split off only when a rate prices it).
 */
public enum Meter {
  INPUT("Input", null),
  CACHE_READ("CacheRead", INPUT),
  CACHE_WRITE_5M("CacheWrite5m", INPUT),
  CACHE_WRITE_1H("CacheWrite1h", INPUT),
  OUTPUT("Output", null),
  REASONING("Reasoning", OUTPUT),
  AUDIO_INPUT("AudioInput", INPUT),
  AUDIO_OUTPUT("AudioOutput", OUTPUT),
  IMAGE_INPUT("ImageInput", INPUT),
  IMAGE("Image", null),
  REQUEST("Request", null),
  TOOL_CALL("ToolCall", null),
  SECOND("Second", null);

  private final String text;
  private final @Nullable Meter fallsBackTo;

  Meter(String text, @Nullable Meter fallsBackTo) {
    this.text = text;
    this.fallsBackTo = fallsBackTo;
  }

  /** As in the resources and on receipts: "Input", "CacheRead", ... */
  public String text() {
    return text;
  }

  /** Whose price is used where a rate has none for this meter. */
  public Optional<Meter> fallsBackTo() {
    return Optional.ofNullable(fallsBackTo);
  }

  /** Whether the meter counts towards the context size that chooses a tier. */
  public boolean input() {
    return this == INPUT || fallsBackTo == INPUT;
  }

  /** Whether the meter counts generated tokens. */
  public boolean output() {
    return this == OUTPUT || fallsBackTo == OUTPUT;
  }

  /** @throws IllegalArgumentException for an unknown name */
  public static Meter of(String text) {
    for (Meter meter : values()) {
      if (meter.text.equals(text)) {
        return meter;
      }
    }
    throw new IllegalArgumentException("no such meter: " + text);
  }
}
