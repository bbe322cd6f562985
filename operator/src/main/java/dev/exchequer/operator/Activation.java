package dev.exchequer.operator;

import dev.exchequer.api.v1.PolicyStatus;
import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.policy.LedgerReports;
import dev.exchequer.operator.policy.PolicyFeed;
import dev.exchequer.operator.publish.Ads;
import dev.exchequer.operator.publish.EnvoyPublisher;
import dev.exchequer.operator.publish.Outcome;
import dev.exchequer.operator.publish.WarmClusters;
import dev.exchequer.operator.translate.ToEnvoy;
import dev.exchequer.operator.transport.Listener;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves plans, the same from files and from Kubernetes, behind the {@link Doors} that it is given. A plan is activated in the order of docs/design/xds.md:
 * Envoy gets clusters, secrets and routes beside the old ones, then the accounting service of its node gets the policy, and what only older plans needed goes
 * when nothing pinned names them.
 */
public final class Activation implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Activation.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  /** How soon a service gets a policy that its Envoy took, or was asked to take, later than the others. */
  private static final long RECONSIDER_MS = 200;

  private final Ads ads = new Ads();
  private final EnvoyPublisher publisher;
  private final PolicyFeed feed;
  private final List<Listener> listeners = new ArrayList<>();
  private final ExecutorService thread = Executors.newSingleThreadExecutor(Thread.ofPlatform().name("activation").daemon().factory());
  private final ScheduledExecutorService late = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("late-envoys").daemon().factory());

  /** Plans that something may still be decided by, by digest; guarded by this. */
  private final Map<String, GatewayPlan> plans = new LinkedHashMap<>();

  private volatile String activated = "";
  private long newest;
  private volatile GatewayPlan plan = GatewayPlan.EMPTY;

  private Activation(WarmClusters clusters) {
    this.publisher = new EnvoyPublisher(ads, new ToEnvoy(ToEnvoy.SYSTEM_TRUST), clusters, PATIENCE);
    this.feed = new PolicyFeed(this::heard, publisher::mayDecide);
    late.scheduleWithFixedDelay(feed::reconsider, RECONSIDER_MS, RECONSIDER_MS, TimeUnit.MILLISECONDS);
  }

  /** @throws IOException if a socket or port cannot be bound */
  public static Activation start(Doors doors) throws IOException {
    Activation activation = new Activation(doors.clusters());
    try {
      activation.listeners.addAll(doors.open(activation.ads.service(), activation.feed));
      return activation;
    } catch (IOException | RuntimeException e) {
      activation.close();
      throw e;
    }
  }

  /** The TCP port on which gateways are served; 0 = there is none. */
  public int port() {
    return listeners.stream().mapToInt(Listener::port).filter(port -> port > 0).findFirst().orElse(0);
  }

  /**
   * Returns at once; plans become active one after the other, and one that a newer one overtook while it waited never does.
   *
   * @param plan the compiled one, or what it was adjusted to
   * @param done gets what became of it, on the thread of activations; it must not block
   */
  public synchronized void activate(GatewayPipeline.Compiled compiled, GatewayPlan plan, Consumer<Outcome> done) {
    plans.put(compiled.digest(), plan);
    this.plan = plan;
    long mine = ++newest;
    thread.execute(
        () -> {
          if (mine == newest()) {
            stage(compiled, plan, done);
          }
        });
  }

  private synchronized long newest() {
    return newest;
  }

  private void stage(GatewayPipeline.Compiled compiled, GatewayPlan staged, Consumer<Outcome> done) {
    try {
      feed.alerts().offer(compiled.alerts()); // needs no Envoy
      Outcome outcome = publisher.stage(staged);
      if (outcome instanceof Outcome.Rejected rejected) {
        LOG.error("Envoy refused the plan {}: {}", compiled.digest(), rejected.message());
      } else {
        // No Envoy yet: its resources stand ready, and without it there is nobody to decide for. One of several that refused: its service keeps the old policy.
        activated = compiled.digest();
        feed.offer(compiled.digest(), compiled.policy());
      }
      done.accept(outcome);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.error("the plan {} could not be activated", compiled.digest(), e);
    }
  }

  /** What the service still decides by stays; the rest goes. */
  private void heard(PolicyStatus status) {
    if (!status.getError().isEmpty()) {
      LOG.error("the accounting service refused a policy: {}", status.getError());
    }
    if (!thread.isShutdown()) {
      thread.execute(this::retire);
    }
  }

  private void retire() {
    Set<String> named = new HashSet<>();
    feed.latestStatus().values().forEach(status -> named.addAll(status.getPinnedList()));
    if (!named.contains(activated)) {
      return;
    }
    List<GatewayPlan> pinned = new ArrayList<>();
    synchronized (this) {
      plans.keySet().removeIf(digest -> !named.contains(digest) && !plan.equals(plans.get(digest)));
      named.forEach(
          digest -> {
            GatewayPlan needed = plans.get(digest);
            if (needed != null) {
              pinned.add(needed);
            }
          });
    }
    try {
      publisher.retire(pinned);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What was compiled last. */
  public GatewayPlan plan() {
    return plan;
  }

  /** How the connected Envoys stand to the newest plan that they did not refuse; does not wait. */
  public Outcome current() {
    return publisher.current();
  }

  /** The same by node id, of those that are connected to this replica. */
  public Map<String, Outcome> envoys() {
    return publisher.nodes();
  }

  /** What the accounting services that are connected to this replica said last, by node. */
  public Map<String, PolicyStatus> services() {
    return feed.latestStatus();
  }

  /** What the accounting services report of their ledgers. */
  public LedgerReports reports() {
    return feed.reports();
  }

  /** Whether there is something to serve: gateways may connect. */
  public boolean serves() {
    return !activated.isEmpty();
  }

  /** Whether Envoy and every connected accounting service hold the newest plan. */
  public boolean ready() {
    String digest = activated;
    Map<String, PolicyStatus> services = feed.latestStatus();
    return !digest.isEmpty()
        && !services.isEmpty()
        && services.values().stream().allMatch(status -> status.getDigest().equals(digest))
        && publisher.current() instanceof Outcome.Serving;
  }

  @Override
  public void close() {
    late.shutdownNow();
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("an activation was still under way");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    feed.close();
    listeners.forEach(Listener::close);
  }
}
