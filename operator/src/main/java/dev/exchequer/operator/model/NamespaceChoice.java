package dev.exchequer.operator.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Namespaces as a resource chooses them, by name or by label (`usableFrom`, `audience`). What is not said or cannot be understood chooses nothing.
 *
 * @param own the namespace of the resource, always chosen
 * @param from Same, All or Selector
 * @param namespaces `{from, selector}`
 */
public record NamespaceChoice(String own, String from, Spec namespaces) {
  public NamespaceChoice(String own, Spec namespaces) {
    this(own, namespaces.text("from", "Same"), namespaces); // read once: it is asked of every route on every change
  }

  /** @param field of the spec, e.g. "usableFrom" */
  public static NamespaceChoice of(Document document, String field) {
    return new NamespaceChoice(document.name().namespace(), Spec.of(document).part(field).part("namespaces"));
  }

  public boolean all() {
    return from.equals("All");
  }

  /** Whether only its own namespace is chosen. */
  public boolean same() {
    return from.equals("Same");
  }

  public boolean includes(String namespace, Namespaces known) {
    return namespace.equals(own) || all() || from.equals("Selector") && namespaces.has("selector") && selects(namespaces.part("selector"), namespace, known);
  }

  /** As in Kubernetes: everything in it must hold, so an empty one selects every namespace. */
  private static boolean selects(Spec selector, String namespace, Namespaces known) {
    for (Map.Entry<String, JsonNode> wanted : selector.part("matchLabels").node().properties()) {
      if (!known.label(namespace, wanted.getKey()).equals(Optional.of(wanted.getValue().asText()))) {
        return false;
      }
    }
    return selector.list("matchExpressions").stream().allMatch(expression -> holds(expression, known.label(namespace, expression.text("key"))));
  }

  private static boolean holds(Spec expression, Optional<String> label) {
    List<String> values = expression.texts("values");
    return switch (expression.text("operator")) {
      case "In" -> label.filter(values::contains).isPresent();
      case "NotIn" -> label.filter(values::contains).isEmpty();
      case "Exists" -> label.isPresent();
      case "DoesNotExist" -> label.isEmpty();
      default -> false;
    };
  }
}
