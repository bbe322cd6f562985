package dev.exchequer.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the operator says of a route. */
public final class ModelRouteStatus {
  @Min(0)
  @JsonPropertyDescription("metadata.generation that this status describes.")
  public @Nullable Long observedGeneration;

  @Size(max = 8)
  @JsonPropertyDescription("Ready, Accepted, ResolvedRefs, Programmed.")
  public List<Condition> conditions = List.of();

  @Size(max = 1024)
  @JsonPropertyDescription("The hops in order for people, as official(Direct) > pool(Pool).")
  public @Nullable String hops;

  @Size(max = 32)
  @JsonPropertyDescription("Whether a later hop may be paid by another balance, by the policy of the route: Never or WithConsent.")
  public @Nullable String crossing;
}
