package dev.exchequer.operator.reconcile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.api.v1.LedgerReport;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.Activation;
import dev.exchequer.operator.GatewayPipeline;
import dev.exchequer.operator.GatewayPipeline.Compiled;
import dev.exchequer.operator.compile.Gateways;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.FieldLines;
import dev.exchequer.operator.model.GatewayIdentity;
import dev.exchequer.operator.model.ListMemo;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.operator.model.Reading;
import dev.exchequer.operator.publish.Outcome;
import dev.exchequer.operator.status.Live;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The operator in Kubernetes mode: the objects of the API server are compiled and served as a folder's files are, and again after every change. Informers hold
 * the objects; a change only says that there is one, and a {@link Batcher} takes all of them in one {@link Reading}. Statuses are written by the replica that
 * leads; every replica serves.
 */
public final class KubernetesOperator implements AutoCloseable {
  /**
   * What is watched, and who writes.
   *
   * @param namespaces to watch; empty = all
   * @param lease where the replicas agree who writes statuses; null = there is one replica
   * @param serverSideApply false where the API server cannot (that of tests)
   * @param gateway whose routes may serve the keys of other namespaces, and which TokenGateway is in force
   * @param replica which of them this is: the pod's name
   * @param clock for paces and patience
   * @param tokenGateway spec of the TokenGateway that the operator keeps, by the name that the gateway's identity has; null = people make it
   */
  public record Settings(
      Set<String> namespaces, @Nullable LeaseName lease, boolean serverSideApply, GatewayIdentity gateway, String replica, InstantSource clock, @Nullable ObjectNode tokenGateway) {
    /** @throws IllegalArgumentException if a TokenGateway is to be kept and has no name */
    public Settings {
      if (tokenGateway != null && gateway.object() == null) {
        throw new IllegalArgumentException("a TokenGateway that is to be made needs a name");
      }
    }

    /** TokenGateways are people's. */
    public Settings(Set<String> namespaces, @Nullable LeaseName lease, boolean serverSideApply, GatewayIdentity gateway, String replica, InstantSource clock) {
      this(namespaces, lease, serverSideApply, gateway, replica, clock, null);
    }

    /** The oldest TokenGateway; the replica is named by its lease. */
    public Settings(Set<String> namespaces, @Nullable LeaseName lease, boolean serverSideApply, String gatewayNamespace) {
      this(namespaces, lease, serverSideApply, GatewayIdentity.of(gatewayNamespace), lease == null ? "exchequer" : lease.identity(), InstantSource.system());
    }
  }

  /**
   * Where replicas agree on one of them.
   *
   * @param identity of this replica: the pod's name
   */
  public record LeaseName(String namespace, String name, String identity) {}

  /** Brings plans to Envoy and to the accounting service. */
  public interface Serving {
    /**
     * Returns at once.
     *
     * @param done gets what became of it, unless a newer one overtook it; any thread
     */
    void activate(Compiled compiled, Consumer<Outcome> done);

    /** A change was taken in, which took so long; the plan may be the same. */
    default void rebuilt(long nanos) {}

    /** How Envoy stands now to the newest plan that it did not refuse. */
    Outcome current();

    /** The same by node, of the Envoys that are connected to this replica. */
    default Map<String, Outcome> envoys() {
      return Map.of();
    }

    /** Gets what gateways report of their ledgers, from now on and what was reported before; it must not block. */
    default void listen(Consumer<LedgerReport> reports) {}
  }

  private final Settings settings;
  private final Serving serving;
  private final GatewayPipeline pipeline;
  private final KubernetesClient client;
  private final Batcher batcher;
  private final SecretWatch secrets;
  private final NamespaceWatch namespaces;
  private final GeneratedKeys generated;
  private final OwnGatewayLoop ownGateway;
  private final DefinitionWatch definitions;
  private final Leadership leadership;
  private final StatusLoop statuses;
  /** Null = not begun. */
  private volatile @Nullable Watches watches;
  private boolean closed;
  /** Used on the batcher's thread only. */
  private final InOrder inOrder = new InOrder();
  private final ListMemo<RawResource, Document> documents = new ListMemo<>();
  private @Nullable Compiled last;

  private KubernetesOperator(KubernetesClient client, Settings settings, Serving serving) {
    this.client = client;
    this.settings = settings;
    this.serving = serving;
    this.pipeline = new GatewayPipeline(Map.of(), settings.gateway()); // ${NAME} is for files
    this.batcher = Batcher.start(this::read);
    this.secrets = new SecretWatch(client, batcher::mark);
    this.namespaces = new NamespaceWatch(client, batcher::mark);
    this.generated = new GeneratedKeys(client, new SecureRandom(), this::leads, batcher::mark);
    this.ownGateway = new OwnGatewayLoop(client, OwnGateway.of(settings), settings.serverSideApply(), name -> find(new ObjectKey(Gateways.KIND, name)), this::leads);
    this.definitions = DefinitionWatch.of(client, this::renew);
    this.statuses = new StatusLoop(client, settings, serving, informers(), this::leads);
    this.leadership = new Leadership(client, settings.lease(), this::lead);
  }

  /** Serves by an activation. */
  public static Serving by(Activation activation) {
    return new Serving() {
      @Override
      public void activate(Compiled compiled, Consumer<Outcome> done) {
        activation.activate(compiled, compiled.plan(), done);
      }

      @Override
      public Outcome current() {
        return activation.current();
      }

      @Override
      public Map<String, Outcome> envoys() {
        return activation.envoys();
      }

      @Override
      public void listen(Consumer<LedgerReport> reports) {
        activation.reports().listen(reports);
      }
    };
  }

  /** Returns when every object was read once; the first plan is on its way. */
  public static KubernetesOperator start(KubernetesClient client, Settings settings, Serving serving) {
    KubernetesOperator operator = new KubernetesOperator(client, settings, serving);
    try {
      operator.begin();
      return operator;
    } catch (RuntimeException e) {
      operator.close();
      throw e;
    }
  }

  private void begin() {
    definitions.know();
    Watches first = Watches.start(client, settings.namespaces(), batcher::mark);
    namespaces.start();
    take(first);
    leadership.start();
    statuses.start();
    definitions.start();
  }

  /** From a list of everything on. The watches that stand are used until then: half the objects would be a plan without the other half. */
  private void renew() {
    take(Watches.start(client, settings.namespaces(), batcher::mark));
  }

  private void take(Watches next) {
    Watches over;
    synchronized (this) {
      over = closed ? next : watches;
      watches = closed ? watches : next;
    }
    batcher.mark();
    if (over != null) {
      over.close();
    }
  }

  /** On the batcher's thread. */
  private void read() {
    Watches now = watches;
    if (now == null) {
      return;
    }
    long begun = System.nanoTime();
    List<? extends RawResource> raw = now.all().filter(KubernetesOperator::stays).toList();
    List<Document> objects = ownGateway.with(inOrder.of(documents.of(raw, KubernetesOperator::document)));
    ownGateway.look();
    List<Document> all = new ArrayList<>(objects);
    List<Document> named = secrets.namedBy(objects);
    all.addAll(named);
    all.addAll(namespaces.documents());
    Compiled compiled = pipeline.compile(new Reading(all, generated.make(objects, named), ""));
    serving.rebuilt(System.nanoTime() - begun);
    if (compiled == last) {
      statuses.again(); // a status was written, ours or not
      return;
    }
    last = compiled;
    CompletableFuture<Long> number = new CompletableFuture<>();
    serving.activate(compiled, outcome -> number.thenAccept(its -> statuses.activated(its, outcome)));
    number.complete(statuses.compiled(compiled, objects)); // what is said of it can wait, requests cannot
  }

  /** A balance that was deleted takes no new holds while it waits for those that it has. */
  private static boolean stays(RawResource resource) {
    return resource.getMetadata().getDeletionTimestamp() == null || !resource.getKind().equals("Balance");
  }

  private void lead() {
    generated.look();
    ownGateway.look();
    statuses.lead();
  }

  private LiveObjects informers() {
    return new LiveObjects() {
      @Override
      public List<Live> all() {
        return resources(Watches::all).map(KubernetesOperator::live).toList();
      }

      @Override
      public List<Live> ofKind(String kind) {
        return resources(there -> there.ofKind(kind)).map(KubernetesOperator::live).toList();
      }

      @Override
      public Optional<Live> find(ObjectKey key) {
        return KubernetesOperator.this.find(key).map(KubernetesOperator::live);
      }
    };
  }

  private Optional<? extends RawResource> find(ObjectKey key) {
    Watches now = watches;
    return now == null ? Optional.empty() : now.find(key);
  }

  private Stream<? extends RawResource> resources(Function<Watches, Stream<? extends RawResource>> of) {
    Watches now = watches;
    return now == null ? Stream.of() : of.apply(now);
  }

  private static Live live(RawResource resource) {
    ObjectMeta metadata = resource.getMetadata();
    Instant deleted = metadata.getDeletionTimestamp() == null ? null : Instant.parse(metadata.getDeletionTimestamp());
    return new Live(document(resource), metadata.getUid(), metadata.getResourceVersion(), resource.getStatus(), deleted, metadata.getFinalizers());
  }

  /** Without what changes when nothing was written by people: the status, the resource version. */
  private static Document document(RawResource resource) {
    ObjectKey key = new ObjectKey(resource.getKind(), new ObjectName(resource.getMetadata().getNamespace(), resource.getMetadata().getName()));
    ObjectNode content = JsonNodeFactory.instance.objectNode().put("apiVersion", resource.getApiVersion()).put("kind", key.kind());
    ObjectNode metadata = content.putObject("metadata").put("name", key.name().name()).put("namespace", key.name().namespace());
    metadata.put("uid", resource.getMetadata().getUid()).put("creationTimestamp", resource.getMetadata().getCreationTimestamp());
    Long generation = resource.getMetadata().getGeneration();
    if (generation != null) {
      metadata.put("generation", generation);
    }
    JsonNode spec = resource.getSpec();
    if (spec != null) {
      content.set("spec", spec);
    }
    return new Document(null, 0, resource.getApiVersion(), key, content, FieldLines.UNKNOWN);
  }

  /** Whether all watches stand. */
  public boolean healthy() {
    Watches now = watches;
    return now != null && now.healthy();
  }

  /** Whether this replica writes the statuses. */
  public boolean leads() {
    return leadership.leads();
  }

  @Override
  public void close() {
    batcher.close();
    definitions.close();
    statuses.close(); // before the lease: what this replica lets go, it lets go as long as it may
    leadership.close();
    Watches standing;
    synchronized (this) {
      closed = true;
      standing = watches;
    }
    if (standing != null) {
      standing.close();
    }
    secrets.close();
    namespaces.close();
    generated.close();
    ownGateway.close();
  }
}
