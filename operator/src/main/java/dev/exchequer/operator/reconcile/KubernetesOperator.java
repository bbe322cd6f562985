package dev.exchequer.operator.reconcile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.Activation;
import dev.exchequer.operator.GatewayPipeline;
import dev.exchequer.operator.GatewayPipeline.Compiled;
import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.FieldLines;
import dev.exchequer.operator.model.Memo;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.operator.model.Reading;
import dev.exchequer.operator.publish.Outcome;
import dev.exchequer.operator.status.Columns;
import dev.exchequer.operator.status.Conditions;
import dev.exchequer.operator.status.Served;
import dev.exchequer.operator.status.StatusWriter;
import dev.exchequer.operator.status.StatusWriter.Live;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.javaoperatorsdk.operator.Operator;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operator in Kubernetes mode: the objects of the API server are compiled and served as a folder's files are, and again after every change. Informers hold
 * the objects; a change only says that there is one, and a {@link Batcher} takes all of them in one {@link Reading}. Statuses are written by the replica that
 * leads; every replica serves.
 */
public final class KubernetesOperator implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KubernetesOperator.class);
  private static final long LOOK_MS = 1000;
  private static final Compiled EMPTY = new Compiled(GatewayPlan.EMPTY, new byte[0], "", List.of());

  /**
   * What is watched, and who writes.
   *
   * @param namespaces to watch; empty = all
   * @param lease where the replicas agree who writes statuses; null = there is one replica
   * @param serverSideApply false where the API server cannot (that of tests)
   */
  public record Settings(Set<String> namespaces, @Nullable LeaseName lease, boolean serverSideApply) {}

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

    /** How Envoy stands now to the newest plan that it did not refuse. */
    Outcome current();
  }

  /**
   * What was compiled last.
   *
   * @param number counts compilations
   * @param inPlan what of the objects is in the plan
   * @param outcome what became of it, null = on its way
   */
  private record World(long number, Compiled compiled, List<Document> objects, Served inPlan, @Nullable Outcome outcome) {}

  private final Settings settings;
  private final Serving serving;
  private final GatewayPipeline pipeline = new GatewayPipeline(Map.of()); // ${NAME} is for files
  private final List<DirtyReconciler<?>> reconcilers = new ArrayList<>();
  private final Batcher batcher;
  private final SecretWatch secrets;
  private final Operator operator;
  private final StatusWriter writer;
  private final Leadership leadership;
  private final ScheduledExecutorService statuses = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("status").daemon().factory());
  private @Nullable ScheduledFuture<?> looking;
  private final AtomicBoolean telling = new AtomicBoolean();
  private volatile boolean synced;
  /** Used on the batcher's thread only. */
  private final Memo<RawResource, Document> documents = new Memo<>(KubernetesOperator::document);

  /** These three are guarded by this. */
  private World world = new World(0, EMPTY, List.of(), Served.NOTHING, null);
  /** What is in the newest plan that Envoy did not refuse. */
  private Served served = Served.NOTHING;
  private @Nullable Outcome told;

  private KubernetesOperator(KubernetesClient client, Settings settings, Serving serving) {
    this.settings = settings;
    this.serving = serving;
    this.batcher = Batcher.start(this::read);
    this.secrets = new SecretWatch(client, batcher::mark);
    this.operator =
        new Operator(overrides -> overrides.withKubernetesClient(client).withCloseClientOnStop(false).withConcurrentReconciliationThreads(2));
    Map<String, ResourceDefinitionContext> kinds = new HashMap<>();
    Kinds.ALL.forEach(kind -> kinds.put(kind.type().getSimpleName(), ResourceDefinitionContext.fromResourceType(kind.type())));
    this.writer = new StatusWriter(client, kinds, InstantSource.system(), settings.serverSideApply());
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
    Kinds.ALL.forEach(this::register);
    operator.start();
    // not before all informers are synced: half the objects would be a plan without the other half
    synced = true;
    batcher.mark();
    leadership.start();
    looking = statuses.scheduleWithFixedDelay(this::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
  }

  private <R extends RawResource> void register(Kinds.Watched<R> kind) {
    DirtyReconciler<R> reconciler = kind.reconciler().apply(batcher::mark);
    reconcilers.add(reconciler);
    operator.register(
        reconciler,
        overrides -> {
          overrides.withTriggerReconcilerOnAllEvents(true); // deletions too, without a finalizer
          if (settings.namespaces().isEmpty()) {
            overrides.watchingAllNamespaces();
          } else {
            overrides.settingNamespaces(settings.namespaces());
          }
        });
  }

  /** On the batcher's thread. */
  private void read() {
    if (!synced) {
      return;
    }
    documents.turn();
    List<Document> objects = reconcilers.stream().flatMap(DirtyReconciler::all).<Document>map(documents::of).sorted(Comparator.comparing(Document::key)).toList();
    List<Document> all = new ArrayList<>(objects);
    all.addAll(secrets.namedBy(objects));
    Compiled compiled = pipeline.compile(new Reading(all, List.of(), ""));
    long number;
    synchronized (this) {
      if (compiled == world.compiled) {
        // a status was written, ours or not
        tellSoon();
        return;
      }
      number = world.number + 1;
      world = new World(number, compiled, objects, world.inPlan.next(compiled, objects), null);
    }
    serving.activate(compiled, outcome -> activated(number, outcome));
  }

  private synchronized void activated(long number, Outcome outcome) {
    if (world.number == number) {
      if (!(outcome instanceof Outcome.Rejected)) {
        served = world.inPlan;
      }
      world = new World(number, world.compiled, world.objects, world.inPlan, outcome);
      tellSoon();
    }
  }

  /** One that waits is enough: it looks at what is newest then. */
  private void tellSoon() {
    if (!telling.getAndSet(true)) {
      onStatuses(
          () -> {
            telling.set(false);
            tell();
          });
    }
  }

  private void onStatuses(Runnable task) {
    try {
      statuses.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("closed: statuses are another replica's now");
    }
  }

  /** Of the newest plan, now; null = on its way. A refused one stays refused: what Envoy has is the plan before it. */
  private synchronized @Nullable Outcome outcome() {
    Outcome first = world.outcome;
    return first == null || first instanceof Outcome.Rejected ? first : serving.current();
  }

  /** Envoy may have come or gone since. */
  private void look() {
    try {
      if (isNews(outcome())) {
        tell();
      }
    } catch (RuntimeException e) {
      LOG.error("Envoy was not looked at", e);
    }
  }

  private synchronized boolean isNews(@Nullable Outcome outcome) {
    return !Objects.equals(outcome, told);
  }

  private void lead() {
    onStatuses(
        () -> {
          writer.forget();
          tell();
        });
  }

  /** On the thread of statuses. */
  private void tell() {
    World now;
    Outcome outcome;
    Served serves;
    synchronized (this) {
      now = world;
      outcome = outcome();
      serves = served;
      told = outcome;
    }
    if (outcome == null || !leadership.leads()) {
      return;
    }
    boolean written = false;
    try {
      written = writer.write(asJudged(now), Conditions.of(now.compiled, outcome, now.objects, now.inPlan, serves), Columns.of(now.compiled));
    } catch (RuntimeException e) {
      LOG.error("statuses were not written", e);
    }
    if (!written) {
      synchronized (this) {
        told = null; // the next look tries again
      }
    }
  }

  /** In the form that was compiled, an informer may be ahead of it; without those that are gone. */
  private List<Live> asJudged(World judged) {
    Map<ObjectKey, Live> live = live().collect(Collectors.toMap(object -> object.document().key(), object -> object));
    List<Live> objects = new ArrayList<>();
    for (Document object : judged.objects) {
      Live now = live.get(object.key());
      if (now != null) {
        objects.add(new Live(object, now.uid(), now.status()));
      }
    }
    return objects;
  }

  private Stream<Live> live() {
    return reconcilers.stream().flatMap(DirtyReconciler::all).map(resource -> new Live(document(resource), resource.getMetadata().getUid(), resource.getStatus()));
  }

  /** Without what changes when nothing was written by people: the status, the resource version. */
  private static Document document(RawResource resource) {
    ObjectKey key = new ObjectKey(resource.getKind(), new ObjectName(resource.getMetadata().getNamespace(), resource.getMetadata().getName()));
    ObjectNode content = JsonNodeFactory.instance.objectNode().put("apiVersion", resource.getApiVersion()).put("kind", key.kind());
    ObjectNode metadata = content.putObject("metadata").put("name", key.name().name()).put("namespace", key.name().namespace());
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
    return operator.getRuntimeInfo().isStarted() && operator.getRuntimeInfo().allEventSourcesAreHealthy();
  }

  /** Whether this replica writes the statuses. */
  public boolean leads() {
    return leadership.leads();
  }

  @Override
  public void close() {
    batcher.close();
    leadership.close();
    if (looking != null) {
      looking.cancel(false);
    }
    statuses.shutdownNow();
    operator.stop();
    secrets.close();
  }
}
