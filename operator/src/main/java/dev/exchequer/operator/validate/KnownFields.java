package dev.exchequer.operator.validate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** What definitions of another version have that this build does not know: an object with such a field is refused. */
public final class KnownFields {
  private final Schemas ours = Schemas.load();

  /**
   * @param schemas of whole objects by name, as an API server publishes them ({@code components.schemas} of OpenAPI 3): a name ends with the kind
   * @return paths, each after its kind; empty = every field is known
   */
  public List<String> unknownIn(JsonNode schemas) {
    List<String> unknown = new ArrayList<>();
    schemas
        .properties()
        .forEach(
            schema -> {
              String kind = schema.getKey().substring(schema.getKey().lastIndexOf('.') + 1);
              if (ours.kinds().contains(kind)) {
                compare(ours.of(kind).at("/properties/spec"), schema.getValue().at("/properties/spec"), kind + " spec", unknown);
              }
            });
    return unknown;
  }

  private static void compare(JsonNode known, JsonNode served, String path, List<String> unknown) {
    served
        .path("properties")
        .properties()
        .forEach(
            field -> {
              String at = path + "." + field.getKey();
              JsonNode own = known.path("properties").path(field.getKey());
              if (own.isMissingNode()) {
                unknown.add(at);
              } else {
                compare(own, field.getValue(), at, unknown);
              }
            });
    for (String inner : List.of("items", "additionalProperties")) {
      if (served.path(inner).isObject()) {
        compare(known.path(inner), served.path(inner), path + "[]", unknown);
      }
    }
  }
}
