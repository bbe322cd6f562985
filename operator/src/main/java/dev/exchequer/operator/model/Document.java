package dev.exchequer.operator.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.identity.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * One object as it was written, from a file or from the API server.
 *
 * @param file relative to the folder that was read; null = from the API server
 * @param line of its first line, 0 = unknown
 * @param content the whole object: apiVersion, kind, metadata, spec (or data)
 */
public record Document(@Nullable String file, int line, String apiVersion, ObjectKey key, ObjectNode content, FieldLines lines) {
  /** The group and version of all kinds of this product. */
  public static final String API_VERSION = "exchequer.dev/v1alpha1";

  public String kind() {
    return key.kind();
  }

  public ObjectName name() {
    return key.name();
  }

  /** Never null: an object without one has an empty spec. */
  public JsonNode spec() {
    JsonNode spec = content.path("spec");
    return spec.isObject() ? spec : JsonNodeFactory.instance.objectNode();
  }

  /** How often the API server saw the spec change; 1 in a file that does not say. */
  public long generation() {
    return content.path("metadata").path("generation").asLong(1);
  }

  /** The API server's id of this very object, "" in a file that does not say. */
  public String uid() {
    return content.path("metadata").path("uid").asText("");
  }

  /** Whether it is deleted with the other: what a controller makes for an object is. */
  public boolean isOwnedBy(Document owner) {
    for (JsonNode reference : content.path("metadata").path("ownerReferences")) {
      if (!owner.uid().isEmpty() && reference.path("uid").asText("").equals(owner.uid())) {
        return true;
      }
    }
    return false;
  }

  /** When the API server first had it, milliseconds since the epoch; the end of time in a file that does not say: no such object is older than another. */
  public long createdAtMs() {
    return Spec.parseTime(content.path("metadata").path("creationTimestamp").asText("")).orElse(Long.MAX_VALUE);
  }

  /** Without its content: a Secret is a document too. */
  @Override
  public String toString() {
    return key + (file == null ? "" : " at " + file + ":" + line);
  }

  public boolean sameContent(Document other) {
    return content.equals(other.content);
  }
}
