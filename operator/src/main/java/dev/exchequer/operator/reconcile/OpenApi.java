package dev.exchequer.operator.reconcile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.validate.KnownFields;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;

/**
 * The definitions as the API server publishes them in OpenAPI 3. Its index has a digest of each group, which changes after the definitions are in force, and
 * everybody who is authenticated may read it (ClusterRole {@code system:discovery}). Definitions themselves could be watched with a right of its own, and do not
 * say since when they are in force.
 */
record OpenApi(KubernetesClient client, KnownFields known) implements DefinitionWatch.Served {
  private static final String INDEX = "/openapi/v3";

  @Override
  public String digest() {
    return address();
  }

  private String address() {
    return get(INDEX).path("paths").path("apis/" + Document.API_VERSION).path("serverRelativeURL").asText();
  }

  @Override
  public List<String> unknown() {
    return known.unknownIn(get(address()).at("/components/schemas"));
  }

  /** Missing where there is no such page. */
  private JsonNode get(String path) {
    try {
      String answer = client.raw(path);
      return answer == null ? MissingNode.getInstance() : Serialization.jsonMapper().readTree(answer);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(path + " is no JSON", e);
    }
  }
}
