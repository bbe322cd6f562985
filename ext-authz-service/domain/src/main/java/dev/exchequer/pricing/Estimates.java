package dev.exchequer.pricing;

import dev.exchequer.policy.Meter;
import java.util.EnumMap;
import java.util.Map;

/** Usage that nobody reported: the bounds of the input and of tool calls, and what was seen of the output. Always flagged {@link Usage.Source#ESTIMATED}. */
public final class Estimates {
  /** Bytes of text per token where the text is known but its tokens are not; English prose has about four. */
  private static final long BYTES_PER_TOKEN = 4;

  private Estimates() {}

  /**
   * @param events stream events that carried data: each had at least a token
   * @param textBytes UTF-8 bytes of delivered text
   */
  public static Usage delivered(Bounds bounds, long events, long textBytes) {
    return of(bounds, Math.max((textBytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN, events));
  }

  /** Everything that the hold allowed for. */
  public static Usage whole(Bounds bounds) {
    return of(bounds, bounds.output());
  }

  /** Nobody saw what the provider looked up: like the input it counts as much as it can have been. */
  private static Usage of(Bounds bounds, long output) {
    Map<Meter, Long> meters = new EnumMap<>(Map.of(Meter.INPUT, bounds.input(), Meter.OUTPUT, output));
    if (bounds.paidToolCalls() > 0) {
      meters.put(Meter.TOOL_CALL, bounds.paidToolCalls());
    }
    return new Usage(meters, Usage.Source.ESTIMATED);
  }
}
