package dev.exchequer.operator.reconcile;

import dev.exchequer.operator.status.Live;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the finalizer on a balance and takes it off: nothing else of the object is written, and only of the form that was looked at. */
final class Finalizers {
  private static final Logger LOG = LoggerFactory.getLogger(Finalizers.class);
  private static final PatchContext JSON_PATCH = PatchContext.of(PatchType.JSON);
  /** It is gone, or is not as it was seen. */
  private static final Set<Integer> OVERTAKEN = Set.of(HttpURLConnection.HTTP_NOT_FOUND, HttpURLConnection.HTTP_CONFLICT, 422);

  private final KubernetesClient client;
  private final ResourceDefinitionContext balances = ResourceDefinitionContext.fromResourceType(Kinds.Balance.class);

  Finalizers(KubernetesClient client) {
    this.client = client;
  }

  /** A refusal is no harm: the next look decides anew. */
  void take(Live balance, OpenHolds.Step step) {
    List<String> finalizers = new ArrayList<>(balance.finalizers());
    finalizers.remove(OpenHolds.FINALIZER);
    if (step == OpenHolds.Step.ADD) {
      finalizers.add(OpenHolds.FINALIZER);
    }
    try {
      client
          .genericKubernetesResources(balances)
          .inNamespace(balance.key().name().namespace())
          .withName(balance.key().name().name())
          .patch(JSON_PATCH, Serialization.asJson(patch(balance, finalizers)));
    } catch (KubernetesClientException e) {
      if (!OVERTAKEN.contains(e.getCode())) {
        LOG.warn("the finalizer of {} could not be changed: {}", balance.key(), e.getMessage());
      }
    }
  }

  /** Only if nobody changed the finalizers since. Where there are none a patch cannot ask for that, so the whole object must be the one that was seen. */
  private static List<Map<String, Object>> patch(Live balance, List<String> finalizers) {
    Map<String, Object> seen =
        balance.finalizers().isEmpty()
            ? Map.of("op", "test", "path", "/metadata/resourceVersion", "value", balance.version())
            : Map.of("op", "test", "path", "/metadata/finalizers", "value", balance.finalizers());
    return List.of(
        Map.of("op", "test", "path", "/metadata/uid", "value", balance.uid()), seen, Map.of("op", "add", "path", "/metadata/finalizers", "value", finalizers));
  }
}
