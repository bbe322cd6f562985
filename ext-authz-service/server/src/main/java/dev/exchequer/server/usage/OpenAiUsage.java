package dev.exchequer.server.usage;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.exchequer.policy.Meter;
import dev.exchequer.pricing.Usage;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;

/**
 * OpenAI's usage object as disjoint meters. `prompt_tokens` contains cached and audio tokens (unless the provider declares cached ones outside), `completion_tokens`
 * contains reasoning and audio tokens: the API reference's `CompletionUsage`.
 */
public final class OpenAiUsage {
  /** No request uses more of anything: what is above is a mistake or an attack. */
  private static final long ABSURD = 1_000_000_000L;

  private static final ObjectReader JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .build()
          .readerFor(JsonNode.class);

  private OpenAiUsage() {}

  private static final class Nonsense extends Exception {
    private static final long serialVersionUID = 1L;

    private Nonsense(String reason) {
      super(reason, null, false, false);
    }
  }

  /**
   * @param raw the usage object as the provider wrote it; empty = none
   * @param cachedOutsidePrompt cached tokens are not counted in prompt_tokens
   * @param source who carried it here: PROVIDER in-band, JOURNAL
   */
  public static ReportedUsage read(byte[] raw, boolean cachedOutsidePrompt, Usage.Source source) {
    if (raw.length == 0) {
      return new ReportedUsage.None();
    }
    try {
      JsonNode usage = JSON.readTree(raw);
      return usage.isObject() ? new ReportedUsage.Read(new Usage(meters(usage, cachedOutsidePrompt), source)) : new ReportedUsage.Rejected("usage is not an object");
    } catch (Nonsense e) {
      return new ReportedUsage.Rejected(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return new ReportedUsage.Rejected("usage is not JSON");
    }
  }

  private static Map<Meter, Long> meters(JsonNode usage, boolean cachedOutsidePrompt) throws Nonsense {
    if (!usage.hasNonNull("prompt_tokens") && !usage.hasNonNull("completion_tokens")) {
      throw new Nonsense("neither prompt_tokens nor completion_tokens");
    }
    long prompt = count(usage, "prompt_tokens");
    long completion = count(usage, "completion_tokens");
    JsonNode in = details(usage, "prompt_tokens_details");
    JsonNode out = details(usage, "completion_tokens_details");
    long cached = count(in, "cached_tokens");
    long audioIn = count(in, "audio_tokens");
    long reasoning = count(out, "reasoning_tokens");
    long audioOut = count(out, "audio_tokens");
    long inside = audioIn + (cachedOutsidePrompt ? 0 : cached);
    if (inside > prompt) {
      throw new Nonsense("prompt_tokens is less than its details");
    }
    if (reasoning + audioOut > completion) {
      throw new Nonsense("completion_tokens is less than its details");
    }
    Map<Meter, Long> meters = new EnumMap<>(Meter.class);
    put(meters, Meter.INPUT, prompt - inside);
    put(meters, Meter.CACHE_READ, cached);
    put(meters, Meter.AUDIO_INPUT, audioIn);
    put(meters, Meter.OUTPUT, completion - reasoning - audioOut);
    put(meters, Meter.REASONING, reasoning);
    put(meters, Meter.AUDIO_OUTPUT, audioOut);
    return meters;
  }

  private static void put(Map<Meter, Long> meters, Meter meter, long quantity) {
    if (quantity > 0 || meter == Meter.INPUT || meter == Meter.OUTPUT) {
      meters.put(meter, quantity);
    }
  }

  private static JsonNode details(JsonNode usage, String name) throws Nonsense {
    JsonNode value = usage.path(name);
    if (!value.isObject() && !value.isNull() && !value.isMissingNode()) {
      throw new Nonsense(name + " is not an object");
    }
    return value;
  }

  private static long count(JsonNode of, String name) throws Nonsense {
    JsonNode value = of.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return 0;
    }
    if (!value.isIntegralNumber()) {
      throw new Nonsense(name + " is not a whole number");
    }
    if (!value.canConvertToLong() || value.longValue() > ABSURD) {
      throw new Nonsense(name + " is absurd");
    }
    if (value.longValue() < 0) {
      throw new Nonsense(name + " is negative");
    }
    return value.longValue();
  }
}
