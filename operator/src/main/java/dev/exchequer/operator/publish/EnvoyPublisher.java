package dev.exchequer.operator.publish;

import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.translate.ToEnvoy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings plans to Envoy in the order of activation: a new plan's clusters and secrets beside the old ones, then the routes; the accounting service starts to
 * use it after that; and what only older plans needed goes, in reverse, when no request is pinned to them.
 *
 * <p>Called by one thread at a time; it blocks for as long as Envoy takes to answer, at most {@code patience} per step.
 */
public final class EnvoyPublisher {
  private static final Logger LOG = LoggerFactory.getLogger(EnvoyPublisher.class);
  private static final long POLL_MS = 20;

  private final DeltaCache cache;
  private final ToEnvoy toEnvoy;
  private final EnvoyAdmin admin;
  private final Duration patience;
  private List<GatewayPlan> serving = List.of();

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
    List<GatewayPlan> plans = with(plan);
    Desired next = Desired.of(toEnvoy.resources(plan, older(plans)));
    Desired before = cache.desired().orElse(next);
    cache.set(next.withRoutes(before));
    DeltaCache.Settled settled = cache.await(patience.toMillis());
    if (!(settled instanceof DeltaCache.Settled.Refused)) {
      cache.set(next);
      settled = cache.await(patience.toMillis());
    }
    return switch (settled) {
      case DeltaCache.Settled.Refused refused -> {
        cache.set(before);
        yield new Outcome.Rejected(refused.message());
      }
      case DeltaCache.Settled.Silent silent -> {
        LOG.info("the plan stands ready, but {}", silent.why());
        serving = plans;
        yield new Outcome.NoEnvoy(silent.why());
      }
      case DeltaCache.Settled.Taken taken -> {
        serving = plans;
        awaitWarm();
        yield new Outcome.Serving();
      }
    };
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
    Desired next = Desired.of(toEnvoy.resources(newest, older(serving)));
    Desired before = cache.desired().orElse(next);
    cache.set(before.withRoutes(next));
    cache.await(patience.toMillis());
    cache.set(before.withRoutes(next).withClusters(next));
    cache.await(patience.toMillis());
    cache.set(next);
  }

  /** How Envoy stands to the newest plan now, e.g. after it was restarted; does not wait. */
  public Outcome current() {
    return switch (cache.settled()) {
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

  /** An ACK is not serving: a cluster is used once its name is resolved and its secret there. One that stays cold is no reason to wait for ever. */
  private void awaitWarm() throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    try {
      int warming = admin.warmingClusters();
      while (warming > 0 && System.nanoTime() < end) {
        TimeUnit.MILLISECONDS.sleep(POLL_MS);
        warming = admin.warmingClusters();
      }
      if (warming > 0) {
        LOG.warn("{} clusters of Envoy are still warming after {} ms: requests to them move on to the next hop", warming, patience.toMillis());
      }
    } catch (IOException e) {
      LOG.warn("Envoy took the plan, but cannot be asked whether its clusters are warm: {}", e.getMessage());
    }
  }
}
