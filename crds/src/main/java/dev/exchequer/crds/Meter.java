package dev.exchequer.crds;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Disjoint quantities that are priced: those that the usage of an answer in OpenAI's dialect says. Images by the piece and seconds are in none, so no price may name them. */
public enum Meter {
  @JsonProperty("Input")
  INPUT,
  @JsonProperty("CacheRead")
  CACHE_READ,
  @JsonProperty("CacheWrite5m")
  CACHE_WRITE_5M,
  @JsonProperty("CacheWrite1h")
  CACHE_WRITE_1H,
  @JsonProperty("Output")
  OUTPUT,
  @JsonProperty("Reasoning")
  REASONING,
  @JsonProperty("AudioInput")
  AUDIO_INPUT,
  @JsonProperty("AudioOutput")
  AUDIO_OUTPUT,
  @JsonProperty("ImageInput")
  IMAGE_INPUT,
  @JsonProperty("Request")
  REQUEST,
  @JsonProperty("ToolCall")
  TOOL_CALL
}
