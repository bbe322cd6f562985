package dev.exchequer.operator.status;

import dev.exchequer.operator.GatewayPipeline.Compiled;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.ObjectKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Which generation of each object is in a plan.
 *
 * @param generations absent = nothing of the object is in it
 */
public record Served(Map<ObjectKey, Long> generations) {
  public static final Served NOTHING = new Served(Map.of());

  public Served {
    generations = Map.copyOf(generations);
  }

  /** What is in a plan that was compiled from these objects, where this was in the one before it. */
  public Served next(Compiled compiled, Collection<Document> objects) {
    Findings findings = Findings.of(compiled.decisive());
    Map<ObjectKey, Long> next = new HashMap<>();
    for (Document object : objects) {
      Long before = generations.get(object.key());
      if (findings.errors(object.key()).isEmpty()) {
        next.put(object.key(), object.generation());
      } else if (before != null && findings.lastGoodServes(object.key())) {
        next.put(object.key(), before);
      }
    }
    return new Served(next);
  }
}
