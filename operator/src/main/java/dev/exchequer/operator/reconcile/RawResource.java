package dev.exchequer.operator.reconcile;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import org.jspecify.annotations.Nullable;

/**
 * An object as the API server has it, its spec unread: the pipeline judges it as it judges a file, and one that no class of ours could hold takes out itself,
 * not the whole list that it came in.
 */
abstract class RawResource extends CustomResource<JsonNode, JsonNode> implements Namespaced {
  private static final long serialVersionUID = 1;

  @Override
  protected @Nullable JsonNode initSpec() {
    return null;
  }

  @Override
  protected @Nullable JsonNode initStatus() {
    return null;
  }
}
