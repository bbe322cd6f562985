package dev.exchequer.crds;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which upstreams serve a model, in order. */
@SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
public final class ModelRouteSpec {
  @Required
  @Size(min = 1, max = 32)
  @JsonPropertyDescription("Models that the route serves: names, or prefixes with a trailing *.")
  public List<@Size(min = 1, max = 253) @Pattern(Formats.MODEL_PATTERN) String> models;

  @JsonPropertyDescription("Namespaces whose keys the route serves besides those of its own; only routes in the gateway's namespace may say more than Same.")
  public @Nullable NamespaceSelector audience;

  @Size(min = 1, max = 3)
  @Default("[\"ChatCompletions\",\"Completions\"]")
  @JsonPropertyDescription("Endpoints that the route serves.")
  public List<Endpoint> endpoints = List.of(Endpoint.CHAT_COMPLETIONS, Endpoint.COMPLETIONS);

  @Required
  @Size(min = 1, max = 8)
  @JsonPropertyDescription("Upstreams in the order in which they are tried.")
  public List<Hop> hops;

  @JsonPropertyDescription("When the next hop is tried; absent = the defaults of FallbackPolicy.")
  public @Nullable ObjectRef fallbackPolicyRef;

  @Size(max = 8)
  @JsonPropertyDescription("Price sheets of the route, searched after those of the project.")
  public List<ObjectRef> priceSheetRefs = List.of();

  @JsonPropertyDescription("Caps on the output.")
  public @Nullable Output output;

  @Default("false")
  @JsonPropertyDescription("Whether the route refuses its models. Default false.")
  public boolean suspend;

  /** An endpoint below /v1. */
  public enum Endpoint {
    @JsonProperty("ChatCompletions")
    CHAT_COMPLETIONS,
    @JsonProperty("Completions")
    COMPLETIONS,
    @JsonProperty("Embeddings")
    EMBEDDINGS
  }

  /** One choice of upstream. */
  @SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
  public static final class Hop {
    @Required
    @Size(min = 1, max = 63)
    @Pattern(Formats.LABEL)
    @JsonPropertyDescription("Name of the hop within the route, printed on receipts.")
    public String name;

    @Required
    @JsonPropertyDescription("The provider that is asked.")
    public ObjectRef providerRef;

    @Size(min = 1, max = 253)
    @JsonPropertyDescription("Model asked for at the provider; absent = the requested one.")
    public @Nullable String upstreamModel;

    @Required
    @JsonPropertyDescription("What kind of upstream it is, and with it who pays.")
    public RouteClass routeClass;

    @Min(1)
    @Max(1000000000)
    @JsonPropertyDescription("The most input tokens that the upstream takes; bounds the hold of input that is not text, and of what it finds when a request asks it to search. Absent = no such input.")
    public @Nullable Long maxInputTokens;

    @Min(0)
    @Max(1000000)
    @JsonPropertyDescription("The most tools of its own (searches) that the upstream runs in one request; the hold covers so many by the price of ToolCall. 0 = it runs none. Absent = not known: a rate that prices ToolCall does not serve this hop.")
    public @Nullable Long maxToolCalls;

    @Size(max = 28)
    @Pattern(Formats.DURATION)
    @JsonPropertyDescription("Instead of timeouts.streamFirstByte of the policy.")
    public @Nullable String streamFirstByte;

    @Size(max = 28)
    @Pattern(Formats.DURATION)
    @JsonPropertyDescription("Instead of timeouts.response of the policy.")
    public @Nullable String response;
  }

  /** Caps on the output, in tokens. No default in the schema: the API server would put 4096 beside a lower maxTokens and make the resource wrong. */
  public static final class Output {
    @Min(1)
    @Max(1000000000)
    @JsonPropertyDescription("Output cap in tokens of a request that names none. Default 4096, or maxTokens where that is less.")
    public @Nullable Long defaultTokens;

    @Min(1)
    @Max(1000000000)
    @JsonPropertyDescription("The most output tokens that a request may ask for. Default 32768.")
    public @Nullable Long maxTokens;

    @Default("Strict")
    @JsonPropertyDescription("Strict: a request whose whole cap cannot be held is refused. Clamp: its cap is lowered to what balance and budgets can pay.")
    public Reserve reserve = Reserve.STRICT;

    @Min(1)
    @Max(1000000000)
    @JsonPropertyDescription("With Clamp: the cap is not lowered below this. Default 256.")
    public @Nullable Long minTokens;
  }

  /** What is held. */
  public enum Reserve {
    @JsonProperty("Strict")
    STRICT,
    @JsonProperty("Clamp")
    CLAMP
  }
}
