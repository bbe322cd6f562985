package dev.exchequer.pricing;

import org.jspecify.annotations.Nullable;

/**
 * The most that a request can use, read off its body.
 *
 * @param textBound input tokens cannot be more: UTF-8 bytes of all strings + 16 per message and tool (a byte-level token covers at least one byte)
 * @param nonTextParts image, audio or file parts, references to stored input: not bounded by the text
 * @param clientCap the client's own output cap in tokens, 0 = none given
 * @param choices max(n, best_of), at least 1
 * @param prompts number of prompts of a completions request, at least 1
 * @param serviceTier as asked for, "default" where absent
 * @param unmetered a request field that changes the price and that no meter covers (e.g. "modalities"), null = none
 * @param toolCalls the field that asks for tools which the provider runs and counts (e.g. "web_search_options"), null = none
 */
public record Demand(
    long textBound, boolean nonTextParts, long clientCap, int choices, int prompts, String serviceTier, @Nullable String unmetered, @Nullable String toolCalls) {
  public static final Demand NONE = new Demand(0, false, 0, 1, 1, "default", null, null);

  public Demand {
    if (textBound < 0 || clientCap < 0 || choices < 1 || prompts < 1) {
      throw new IllegalArgumentException("a negative demand");
    }
  }
}
