package dev.exchequer.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Names another resource. */
@SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
public final class ObjectRef {
  @Required
  @Size(min = 1, max = 253)
  @Pattern(Formats.OBJECT_NAME)
  @JsonPropertyDescription("Name of the resource.")
  public String name;

  @Size(min = 1, max = 63)
  @Pattern(Formats.LABEL)
  @JsonPropertyDescription("Namespace of the resource; absent = the namespace of the one that refers to it.")
  public @Nullable String namespace;
}
