package dev.exchequer.pricing;

import org.jspecify.annotations.Nullable;

/**
 * The most that a hop can use of each kind: what its hold is the ceiling of.
 *
 * @param input tokens of all input meters together
 * @param output tokens of all outputs together
 * @param toolCalls runs of the provider's own tools, as its hop declares; null = nobody pays for them by this price
 */
public record Bounds(long input, long output, @Nullable Long toolCalls) {
  public Bounds {
    if (input < 0 || output < 0 || toolCalls != null && toolCalls < 0) {
      throw new IllegalArgumentException("a negative bound");
    }
  }

  /** For what counts no provider tools. */
  public static Bounds ofTokens(long input, long output) {
    return new Bounds(input, output, null);
  }

  /** 0 where they are not paid for. */
  public long paidToolCalls() {
    return toolCalls == null ? 0 : toolCalls;
  }
}
