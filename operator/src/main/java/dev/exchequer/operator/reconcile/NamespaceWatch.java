package dev.exchequer.operator.reconcile;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.FieldLines;
import dev.exchequer.operator.model.ObjectKey;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The labels of the namespaces, by which resources consent and routes choose their keys. An operator that may not see them goes on: what asks for a label then
 * finds none, so nobody is let in by it.
 */
final class NamespaceWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NamespaceWatch.class);
  private static final long FIRST_LOOK_MS = 30_000;

  private final SharedIndexInformer<Namespace> informer;
  private final CompletableFuture<Void> refused = new CompletableFuture<>();

  NamespaceWatch(KubernetesClient client, Runnable dirty) {
    this.informer = client.namespaces().runnableInformer(0);
    informer.addEventHandler(
        new ResourceEventHandler<>() {
          @Override
          public void onAdd(Namespace namespace) {
            dirty.run();
          }

          @Override
          public void onUpdate(Namespace before, Namespace namespace) {
            if (!Objects.equals(before.getMetadata().getLabels(), namespace.getMetadata().getLabels())) {
              dirty.run();
            }
          }

          @Override
          public void onDelete(Namespace namespace, boolean unknown) {
            dirty.run();
          }
        });
    informer.exceptionHandler(
        (started, cause) -> {
          LOG.warn("the labels of namespaces cannot be watched, tried again: {}", cause.getMessage());
          if (SecretWatch.forbidden(cause)) {
            refused.complete(null);
          }
          return true;
        });
  }

  /** Returns when all labels were read once, or may not be read. */
  void start() {
    try {
      CompletableFuture.anyOf(informer.start().toCompletableFuture(), refused).get(FIRST_LOOK_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("the labels of namespaces could not be read at once");
    }
  }

  /** One document a namespace, with its labels and nothing else. */
  List<Document> documents() {
    return informer.getStore().list().stream().map(NamespaceWatch::document).toList();
  }

  private static Document document(Namespace namespace) {
    ObjectKey key = new ObjectKey("Namespace", new ObjectName(ObjectName.DEFAULT_NAMESPACE, namespace.getMetadata().getName()));
    ObjectNode content = JsonNodeFactory.instance.objectNode().put("apiVersion", "v1").put("kind", key.kind());
    ObjectNode labels = content.putObject("metadata").put("name", key.name().name()).putObject("labels");
    Map<String, String> written = namespace.getMetadata().getLabels();
    if (written != null) {
      new TreeMap<>(written).forEach(labels::put);
    }
    return new Document(null, 0, "v1", key, content, FieldLines.UNKNOWN);
  }

  @Override
  public void close() {
    informer.stop();
  }
}
