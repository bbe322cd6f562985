package dev.exchequer.operator.reconcile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.compile.Gateways;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.FieldLines;
import dev.exchequer.operator.model.ObjectKey;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The TokenGateway that an installation asks for, and what is to be done so that there is one: what the values say goes into the object once, as Helm does it
 * with everything else. A value that changed is changed in the object; what people wrote there themselves stays until the value of that very field changes.
 *
 * @param spec as the values say it
 */
record OwnGateway(ObjectName name, ObjectNode spec) {
  /** On the object: the values that it was last made of. Who takes it off takes the object for himself. */
  static final String VALUES = "exchequer.dev/values";

  /** What is to be done. */
  sealed interface Step {
    /** There is none: it is made. */
    record Create(ObjectNode object) implements Step {}

    /** @param patch a JSON merge patch, only of the form that was looked at */
    record Change(ObjectNode patch) implements Step {}

    /** It is as the values say, or it is on its way out. */
    record Nothing() implements Step {}

    /** Somebody else's of the same name. */
    record Foreign() implements Step {}
  }

  /** Null = the installation asks for none. */
  static @Nullable OwnGateway of(KubernetesOperator.Settings settings) {
    ObjectName name = settings.gateway().object();
    ObjectNode spec = settings.tokenGateway();
    return name == null || spec == null ? null : new OwnGateway(name, spec);
  }

  ObjectKey key() {
    return new ObjectKey(Gateways.KIND, name);
  }

  /** Serves until the object is there: a gateway for some namespaces never serves all for a moment. */
  Document standIn() {
    return new Document(null, 0, Document.API_VERSION, key(), object(), FieldLines.UNKNOWN);
  }

  Step step(Optional<? extends RawResource> there) {
    if (there.isEmpty()) {
      ObjectNode object = object();
      ObjectNode metadata = (ObjectNode) object.path("metadata");
      metadata.putObject("labels").put("app.kubernetes.io/managed-by", "exchequer");
      metadata.putObject("annotations").put(VALUES, spec.toString());
      return new Step.Create(object);
    }
    RawResource live = there.get();
    Map<String, String> annotations = live.getMetadata().getAnnotations();
    String made = annotations == null ? null : annotations.get(VALUES);
    if (live.getMetadata().getDeletionTimestamp() != null) {
      return new Step.Nothing();
    }
    if (made == null) {
      return new Step.Foreign();
    }
    ObjectNode before = values(made);
    if (before != null && before.equals(spec)) {
      return new Step.Nothing();
    }
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    ObjectNode metadata = patch.putObject("metadata").put("resourceVersion", live.getMetadata().getResourceVersion());
    metadata.putObject("annotations").put(VALUES, spec.toString());
    // a chart before this one wrote a digest there: what it was made of is not known, so all values are written
    patch.set("spec", MergePatch.between(before == null ? patch.objectNode() : before, spec));
    return new Step.Change(patch);
  }

  private ObjectNode object() {
    ObjectNode object = JsonNodeFactory.instance.objectNode().put("apiVersion", Document.API_VERSION).put("kind", Gateways.KIND);
    object.putObject("metadata").put("name", name.name()).put("namespace", name.namespace());
    object.set("spec", spec.deepCopy());
    return object;
  }

  private static @Nullable ObjectNode values(String annotation) {
    try {
      JsonNode read = Serialization.jsonMapper().readTree(annotation);
      return read instanceof ObjectNode values ? values : null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }
}
