package dev.exchequer.operator.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is known of namespaces: their labels. One without a document has none but its name, which is implied as in Kubernetes.
 *
 * @param documents by the name of the namespace
 */
public record Namespaces(SortedMap<String, Document> documents) {
  private static final String NAME_LABEL = "kubernetes.io/metadata.name";

  public Namespaces {
    documents = new TreeMap<>(documents);
  }

  public static Namespaces none() {
    return new Namespaces(new TreeMap<>());
  }

  /** Empty if the namespace has no such label. */
  public Optional<String> label(String namespace, String label) {
    if (label.equals(NAME_LABEL)) {
      return Optional.of(namespace);
    }
    Document document = documents.get(namespace);
    JsonNode value = document == null ? null : document.content().path("metadata").path("labels").get(label);
    return value == null || !value.isTextual() ? Optional.empty() : Optional.of(value.asText());
  }
}
