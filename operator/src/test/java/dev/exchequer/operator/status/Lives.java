package dev.exchequer.operator.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.FieldLines;
import dev.exchequer.operator.model.ObjectKey;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Objects as an API server would have them. */
public final class Lives {
  private Lives() {}

  public static Live live(String kind, String name, String version, String status) {
    return live(kind, name, version, status, null, List.of());
  }

  public static Live live(String kind, String name, String version, String status, @Nullable Instant deletedAt, List<String> finalizers) {
    Document document =
        new Document(null, 0, Document.API_VERSION, new ObjectKey(kind, new ObjectName("default", name)), JsonNodeFactory.instance.objectNode(), FieldLines.UNKNOWN);
    return new Live(document, "uid-" + name, version, status.isEmpty() ? null : json(status), deletedAt, finalizers);
  }

  public static JsonNode json(String text) {
    try {
      return JsonMapper.builder().build().readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
