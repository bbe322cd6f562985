package dev.exchequer.crds;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the operator says of a gateway. */
public final class TokenGatewayStatus {
  @Min(0)
  @JsonPropertyDescription("metadata.generation that this status describes.")
  public @Nullable Long observedGeneration;

  @Size(max = 8)
  @JsonPropertyDescription("Ready, Accepted, ResolvedRefs, Programmed.")
  public List<Condition> conditions = List.of();

  @Size(max = 64)
  @JsonPropertyDescription("Digest of the plan that was compiled last.")
  public @Nullable String plan;

  @Size(max = 12)
  @JsonPropertyDescription("The first characters of the digest.")
  public @Nullable String shortPlan;

  @Min(0)
  @Max(1000000)
  @JsonPropertyDescription("How many routes are in that plan.")
  public @Nullable Integer routes;

  @Size(max = 32)
  @JsonPropertyDescription("How many of the connected Envoys serve that plan, as 1/1.")
  public @Nullable String serving;

  @Size(max = 256)
  @JsonPropertyDescription("The connected Envoys.")
  public List<Envoy> envoys = List.of();

  @JsonPropertyDescription("How the ledger stood when the gateway last reported.")
  public @Nullable Ledger ledger;

  /** One Envoy, as the operator's replica that it is connected to sees it. */
  @SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
  public static final class Envoy {
    @Required
    @Size(min = 1, max = 253)
    @JsonPropertyDescription("Its name: the gateway's pod.")
    public String node;

    @Required
    @Size(max = 253)
    @JsonPropertyDescription("The operator's replica that serves it.")
    public String operator;

    @Required
    @JsonPropertyDescription("Serving: it took the plan; Pending: it has not answered; Refused: the plan before it goes on serving.")
    public State state;

    @Size(max = 64)
    @JsonPropertyDescription("Digest of the plan that this is about.")
    public @Nullable String plan;

    @Size(max = 4096)
    @JsonPropertyDescription("Envoy's own words where it refused, and what is waited for where it is pending.")
    public @Nullable String message;

    @Size(max = 64)
    @JsonPropertyDescription("When the state last changed, RFC 3339.")
    public @Nullable String since;

    @Size(max = 64)
    @JsonPropertyDescription("When the replica last said so, RFC 3339; at least every minute, one that is silent for three is forgotten.")
    public @Nullable String seen;
  }

  /** How an Envoy stands to a plan. */
  public enum State {
    @JsonProperty("Serving")
    SERVING,
    @JsonProperty("Pending")
    PENDING,
    @JsonProperty("Refused")
    REFUSED
  }

  /** The ledger behind the gateway. */
  public static final class Ledger {
    @Min(0)
    @JsonPropertyDescription("Holds that were open.")
    public @Nullable Long openHolds;

    @Size(max = 64)
    @JsonPropertyDescription("The ledger's time of the report, RFC 3339.")
    public @Nullable String asOf;

    @Size(max = 253)
    @JsonPropertyDescription("Who reported: the gateway's pod.")
    public @Nullable String node;
  }
}
