package dev.exchequer.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the operator says of a resource. */
public final class ResourceStatus {
  @Min(0)
  @JsonPropertyDescription("metadata.generation that this status describes.")
  public @Nullable Long observedGeneration;

  @Size(max = 8)
  @JsonPropertyDescription("Ready, Accepted, ResolvedRefs, Programmed.")
  public List<Condition> conditions = List.of();
}
