package dev.exchequer.operator.reconcile;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.operator.status.Envoys;
import dev.exchequer.operator.status.Live;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes out of the gateway's status what replicas left that are gone: server-side apply lets nobody else remove it. */
final class StaleEnvoys {
  private static final Logger LOG = LoggerFactory.getLogger(StaleEnvoys.class);
  private static final PatchContext JSON_PATCH = PatchContext.of(PatchType.JSON);

  private final KubernetesClient client;
  private final String replica;
  private final InstantSource clock;
  private final ResourceDefinitionContext gateways = ResourceDefinitionContext.fromResourceType(Kinds.TokenGateway.class);

  StaleEnvoys(KubernetesClient client, String replica, InstantSource clock) {
    this.client = client;
    this.replica = replica;
    this.clock = clock;
  }

  /** One at a time; the next look takes the next. */
  void remove(Live gateway) {
    JsonNode status = gateway.status();
    if (status == null) {
      return;
    }
    Set<String> stale = Envoys.forgotten(Envoys.of(status), replica, clock.instant()).stream().map(Envoys.Entry::node).collect(Collectors.toSet());
    for (int i = 0; i < status.path("envoys").size(); i++) {
      JsonNode entry = status.path("envoys").get(i);
      if (stale.contains(entry.path("node").asText())) {
        remove(gateway, "/status/envoys/" + i, entry);
        return;
      }
    }
  }

  private void remove(Live gateway, String path, JsonNode entry) {
    String patch = Serialization.asJson(List.of(Map.of("op", "test", "path", path, "value", entry), Map.of("op", "remove", "path", path)));
    try {
      client
          .genericKubernetesResources(gateways)
          .inNamespace(gateway.key().name().namespace())
          .withName(gateway.key().name().name())
          .subresource("status")
          .patch(JSON_PATCH, patch);
    } catch (KubernetesClientException e) {
      LOG.info("an entry of {} was not removed, it is tried again: {}", gateway.key(), e.getMessage());
    }
  }
}
