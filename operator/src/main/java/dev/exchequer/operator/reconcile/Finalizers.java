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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the finalizer on a balance and takes it off: nothing else of the object is written, and only of the form that was looked at. */
final class Finalizers {
  private static final Logger LOG = LoggerFactory.getLogger(Finalizers.class);
  private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

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
    Map<String, Object> metadata = Map.of("uid", balance.uid(), "resourceVersion", balance.version(), "finalizers", finalizers);
    try {
      client
          .genericKubernetesResources(balances)
          .inNamespace(balance.key().name().namespace())
          .withName(balance.key().name().name())
          .patch(MERGE, Serialization.asJson(Map.of("metadata", metadata)));
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND && e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        LOG.warn("the finalizer of {} could not be changed: {}", balance.key(), e.getMessage());
      }
    }
  }
}
