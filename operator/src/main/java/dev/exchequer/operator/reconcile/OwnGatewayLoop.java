package dev.exchequer.operator.reconcile;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.reconcile.OwnGateway.Step;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the {@link OwnGateway} of this installation, if it asks for one. The leader writes, on a thread of its own: plans do not wait for it. */
final class OwnGatewayLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OwnGatewayLoop.class);
  private static final String MANAGER = "exchequer-chart";
  private static final long AGAIN_MS = 10_000;

  /** By server-side apply, because a role can name the object that may be made so; a plain create it can only allow for all names. */
  private static final PatchContext APPLY = new PatchContext.Builder().withPatchType(PatchType.SERVER_SIDE_APPLY).withFieldManager(MANAGER).build();

  private static final PatchContext MERGE = new PatchContext.Builder().withPatchType(PatchType.JSON_MERGE).withFieldManager(MANAGER).build();

  private final KubernetesClient client;
  private final @Nullable OwnGateway wanted;
  private final boolean serverSideApply;
  private final Function<ObjectName, Optional<? extends RawResource>> informer;
  private final BooleanSupplier leads;
  private final ResourceDefinitionContext kind = ResourceDefinitionContext.fromResourceType(Kinds.TokenGateway.class);
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("own-gateway").daemon().factory());

  /** Of the thread alone. */
  private boolean again;

  private String told = "";

  /**
   * @param wanted null = this installation asks for none
   * @param informer what it has by that name
   */
  OwnGatewayLoop(KubernetesClient client, @Nullable OwnGateway wanted, boolean serverSideApply, Function<ObjectName, Optional<? extends RawResource>> informer, BooleanSupplier leads) {
    this.client = client;
    this.wanted = wanted;
    this.serverSideApply = serverSideApply;
    this.informer = informer;
    this.leads = leads;
  }

  /** The objects to be served: with what stands for the gateway's own, if that is not there yet. */
  List<Document> with(List<Document> objects) {
    OwnGateway own = wanted;
    return own == null || informer.apply(own.name()).isPresent() ? objects : Stream.concat(objects.stream(), Stream.of(own.standIn())).toList();
  }

  /** Something changed, or this replica leads since. */
  void look() {
    OwnGateway own = wanted;
    if (own == null || !leads.getAsBoolean() || own.step(informer.apply(own.name())) instanceof Step.Nothing) {
      return;
    }
    try {
      thread.execute(() -> write(own));
    } catch (RejectedExecutionException e) {
      LOG.debug("closed: another replica leads now");
    }
  }

  private void write(OwnGateway own) {
    if (!leads.getAsBoolean()) {
      return;
    }
    try {
      switch (own.step(informer.apply(own.name()))) {
        case Step.Create create -> {
          create(own.name(), create.object());
          LOG.info("made {} as the values say", own.key());
        }
        case Step.Change change -> {
          client.genericKubernetesResources(kind).inNamespace(own.name().namespace()).withName(own.name().name()).patch(MERGE, change.patch().toString());
          LOG.info("changed {} as the values say", own.key());
        }
        case Step.Foreign foreign ->
            tell("the values are not applied to " + own.key() + ": somebody else made it, it has no annotation " + OwnGateway.VALUES + ". Delete it, or set tokenGateway.create=false");
        case Step.Nothing nothing -> {}
      }
    } catch (RuntimeException e) {
      if (!(e instanceof KubernetesClientException refused && refused.getCode() == HttpURLConnection.HTTP_CONFLICT)) { // then somebody was faster
        tell(own.key() + " is not as the values say, it is tried again: " + e.getMessage());
      }
      later(own);
    }
  }

  private void create(ObjectName name, ObjectNode object) {
    GenericKubernetesResource resource = Serialization.jsonMapper().convertValue(object, GenericKubernetesResource.class);
    var resources = client.genericKubernetesResources(kind).inNamespace(name.namespace()).resource(resource);
    if (serverSideApply) {
      resources.patch(APPLY, resource);
    } else {
      resources.create();
    }
  }

  private void later(OwnGateway own) {
    if (!again) {
      again = true;
      thread.schedule(
          () -> {
            again = false;
            write(own);
          },
          AGAIN_MS,
          TimeUnit.MILLISECONDS);
    }
  }

  /** Once: the same is found at every look. */
  private void tell(String news) {
    if (!news.equals(told)) {
      LOG.warn(news);
      told = news;
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
