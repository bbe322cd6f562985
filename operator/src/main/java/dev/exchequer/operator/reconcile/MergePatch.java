package dev.exchequer.operator.reconcile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** JSON merge patches (RFC 7396) made of two values. */
final class MergePatch {
  private MergePatch() {}

  /**
   * What changes one into the other, and nothing that both have: who changed something else meanwhile keeps it.
   *
   * @return empty if they are equal
   */
  static ObjectNode between(ObjectNode before, ObjectNode after) {
    ObjectNode patch = before.objectNode();
    before.fieldNames().forEachRemaining(name -> {
      if (!after.has(name)) {
        patch.putNull(name);
      }
    });
    after.properties().forEach(field -> {
      JsonNode was = before.path(field.getKey());
      JsonNode is = field.getValue();
      if (was.equals(is)) {
        return;
      }
      patch.set(field.getKey(), was instanceof ObjectNode from && is instanceof ObjectNode to ? between(from, to) : is.deepCopy());
    });
    return patch;
  }
}
