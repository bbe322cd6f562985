package dev.exchequer.crds;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** As metav1.Condition. */
@SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
public final class Condition {
  @Required
  @Size(min = 1, max = 63)
  @JsonPropertyDescription("What is judged: Ready, Accepted, ResolvedRefs or Programmed.")
  public String type;

  @Required
  @JsonPropertyDescription("Whether it holds.")
  public Status status;

  @Min(0)
  @JsonPropertyDescription("metadata.generation that was judged.")
  public @Nullable Long observedGeneration;

  @Required
  @Size(max = 64)
  @JsonPropertyDescription("When status last changed, RFC 3339.")
  public String lastTransitionTime;

  @Required
  @Size(min = 1, max = 128)
  @JsonPropertyDescription("One CamelCase word for programs.")
  public String reason;

  @Required
  @Size(max = 4096)
  @JsonPropertyDescription("One sentence for people.")
  public String message;

  /** Whether a condition holds. */
  public enum Status {
    @JsonProperty("True")
    TRUE,
    @JsonProperty("False")
    FALSE,
    @JsonProperty("Unknown")
    UNKNOWN
  }
}
