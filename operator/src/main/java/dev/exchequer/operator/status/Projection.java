package dev.exchequer.operator.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger is known to have for one object, as the part of its status that people read. Nothing is decided by it.
 *
 * @param parent the field of the status that holds the fields; "" = the status itself
 * @param fields as they are written
 * @param conditions those that the ledger decides
 * @param sequence of the balance's last entry; 0 where there is none
 * @param asOfMs ledger time
 */
public record Projection(String parent, ObjectNode fields, List<Verdict> conditions, long sequence, long asOfMs) {
  public Projection {
    conditions = List.copyOf(conditions);
  }

  /** Whether a reader is told the same, at whatever time. */
  boolean saysTheSame(Projection other) {
    return fields.equals(other.fields) && conditions.equals(other.conditions);
  }

  /** Older by the ledger's own count, or by its clock where the count is the same. */
  boolean olderThan(Projection other) {
    return sequence != other.sequence ? sequence < other.sequence : asOfMs < other.asOfMs;
  }

  /** Whether the API server has a newer one, from whichever replica. */
  public boolean olderThan(@Nullable JsonNode status) {
    JsonNode there = status == null ? JsonNodeFactory.instance.missingNode() : holder(status);
    if (!there.has("asOf")) {
      return false;
    }
    long known = there.path("sequence").asLong(0);
    return sequence != known ? sequence < known : asOfMs < Times.millis(there.path("asOf").asText());
  }

  /** Whether the API server has it already, but for the time. */
  public boolean isIn(@Nullable JsonNode status) {
    if (status == null || !holder(status).has("asOf")) {
      return false;
    }
    JsonNode there = holder(status);
    boolean fieldsThere = fields.properties().stream().allMatch(field -> field.getValue().asText().equals(there.path(field.getKey()).asText()));
    return fieldsThere && conditions.stream().allMatch(verdict -> status.path("conditions").valueStream().anyMatch(condition -> says(condition, verdict)));
  }

  private static boolean says(JsonNode condition, Verdict verdict) {
    return condition.path("type").asText().equals(verdict.type())
        && condition.path("status").asText().equals(verdict.status())
        && condition.path("message").asText().equals(verdict.message());
  }

  private JsonNode holder(JsonNode status) {
    return parent.isEmpty() ? status : status.path(parent);
  }

  /** @param before the status as it is: conditions keep the time at which they changed */
  public ObjectNode status(@Nullable JsonNode before, Instant now) {
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    ObjectNode holder = parent.isEmpty() ? status : status.putObject(parent);
    holder.setAll(fields.deepCopy());
    holder.put("asOf", Times.text(asOfMs));
    if (!conditions.isEmpty()) {
      Rendered.conditions(status.putArray("conditions"), conditions, before, now);
    }
    return status;
  }
}
