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
 * OpenAI's usage object as disjoint meters, in the dialects that OpenAI-compatible providers write. `prompt_tokens` contains audio and image tokens, and cached and
 * cache-written ones unless the provider declares them outside; `completion_tokens` contains reasoning and audio tokens: the API reference's `CompletionUsage`.
 * docs/design/prices.md lists the dialects.
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

  /** A report that cannot be true. */
  static final class Nonsense extends Exception {
    private static final long serialVersionUID = 1L;

    Nonsense(String reason) {
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
    CacheWrites writes = CacheWrites.of(usage, in);
    long audioIn = count(in, "audio_tokens");
    long imageIn = count(in, "image_tokens");
    long cached = cached(usage, in);
    long inside = audioIn + imageIn + (cachedOutsidePrompt ? 0 : writes.sum());
    if (inside > prompt || !cachedOutsidePrompt && cached > prompt) {
      throw new Nonsense("prompt_tokens is less than its details");
    }
    // cached audio or image tokens are in both counts: they are counted once, as the dearer
    long cacheRead = cachedOutsidePrompt ? cached : Math.min(cached, prompt - inside);
    long reasoning = count(out, "reasoning_tokens");
    long audioOut = count(out, "audio_tokens");
    long apart = reasoningApart(usage, prompt + completion + (cachedOutsidePrompt ? cached + writes.sum() : 0), reasoning, cached + writes.sum());
    if (apart == 0 && reasoning + audioOut > completion || audioOut > completion) {
      throw new Nonsense("completion_tokens is less than its details");
    }
    Map<Meter, Long> meters = new EnumMap<>(Meter.class);
    put(meters, Meter.INPUT, prompt - inside - (cachedOutsidePrompt ? 0 : cacheRead));
    put(meters, Meter.CACHE_READ, cacheRead);
    put(meters, Meter.CACHE_WRITE_5M, writes.fiveMinutes());
    put(meters, Meter.CACHE_WRITE_1H, writes.oneHour());
    put(meters, Meter.AUDIO_INPUT, audioIn);
    put(meters, Meter.IMAGE_INPUT, imageIn);
    put(meters, Meter.OUTPUT, completion - audioOut - (apart == 0 ? reasoning : 0));
    put(meters, Meter.REASONING, apart == 0 ? reasoning : apart);
    put(meters, Meter.AUDIO_OUTPUT, audioOut);
    put(meters, Meter.TOOL_CALL, ToolCounts.of(usage, in));
    return meters;
  }

  /** OpenAI, OpenRouter; LiteLLM and relays of Anthropic; DeepSeek; Moonshot. The first that is there counts. */
  private static long cached(JsonNode usage, JsonNode in) throws Nonsense {
    if (in.hasNonNull("cached_tokens")) {
      return count(in, "cached_tokens");
    }
    for (String name : new String[] {"cache_read_input_tokens", "prompt_cache_hit_tokens", "cached_tokens"}) {
      if (usage.hasNonNull(name)) {
        return count(usage, name);
      }
    }
    return 0;
  }

  /**
   * Reasoning that is not in completion_tokens (xAI; Gemini, which does not name it): then total_tokens says more than its parts, and exactly what is missing.
   *
   * @param counted what total_tokens is without it
   * @param cache where there is any, a total that says more may mean that; then only an exact count of reasoning is taken
   */
  private static long reasoningApart(JsonNode usage, long counted, long reasoning, long cache) {
    JsonNode total = usage.path("total_tokens");
    if (!total.isIntegralNumber() || !total.canConvertToLong() || total.longValue() > 4 * ABSURD) {
      return 0;
    }
    long more = total.longValue() - counted;
    boolean unnamed = reasoning == 0 && cache == 0 && more <= ABSURD;
    return more > 0 && (more == reasoning || unnamed) ? more : 0;
  }

  /** Tokens that were written to the provider's cache, by how long they stay there; five minutes where that is not said. */
  private record CacheWrites(long fiveMinutes, long oneHour) {
    /** OpenAI and OpenRouter name the sum; LiteLLM and relays of Anthropic name it otherwise, and its parts. */
    static CacheWrites of(JsonNode usage, JsonNode in) throws Nonsense {
      JsonNode parts = details(in, "cache_creation_token_details");
      if (!parts.isObject()) {
        parts = details(usage, "cache_creation");
      }
      long oneHour = count(parts, "ephemeral_1h_input_tokens");
      long sum = Math.max(named(usage, in), Math.addExact(oneHour, count(parts, "ephemeral_5m_input_tokens")));
      return new CacheWrites(sum - oneHour, oneHour);
    }

    private static long named(JsonNode usage, JsonNode in) throws Nonsense {
      for (String name : new String[] {"cache_write_tokens", "cache_creation_tokens"}) {
        if (in.hasNonNull(name)) {
          return count(in, name);
        }
      }
      return count(usage, "cache_creation_input_tokens");
    }

    long sum() {
      return fiveMinutes + oneHour;
    }
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

  static long count(JsonNode of, String name) throws Nonsense {
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
