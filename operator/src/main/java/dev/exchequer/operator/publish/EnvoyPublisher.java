package dev.exchequer.operator.publish;

import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.model.Memo;
import dev.exchequer.operator.translate.ToEnvoy;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings plans to Envoy in the order of activation: a new plan's clusters and secrets beside the old ones, then the routes; the accounting service starts to
 * use it after that; and what only older plans needed goes, in reverse, when no request is pinned to them.
 *
 * <p>Called by one thread at a time; {@code stage} blocks for as long as Envoy takes to answer, at most {@code patience} and a second.
 */
public final class EnvoyPublisher {
  private static final Logger LOG = LoggerFactory.getLogger(EnvoyPublisher.class);
  private static final long POLL_MS = 20;
  /** Routes that come after slow clusters get this much more. */
  private static final long ROUTES_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final Set<ResourceType> CLUSTERS = EnumSet.of(ResourceType.CLUSTER, ResourceType.SECRET);
  private static final Set<ResourceType> ROUTES = EnumSet.of(ResourceType.ROUTES);


  private final DeltaCache cache;
  private final ToEnvoy toEnvoy;
  private final EnvoyAdmin admin;
  private final Duration patience;
  private final Memo<RouteConfiguration, Versioned> tables = new Memo<>(Desired::versioned);
  private List<GatewayPlan> serving = List.of();
  /** Whether all clusters of {@link #serving} were seen warm; asking costs Envoy a walk over its statistics. */
  private boolean warmed;

  /** @param patience how long Envoy may take to acknowledge, and to warm its clusters: 5 s */
  public EnvoyPublisher(XdsServer server, ToEnvoy toEnvoy, EnvoyAdmin admin, Duration patience) {
    this(server.cache(), toEnvoy, admin, patience);
  }

  EnvoyPublisher(DeltaCache cache, ToEnvoy toEnvoy, EnvoyAdmin admin, Duration patience) {
    this.cache = cache;
    this.toEnvoy = toEnvoy;
    this.admin = admin;
    this.patience = patience;
  }

  /**
   * Makes Envoy able to serve a plan beside all that it serves now. After Serving the plan may be given to the accounting service.
   *
   * @return Rejected: nothing has changed for requests, and an Envoy that restarts will not see the plan
   */
  public synchronized Outcome stage(GatewayPlan plan) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    List<GatewayPlan> plans = with(plan);
    Desired next = Desired.of(toEnvoy.resources(plan, older(plans)), tables);
    Desired before = cache.desired().orElse(next);
    cache.set(next.withRoutes(before));
    DeltaCache.Settled clusters = cache.await(CLUSTERS, deadline);
    if (clusters instanceof DeltaCache.Settled.Refused refused) {
      return takeBack(before, refused);
    }
    cache.set(next);
    DeltaCache.Settled routes = cache.await(ROUTES, Math.max(deadline, System.nanoTime() + ROUTES_NANOS));
    if (routes instanceof DeltaCache.Settled.Refused refused) {
      return takeBack(before, refused);
    }
    serving = plans;
    warmed &= next.clusters().equals(before.clusters()) && next.secrets().equals(before.secrets());
    boolean taken = routes instanceof DeltaCache.Settled.Taken && warm(clusters, deadline);
    return taken ? new Outcome.Serving() : notTaken();
  }

  private Outcome takeBack(Desired before, DeltaCache.Settled.Refused refused) {
    cache.set(before);
    return new Outcome.Rejected(refused.message());
  }

  private Outcome notTaken() {
    Outcome current = current();
    LOG.info("the plan stands ready: {}", current);
    return current;
  }

  /**
   * Takes away what neither the newest plan nor one of these needs: routes, then clusters, then secrets.
   *
   * @param pinned the plans that a running request or an open hold names
   */
  public synchronized void retire(Collection<GatewayPlan> pinned) throws InterruptedException {
    if (serving.isEmpty()) {
      return;
    }
    GatewayPlan newest = serving.getLast();
    List<GatewayPlan> plans = new ArrayList<>(serving);
    plans.removeIf(plan -> !plan.equals(newest) && !pinned.contains(plan));
    serving = List.copyOf(plans);
    Desired next = Desired.of(toEnvoy.resources(newest, older(serving)), tables);
    Desired before = cache.desired().orElse(next);
    cache.set(before.withRoutes(next));
    cache.await(ROUTES, System.nanoTime() + patience.toNanos());
    cache.set(before.withRoutes(next).withClusters(next));
    cache.await(CLUSTERS, System.nanoTime() + patience.toNanos());
    cache.set(next);
  }

  /** How Envoy stands to the newest plan now, e.g. after it was restarted; does not wait. */
  public Outcome current() {
    return switch (cache.settled(EnumSet.allOf(ResourceType.class))) {
      case DeltaCache.Settled.Refused refused -> new Outcome.Rejected(refused.message());
      case DeltaCache.Settled.Silent silent -> new Outcome.NoEnvoy(silent.why());
      case DeltaCache.Settled.Taken taken -> new Outcome.Serving();
    };
  }

  /** The plans that are served, the newest last; the plan itself is not there twice. */
  private List<GatewayPlan> with(GatewayPlan plan) {
    List<GatewayPlan> plans = new ArrayList<>(serving);
    plans.remove(plan);
    plans.add(plan);
    return List.copyOf(plans);
  }

  private static List<GatewayPlan> older(List<GatewayPlan> plans) {
    return plans.subList(0, plans.size() - 1);
  }

  /**
   * Whether Envoy can route to what it took. A cluster warms until its name is resolved and its secret there, and for so long Envoy 1.40 keeps the ACK of
   * all clusters back; older ones acknowledged at once. One that stays cold is no reason to wait for ever: requests to it move on to the next hop.
   */
  private boolean warm(DeltaCache.Settled clusters, long deadline) throws InterruptedException {
    boolean acknowledged = clusters instanceof DeltaCache.Settled.Taken;
    if (warmed && acknowledged) {
      return true;
    }
    try {
      int warming = admin.warmingClusters();
      while (warming > 0 && System.nanoTime() < deadline) {
        TimeUnit.MILLISECONDS.sleep(POLL_MS);
        warming = admin.warmingClusters();
      }
      if (warming > 0) {
        LOG.warn("{} clusters of Envoy are still warming after {} ms", warming, patience.toMillis());
      }
      warmed = warming == 0;
      return acknowledged || warming > 0;
    } catch (IOException e) {
      LOG.warn("Envoy cannot be asked whether its clusters are warm: {}", e.getMessage());
      return acknowledged;
    }
  }
}
