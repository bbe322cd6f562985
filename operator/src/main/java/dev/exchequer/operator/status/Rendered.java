package dev.exchequer.operator.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Verdicts as the conditions of a status. */
final class Rendered {
  private Rendered() {}

  /**
   * @param before the status as it was: a condition that holds as it did keeps the time at which it changed
   * @param now the time of those that change
   */
  static void conditions(ArrayNode conditions, List<Verdict> verdicts, @Nullable JsonNode before, Instant now) {
    for (Verdict verdict : verdicts) {
      var condition = conditions.addObject().put("type", verdict.type()).put("status", verdict.status());
      if (verdict.observedGeneration() > 0) {
        condition.put("observedGeneration", verdict.observedGeneration());
      }
      condition.put("lastTransitionTime", since(verdict, before, now)).put("reason", verdict.reason()).put("message", verdict.message());
    }
  }

  private static String since(Verdict verdict, @Nullable JsonNode before, Instant now) {
    if (before != null) {
      for (JsonNode condition : before.path("conditions")) {
        if (condition.path("type").asText().equals(verdict.type()) && condition.path("status").asText().equals(verdict.status())) {
          return condition.path("lastTransitionTime").asText();
        }
      }
    }
    return now.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
