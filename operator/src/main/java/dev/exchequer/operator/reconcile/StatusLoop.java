package dev.exchequer.operator.reconcile;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.operator.GatewayPipeline.Compiled;
import dev.exchequer.operator.compile.Gateways;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.operator.publish.Outcome;
import dev.exchequer.operator.reconcile.Judged.World;
import dev.exchequer.operator.status.Columns;
import dev.exchequer.operator.status.Conditions;
import dev.exchequer.operator.status.Envoys;
import dev.exchequer.operator.status.EventLog;
import dev.exchequer.operator.status.EventWriter;
import dev.exchequer.operator.status.Live;
import dev.exchequer.operator.status.Served;
import dev.exchequer.operator.status.StatusApply;
import dev.exchequer.operator.status.StatusWriter;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that this replica writes to the API server about objects, on one thread: as the leader conditions, columns and events; as the one that Envoys are
 * connected to and a ledger reports to, their part of statuses.
 */
final class StatusLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StatusLoop.class);
  private static final long LOOK_MS = 1_000;
  private static final long LEDGER_MS = 100;
  private static final long LAST_MS = 5_000;
  private static final long PAUSE_MS = 200;
  private static final String NOT_WRITTEN = "statuses were not written";
  private static final String CLOSED = "closed: statuses are another replica's now";
  /** Within this another replica has said how its Envoys took a plan. */
  private static final Duration ANSWER = Duration.ofSeconds(5);

  private final KubernetesOperator.Settings settings;
  private final KubernetesOperator.Serving serving;
  private final LiveObjects objects;
  private final BooleanSupplier leads;
  private final InstantSource clock;
  private final Judged judged = new Judged();
  private final StatusWriter writer;
  private final StaleEnvoys staleEnvoys;
  private final EnvoyLoop envoys;
  private final LedgerLoop ledger;
  private final EventLog eventLog = new EventLog();
  private final EventWriter events;
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("status").daemon().factory());
  private final AtomicBoolean waiting = new AtomicBoolean();
  private FirstLook firstLook = new FirstLook(0, Instant.EPOCH);
  private @Nullable Told told;
  /** What this replica let go is not taken back by a look that waited. On the thread. */
  private boolean left;

  private record FirstLook(long number, Instant at) {}

  /** What was judged by when statuses were last written. */
  private record Told(long number, Outcome outcome, String serving) {}

  StatusLoop(KubernetesClient client, KubernetesOperator.Settings settings, KubernetesOperator.Serving serving, LiveObjects objects, BooleanSupplier leads) {
    this.settings = settings;
    this.serving = serving;
    this.objects = objects;
    this.leads = leads;
    this.clock = settings.clock();
    Map<String, ResourceDefinitionContext> kinds = new HashMap<>();
    Kinds.ALL.forEach(kind -> kinds.put(kind.type().getSimpleName(), ResourceDefinitionContext.fromResourceType(kind.type())));
    boolean apply = settings.serverSideApply();
    this.writer = new StatusWriter(new StatusApply(client, kinds, "exchequer", apply), clock);
    this.staleEnvoys = new StaleEnvoys(client, settings.replica(), clock);
    this.envoys = new EnvoyLoop(new StatusApply(client, kinds, "exchequer-" + settings.replica(), apply), settings.replica(), clock);
    this.ledger =
        new LedgerLoop(objects, this::gateway, new StatusApply(client, kinds, "exchequer-ledger", apply), new Finalizers(client), clock, leads);
    this.events = new EventWriter(client, settings.replica(), clock);
  }

  void start() {
    serving.listen(ledger::heard);
    thread.scheduleWithFixedDelay(guarded("Envoys were not looked at", this::look), LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
    thread.scheduleWithFixedDelay(guarded("balances were not looked at", ledger::look), LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
    thread.scheduleWithFixedDelay(guarded("the ledger's statuses were not written", ledger::tick), LEDGER_MS, LEDGER_MS, TimeUnit.MILLISECONDS);
  }

  private static Runnable guarded(String otherwise, Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException e) {
        LOG.error(otherwise, e);
      }
    };
  }

  /** @return its number */
  long compiled(Compiled compiled, List<Document> from) {
    return judged.compiled(compiled, from);
  }

  void activated(long number, Outcome outcome) {
    if (judged.activated(number, outcome)) {
      again();
    }
  }

  /**
   * There is something to look at. One look that waits is enough: it sees what is newest then. And it waits a little: what was changed is to serve first, and
   * of many changes in a row not each is worth a write.
   */
  void again() {
    if (!waiting.getAndSet(true)) {
      try {
        thread.schedule(
            guarded(
                NOT_WRITTEN,
                () -> {
                  waiting.set(false);
                  look();
                }),
            PAUSE_MS,
            TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        LOG.debug(CLOSED);
      }
    }
  }

  /** This replica leads from now on. */
  void lead() {
    soon(
        () -> {
          writer.forget();
          told = null;
          look();
        });
  }

  private void soon(Runnable task) {
    try {
      thread.execute(guarded(NOT_WRITTEN, task));
    } catch (RejectedExecutionException e) {
      LOG.debug(CLOSED);
    }
  }

  /** On the thread. Something was compiled, or Envoy came or went, here or at another replica. */
  private void look() {
    if (left) {
      return;
    }
    // before anything is judged: what the first look finds is what others left, and what is written after it is news
    List<EventLog.News> news = eventLog.look(objects.all());
    events.write(leads.getAsBoolean() ? news : List.of());
    World world = judged.world();
    Optional<Live> gateway = gateway().flatMap(objects::find);
    Outcome here = here(world);
    if (here != null) {
      Map<String, Outcome> local = local(world);
      gateway.ifPresent(there -> envoys.look(there, local, world.compiled().digest()));
      if (leads.getAsBoolean()) {
        gateway.ifPresent(staleEnvoys::remove);
        judge(world, here, local, gateway);
      }
    }
  }

  /** Of the newest plan at the Envoys of this replica, now; null = on its way. A refused one stays refused: what Envoy has is the plan before it. */
  private @Nullable Outcome here(World world) {
    Outcome first = world.outcome();
    return first == null || first instanceof Outcome.Rejected ? first : serving.current();
  }

  /** By node. A plan that all refused was taken back, so what they stand to now is the one before it. */
  private Map<String, Outcome> local(World world) {
    Map<String, Outcome> nodes = serving.envoys();
    return world.outcome() instanceof Outcome.Rejected rejected
        ? nodes.keySet().stream().collect(Collectors.toMap(node -> node, node -> rejected))
        : nodes;
  }

  private void judge(World world, Outcome here, Map<String, Outcome> local, Optional<Live> gateway) {
    List<Envoys.Entry> entries = gateway.map(Live::status).map(Envoys::of).orElse(List.of());
    String digest = world.compiled().digest();
    Outcome outcome = Envoys.merged(here, local.keySet(), entries, digest, clock.instant());
    if (outcome instanceof Outcome.NoEnvoy && !entries.isEmpty() && isFresh(world)) {
      return; // another replica is about to say; every status would be written twice
    }
    String served = Envoys.serving(local, entries, digest, clock.instant());
    Served serves = judged.serving(world, outcome);
    Told now = new Told(world.number(), outcome, served);
    if (now.equals(told)) {
      return;
    }
    Map<ObjectKey, ObjectNode> columns = Columns.of(world.compiled());
    gateway.ifPresent(there -> columns.put(there.key(), Columns.ofGateway(world.compiled(), served)));
    boolean written = writer.write(asJudged(world), Conditions.of(world.compiled(), outcome, world.objects(), world.inPlan(), serves), columns);
    told = written ? now : null; // the next look tries again
  }

  private boolean isFresh(World world) {
    Instant now = clock.instant();
    if (world.number() != firstLook.number) {
      firstLook = new FirstLook(world.number(), now);
    }
    return firstLook.at.plus(ANSWER).isAfter(now);
  }

  /** The one in force. */
  private Optional<ObjectKey> gateway() {
    List<Document> gateways = judged.world().objects().stream().filter(object -> object.kind().equals(Gateways.KIND)).toList();
    return Gateways.inForce(gateways, settings.gateway().object()).map(Document::key);
  }

  /** In the form that was compiled, an informer may be ahead of it; without those that are gone. */
  private List<Live> asJudged(World world) {
    Map<ObjectKey, Live> live = objects.all().stream().collect(Collectors.toMap(Live::key, object -> object));
    List<Live> there = new ArrayList<>();
    for (Document object : world.objects()) {
      Live now = live.get(object.key());
      if (now != null) {
        there.add(now.as(object));
      }
    }
    return there;
  }

  /** Lets go what waits for this replica: its finalizers, and its Envoys, which go to another. */
  @Override
  public void close() {
    if (thread.isShutdown()) {
      return;
    }
    try {
      thread.execute(
          guarded(
              "not all was let go",
              () -> {
                ledger.leave();
                left = true;
                gateway().flatMap(objects::find).ifPresent(envoys::leave);
              }));
      thread.shutdown();
      if (!thread.awaitTermination(LAST_MS, TimeUnit.MILLISECONDS)) {
        LOG.warn("statuses were still being written");
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      thread.shutdownNow();
    }
  }
}
