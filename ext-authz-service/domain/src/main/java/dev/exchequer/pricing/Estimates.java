package dev.exchequer.pricing;

import dev.exchequer.policy.Meter;
import java.util.Map;

/** Usage that nobody reported: the input's bound, and what was seen of the output. Always flagged {@link Usage.Source#ESTIMATED}. */
public final class Estimates {
  /** Bytes of text per token where the text is known but its tokens are not; English prose has about four. */
  private static final long BYTES_PER_TOKEN = 4;

  private Estimates() {}

  /**
   * @param inputBound tokens
   * @param events stream events that carried data: each had at least a token
   * @param textBytes UTF-8 bytes of delivered text
   */
  public static Usage delivered(long inputBound, long events, long textBytes) {
    return of(inputBound, Math.max((textBytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN, events));
  }

  /** Everything that the hold allowed for. */
  public static Usage whole(long inputBound, long outputBound) {
    return of(inputBound, outputBound);
  }

  private static Usage of(long input, long output) {
    return new Usage(Map.of(Meter.INPUT, input, Meter.OUTPUT, output), Usage.Source.ESTIMATED);
  }
}
