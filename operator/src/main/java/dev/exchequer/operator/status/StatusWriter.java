package dev.exchequer.operator.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.operator.model.ObjectKey;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what the leader says of objects: conditions and columns, only those that changed. Called by one thread at a time. */
public final class StatusWriter {
  private static final Logger LOG = LoggerFactory.getLogger(StatusWriter.class);
  private static final Set<String> CONDITIONS = Set.of(Verdict.ACCEPTED, Verdict.RESOLVED_REFS, Verdict.PROGRAMMED, Verdict.READY);

  /** 1 is 1, as an int or as a long. */
  private static final Comparator<JsonNode> BY_TEXT = Comparator.comparing(JsonNode::asText);

  private final StatusApply apply;
  private final InstantSource clock;

  /** What was written last, by object: a watch may be behind. */
  private final Map<ObjectKey, Written> written = new HashMap<>();

  /**
   * @param status made of the other four, where they are equal it is
   */
  private record Written(String uid, long generation, List<Verdict> verdicts, @Nullable ObjectNode columns, ObjectNode status) {
    boolean says(Live object, List<Verdict> newest, @Nullable ObjectNode newestColumns) {
      return uid.equals(object.uid()) && generation == object.document().generation() && verdicts.equals(newest) && Objects.equals(columns, newestColumns);
    }
  }

  public StatusWriter(StatusApply apply, InstantSource clock) {
    this.apply = apply;
    this.clock = clock;
  }

  /** Another one wrote since: what the watch says counts again. */
  public void forget() {
    written.clear();
  }

  /**
   * Writes those that changed.
   *
   * @param objects all that there are
   * @param columns further fields of the status, by object
   * @return false = not all could be written: to be tried again
   */
  public boolean write(List<Live> objects, Map<ObjectKey, List<Verdict>> verdicts, Map<ObjectKey, ObjectNode> columns) {
    written.keySet().retainAll(verdicts.keySet());
    boolean all = true;
    for (Live object : objects) {
      ObjectKey key = object.key();
      Written last = written.get(key);
      List<Verdict> newest = verdicts.getOrDefault(key, List.of());
      if (last != null && last.says(object, newest, columns.get(key))) {
        continue; // the common case: of thousands of objects one changed
      }
      JsonNode before = last != null && last.uid.equals(object.uid()) ? last.status : own(object.status());
      ObjectNode status = status(object.document().generation(), newest, columns.get(key), before);
      if (before != null && status.equals(BY_TEXT, before)) {
        continue;
      }
      try {
        apply.apply(key, object.uid(), status);
        written.put(key, new Written(object.uid(), object.document().generation(), newest, columns.get(key), status));
      } catch (KubernetesClientException e) {
        all = false;
        if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND && e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
          LOG.warn("the status of {} could not be written, and no other is tried now: {}", key, e.getMessage());
          return false;
        }
      }
    }
    return all;
  }

  /** The part of a status that is written here: the rest is others', and no reason to write. */
  private static @Nullable JsonNode own(@Nullable JsonNode status) {
    if (status == null) {
      return null;
    }
    ObjectNode own = JsonNodeFactory.instance.objectNode();
    if (status.has("observedGeneration")) {
      own.set("observedGeneration", status.get("observedGeneration"));
    }
    var conditions = own.putArray("conditions");
    status.path("conditions").forEach(condition -> {
      if (CONDITIONS.contains(condition.path("type").asText())) {
        conditions.add(condition);
      }
    });
    Columns.FIELDS.stream().filter(status::has).forEach(field -> own.set(field, status.get(field)));
    return own;
  }

  private ObjectNode status(long generation, List<Verdict> verdicts, @Nullable ObjectNode columns, @Nullable JsonNode before) {
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.put("observedGeneration", generation);
    Rendered.conditions(status.putArray("conditions"), verdicts, before, clock.instant());
    if (columns != null) {
      status.setAll(columns);
    }
    return status;
  }
}
