package dev.exchequer.operator.reconcile;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.model.Credentials;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.FieldLines;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.operator.model.Spec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Secrets that resources name, each by a watch of its own: so the operator never sees another one, and its role may be limited to names. Called by one
 * thread at a time.
 */
final class SecretWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SecretWatch.class);
  /** Of the first ones longer: a plan without them would refuse every key, and there is no good form to go on with yet. */
  private static final long FIRST_ONES_MS = 30_000;
  private static final long LATER_ONES_MS = 2000;
  private static final List<String> REFERENCES = List.of("secretRef", "caCertificateRef");
  private static final Set<String> KINDS = Set.of("ModelProvider", "ApiKey");

  private final KubernetesClient client;
  private final Runnable dirty;
  private final Map<ObjectName, SharedIndexInformer<Secret>> informers = new TreeMap<>();

  SecretWatch(KubernetesClient client, Runnable dirty) {
    this.client = client;
    this.dirty = dirty;
  }

  /** The Secrets that these objects name, as far as they are there; from now on they are watched, and no others. */
  List<Document> namedBy(Collection<Document> objects) {
    Set<ObjectName> named = new HashSet<>();
    objects.stream().filter(object -> KINDS.contains(object.kind())).forEach(object -> named.addAll(names(object)));
    informers.entrySet().removeIf(entry -> !named.contains(entry.getKey()) && stopped(entry.getValue()));
    named.removeAll(informers.keySet());
    long patience = informers.isEmpty() ? FIRST_ONES_MS : LATER_ONES_MS;
    List<CompletableFuture<Void>> started = new ArrayList<>();
    named.forEach(name -> started.add(start(name)));
    awaitFirstLook(started, patience);
    return informers.values().stream().flatMap(informer -> informer.getStore().list().stream()).map(SecretWatch::document).toList();
  }

  private static Set<ObjectName> names(Document object) {
    Set<ObjectName> names = new HashSet<>();
    String namespace = object.name().namespace();
    REFERENCES.forEach(
        field ->
            Spec.of(object)
                .forEachBelow(field, (ref, path) -> ref.asRef(object.name()).ifPresent(name -> names.add(new ObjectName(namespace, name.name())))));
    Spec.of(object).list("credentials").forEach(credential -> Credentials.generated(credential, object.name()).ifPresent(names::add));
    return names;
  }

  private CompletableFuture<Void> start(ObjectName name) {
    SharedIndexInformer<Secret> informer = client.secrets().inNamespace(name.namespace()).withName(name.name()).runnableInformer(0);
    informer.addEventHandler(
        new ResourceEventHandler<>() {
          @Override
          public void onAdd(Secret secret) {
            dirty.run();
          }

          @Override
          public void onUpdate(Secret before, Secret secret) {
            dirty.run();
          }

          @Override
          public void onDelete(Secret secret, boolean unknown) {
            dirty.run();
          }
        });
    CompletableFuture<Void> looked = new CompletableFuture<>();
    informer.exceptionHandler(
        (started, cause) -> {
          LOG.warn("the Secret {} cannot be watched, tried again: {}", name, cause.getMessage());
          if (forbidden(cause)) {
            looked.complete(null);
          }
          return true;
        });
    informers.put(name, informer);
    return CompletableFuture.anyOf(informer.start().toCompletableFuture(), looked).thenAccept(done -> {});
  }

  static boolean forbidden(@Nullable Throwable cause) {
    return cause != null && ((cause instanceof KubernetesClientException e && e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) || forbidden(cause.getCause()));
  }

  /** Without it every object that names a new Secret would be refused for a moment. One that may not be read is not waited for. */
  private static void awaitFirstLook(List<CompletableFuture<Void>> started, long patience) {
    try {
      CompletableFuture.allOf(started.toArray(CompletableFuture[]::new)).get(patience, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.info("not every Secret could be read at once");
    }
  }

  private static boolean stopped(SharedIndexInformer<Secret> informer) {
    informer.stop();
    return true;
  }

  private static Document document(Secret secret) {
    ObjectNode content = JsonNodeFactory.instance.objectNode().put("apiVersion", "v1").put("kind", "Secret");
    ObjectName name = new ObjectName(secret.getMetadata().getNamespace(), secret.getMetadata().getName());
    ObjectNode metadata = content.putObject("metadata").put("name", name.name()).put("namespace", name.namespace());
    ArrayNode owners = metadata.putArray("ownerReferences");
    secret.getMetadata().getOwnerReferences().forEach(owner -> owners.addObject().put("uid", owner.getUid()));
    ObjectNode data = content.putObject("data");
    if (secret.getData() != null) {
      secret.getData().forEach(data::put);
    }
    return new Document(null, 0, "v1", new ObjectKey("Secret", name), content, FieldLines.UNKNOWN);
  }

  @Override
  public void close() {
    informers.values().forEach(SharedIndexInformer::stop);
    informers.clear();
  }
}
