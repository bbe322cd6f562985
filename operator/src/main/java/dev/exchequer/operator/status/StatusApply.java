package dev.exchequer.operator.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
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
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Applies one field manager's part of statuses: by server-side apply, by force. What others own, a person's spec above all, is never touched. */
public final class StatusApply {
  private static final Map<String, String> LIST_KEYS = Map.of("conditions", "type", "envoys", "node");

  private final KubernetesClient client;
  private final Map<String, ResourceDefinitionContext> kinds;
  private final PatchContext apply;
  private final boolean serverSideApply;

  /** Where the server does not know who owns what. */
  private final Map<ObjectKey, ObjectNode> applied = new ConcurrentHashMap<>();

  /**
   * @param kinds how each kind is addressed
   * @param serverSideApply false = read, merge and write, for API servers that cannot (those of tests)
   */
  public StatusApply(KubernetesClient client, Map<String, ResourceDefinitionContext> kinds, String fieldManager, boolean serverSideApply) {
    this.client = client;
    this.kinds = Map.copyOf(kinds);
    this.apply = new PatchContext.Builder().withPatchType(PatchType.SERVER_SIDE_APPLY).withFieldManager(fieldManager).withForce(true).build();
    this.serverSideApply = serverSideApply;
  }

  /**
   * @param uid so that an object that was deleted and made again is not mistaken for the old one
   * @param part all that this manager says: what it said before and not now is gone
   * @throws KubernetesClientException 404 or 409 if that object is gone
   */
  public void apply(ObjectKey key, String uid, ObjectNode part) {
    var resources = client.genericKubernetesResources(Objects.requireNonNull(kinds.get(key.kind()))).inNamespace(key.name().namespace());
    if (!serverSideApply) {
      ObjectNode before = applied.getOrDefault(key, part);
      resources.withName(key.name().name()).editStatus(resource -> merged(resource, before, part));
      applied.put(key, part);
      return;
    }
    GenericKubernetesResource resource =
        new GenericKubernetesResourceBuilder()
            .withApiVersion(Document.API_VERSION)
            .withKind(key.kind())
            .withNewMetadata()
            .withName(key.name().name())
            .withNamespace(key.name().namespace())
            .withUid(uid)
            .endMetadata()
            .addToAdditionalProperties("status", part)
            .build();
    resources.resource(resource).subresource("status").patch(apply, resource);
  }

  private static GenericKubernetesResource merged(GenericKubernetesResource resource, ObjectNode owned, ObjectNode part) {
    JsonNode before = Serialization.jsonMapper().valueToTree(resource.getAdditionalProperties().get("status"));
    ObjectNode status = before instanceof ObjectNode there ? there.deepCopy() : Serialization.jsonMapper().createObjectNode();
    part.properties()
        .forEach(
            field -> {
              String key = LIST_KEYS.get(field.getKey());
              status.set(field.getKey(), key == null ? field.getValue() : merged(status.path(field.getKey()), owned.path(field.getKey()), field.getValue(), key));
            });
    resource.setAdditionalProperty("status", status);
    return resource;
  }

  private static ArrayNode merged(JsonNode before, JsonNode owned, JsonNode entries, String key) {
    ArrayNode all = Serialization.jsonMapper().createArrayNode();
    before.forEach(
        old -> {
          if (Stream.concat(owned.valueStream(), entries.valueStream()).noneMatch(entry -> entry.path(key).equals(old.path(key)))) {
            all.add(old);
          }
        });
    entries.forEach(all::add);
    return all;
  }
}
