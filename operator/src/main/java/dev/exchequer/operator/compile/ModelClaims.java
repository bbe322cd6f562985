package dev.exchequer.operator.compile;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Spec;
import dev.exchequer.policy.ModelPattern;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who serves a model that several routes list: the first by name. Between an exact name and a prefix there is no conflict, the request decides (exact
 * before the longest prefix).
 */
public final class ModelClaims {
  private final Map<String, ObjectName> winners = new HashMap<>();

  public ModelClaims(List<Document> routes) {
    for (Document route : routes) {
      for (String model : Spec.of(route).texts("models")) {
        winners.merge(model, route.name(), (a, b) -> a.compareTo(b) <= 0 ? a : b);
      }
    }
  }

  /** The route that has this entry. */
  public ObjectName winner(String model, ObjectName otherwise) {
    return winners.getOrDefault(model, otherwise);
  }

  List<ModelPattern> wonBy(Document route) {
    return Spec.of(route).texts("models").stream()
        .filter(model -> !model.isEmpty() && winner(model, route.name()).equals(route.name()))
        .distinct()
        .map(ModelPattern::new)
        .toList();
  }
}
