package dev.exchequer.operator.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.ObjectKey;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes statuses to the API server, by server-side apply and only those that changed. Called by one thread at a time. */
public final class StatusWriter {
  private static final Logger LOG = LoggerFactory.getLogger(StatusWriter.class);
  private static final PatchContext APPLY =
      new PatchContext.Builder().withPatchType(PatchType.SERVER_SIDE_APPLY).withFieldManager("exchequer").withForce(true).build();

  /** 1 is 1, as an int or as a long. */
  private static final Comparator<JsonNode> BY_TEXT = Comparator.comparing(JsonNode::asText);

  private final KubernetesClient client;
  private final Map<String, ResourceDefinitionContext> kinds;
  private final InstantSource clock;
  private final boolean serverSideApply;

  /** What was written last, by object: a watch may be behind. */
  private final Map<ObjectKey, Written> written = new HashMap<>();

  private record Written(String uid, ObjectNode status) {}

  /**
   * An object as the API server has it.
   *
   * @param status null = none yet
   */
  public record Live(Document document, String uid, @Nullable JsonNode status) {}

  /**
   * @param kinds how each kind is addressed
   * @param serverSideApply false = read, change and write, for API servers that cannot (those of tests)
   */
  public StatusWriter(KubernetesClient client, Map<String, ResourceDefinitionContext> kinds, InstantSource clock, boolean serverSideApply) {
    this.client = client;
    this.kinds = Map.copyOf(kinds);
    this.clock = clock;
    this.serverSideApply = serverSideApply;
  }

  /** Another one wrote since: what the watch says counts again. */
  public void forget() {
    written.clear();
  }

  /**
   * Writes those that changed.
   *
   * @param objects all that there are
   * @return false = not all could be written: to be tried again
   */
  public boolean write(List<Live> objects, Map<ObjectKey, List<Verdict>> verdicts, Map<ObjectKey, Columns> columns) {
    written.keySet().retainAll(verdicts.keySet());
    boolean all = true;
    for (Live object : objects) {
      ObjectKey key = object.document().key();
      Written last = written.get(key);
      JsonNode before = last != null && last.uid.equals(object.uid()) ? last.status : object.status();
      ObjectNode status = status(object.document().generation(), verdicts.getOrDefault(key, List.of()), columns.get(key), before);
      if (before != null && status.equals(BY_TEXT, before)) {
        continue;
      }
      try {
        write(key, object.uid(), status);
        written.put(key, new Written(object.uid(), status));
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

  private void write(ObjectKey key, String uid, ObjectNode status) {
    var resources = client.genericKubernetesResources(Objects.requireNonNull(kinds.get(key.kind()))).inNamespace(key.name().namespace());
    if (!serverSideApply) {
      resources
          .withName(key.name().name())
          .editStatus(
              resource -> {
                resource.setAdditionalProperty("status", status);
                return resource;
              });
      return;
    }
    GenericKubernetesResource resource =
        new GenericKubernetesResourceBuilder()
            .withApiVersion(Document.API_VERSION)
            .withKind(key.kind())
            // with the uid an object that was deleted and made again is not mistaken for the old one
            .withNewMetadata()
            .withName(key.name().name())
            .withNamespace(key.name().namespace())
            .withUid(uid)
            .endMetadata()
            .addToAdditionalProperties("status", status)
            .build();
    resources.resource(resource).subresource("status").patch(APPLY, resource);
  }

  private ObjectNode status(long generation, List<Verdict> verdicts, @Nullable Columns columns, @Nullable JsonNode before) {
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.put("observedGeneration", generation);
    ArrayNode conditions = status.putArray("conditions");
    for (Verdict verdict : verdicts) {
      conditions
          .addObject()
          .put("type", verdict.type())
          .put("status", verdict.status())
          .put("observedGeneration", verdict.observedGeneration())
          .put("lastTransitionTime", since(verdict, before))
          .put("reason", verdict.reason())
          .put("message", verdict.message());
    }
    if (columns != null) {
      status.put("hops", columns.hops());
      status.put("crossing", columns.crossing());
    }
    return status;
  }

  private String since(Verdict verdict, @Nullable JsonNode before) {
    if (before != null) {
      for (JsonNode condition : before.path("conditions")) {
        if (condition.path("type").asText().equals(verdict.type()) && condition.path("status").asText().equals(verdict.status())) {
          return condition.path("lastTransitionTime").asText();
        }
      }
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    return now.toString();
  }
}
