package dev.exchequer.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** Names one value of a Secret in the same namespace. */
@SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
public final class SecretKeyRef {
  @Required
  @Size(min = 1, max = 253)
  @Pattern(Formats.OBJECT_NAME)
  @JsonPropertyDescription("Name of the Secret, in the same namespace.")
  public String name;

  @Required
  @Size(min = 1, max = 253)
  @Pattern(Formats.SECRET_KEY)
  @JsonPropertyDescription("Key within the Secret.")
  public String key;
}
