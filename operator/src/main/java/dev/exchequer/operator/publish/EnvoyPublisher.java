package dev.exchequer.operator.publish;

import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.model.Memo;
import dev.exchequer.operator.publish.DeltaCache.Settled;
import dev.exchequer.operator.translate.ToEnvoy;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings plans to Envoy in the order of activation: a new plan's clusters and secrets beside the old ones, then the routes; the accounting service starts to
 * use it after that; and what only older plans needed goes, in reverse, when no request is pinned to them.
 *
 * <p>There may be several Envoys, each of a node of its own. One that does not answer is waited for once, for as long as patience, and not again before it
 * has answered.
 *
 * <p>Called by one thread at a time; {@code stage} blocks for as long as Envoy takes to answer, at most {@code patience} and a second.
 */
public final class EnvoyPublisher {
  private static final Logger LOG = LoggerFactory.getLogger(EnvoyPublisher.class);
  /** Routes that come after slow clusters get this much more. */
  private static final long ROUTES_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final Set<ResourceType> ALL = EnumSet.allOf(ResourceType.class);
  private static final Set<ResourceType> CLUSTERS = EnumSet.of(ResourceType.CLUSTER, ResourceType.SECRET);
  private static final Set<ResourceType> ROUTES = EnumSet.of(ResourceType.ROUTES);

  private final DeltaCache cache;
  private final ToEnvoy toEnvoy;
  private final WarmClusters clusters;
  private final Duration patience;
  private final Memo<RouteConfiguration, Versioned> tables = new Memo<>(Desired::versioned);
  private List<GatewayPlan> serving = List.of();
  /** Whether all clusters of {@link #serving} were seen warm; asking costs Envoy a walk over its statistics. */
  private boolean warmed;

  /**
   * @param clusters whether those of the Envoy on this machine are warm; of a remote one its service asks
   * @param patience how long Envoy may take to acknowledge, and to warm its clusters: 5 s
   */
  public EnvoyPublisher(Ads ads, ToEnvoy toEnvoy, WarmClusters clusters, Duration patience) {
    this(ads.cache(), toEnvoy, clusters, patience);
  }

  EnvoyPublisher(DeltaCache cache, ToEnvoy toEnvoy, WarmClusters clusters, Duration patience) {
    this.cache = cache;
    this.toEnvoy = toEnvoy;
    this.clusters = clusters;
    this.patience = patience;
  }

  /**
   * Makes Envoy able to serve a plan beside all that it serves now. Unless it was rejected the plan may be given to the accounting services of the nodes
   * that {@link #mayDecide}.
   *
   * @return Rejected: nobody took it, nothing has changed for requests, and an Envoy that restarts will not see the plan. Where only some Envoys refused,
   *     the others serve it, and {@link #nodes} tells
   */
  public synchronized Outcome stage(GatewayPlan plan) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    List<GatewayPlan> plans = with(plan);
    Desired next = Desired.of(toEnvoy.resources(plan, older(plans)), tables);
    Desired before = cache.desired().orElse(next);
    cache.set(next.withRoutes(before));
    Map<String, Settled> taken = cache.await(CLUSTERS, deadline, patience);
    if (refusedByAll(taken)) {
      return takeBack(before, taken);
    }
    cache.set(next);
    Map<String, Settled> routed = cache.await(ROUTES, Math.max(deadline, System.nanoTime() + ROUTES_NANOS), patience);
    if (refusedByAll(routed)) {
      return takeBack(before, routed);
    }
    serving = plans;
    warmed &= next.clusters().equals(before.clusters()) && next.secrets().equals(before.secrets());
    boolean acknowledged = !taken.isEmpty() && DeltaCache.where(taken, Settled.Taken.class).size() == taken.size();
    boolean all = !routed.isEmpty() && DeltaCache.where(routed, Settled.Taken.class).size() == routed.size();
    return all && warm(acknowledged, deadline) ? new Outcome.Serving() : notTaken();
  }

  /** Of those who answered. */
  private static boolean refusedByAll(Map<String, Settled> byNode) {
    return !DeltaCache.where(byNode, Settled.Refused.class).isEmpty() && DeltaCache.where(byNode, Settled.Taken.class).isEmpty();
  }

  private Outcome takeBack(Desired before, Map<String, Settled> refused) {
    cache.set(before);
    return sum(outcomes(refused));
  }

  /** Never Rejected: somebody took it, or nobody has said no. */
  private Outcome notTaken() {
    Outcome current = current();
    LOG.info("the plan stands ready: {}", current);
    return current instanceof Outcome.Rejected rejected ? new Outcome.NoEnvoy("not every Envoy took it: " + rejected.message()) : current;
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
    cache.await(ROUTES, System.nanoTime() + patience.toNanos(), patience);
    cache.set(before.withRoutes(next).withClusters(next));
    cache.await(CLUSTERS, System.nanoTime() + patience.toNanos(), patience);
    cache.set(next);
  }

  /** How all Envoys together stand to the newest plan now, e.g. after one was restarted; does not wait. */
  public Outcome current() {
    return sum(outcomes(cache.settled(ALL)));
  }

  /**
   * How each connected Envoy stands to the newest plan that was not rejected; does not wait.
   *
   * @return by node id: Serving, Rejected with Envoy's words, or NoEnvoy while it has not answered
   */
  public Map<String, Outcome> nodes() {
    Map<String, Outcome> nodes = outcomes(cache.settled(ALL));
    nodes.keySet().removeIf(DeltaCache::isUnnamed); // it has just connected
    return nodes;
  }

  /**
   * Whether the service of this node may decide by the newest plan: its Envoy took it, or is not connected here, or was waited for long enough and has not
   * refused.
   */
  public boolean mayDecide(String node) {
    Outcome outcome = nodes().get(node);
    return switch (outcome) {
      case null -> true;
      case Outcome.Serving serves -> true;
      case Outcome.Rejected rejected -> false;
      case Outcome.NoEnvoy pending -> !cache.worthWaiting(node, patience);
    };
  }

  private static Map<String, Outcome> outcomes(Map<String, Settled> byNode) {
    Map<String, Outcome> outcomes = new TreeMap<>();
    byNode.forEach(
        (node, settled) ->
            outcomes.put(
                node,
                switch (settled) {
                  case Settled.Refused refused -> new Outcome.Rejected(refused.message());
                  case Settled.Silent silent -> new Outcome.NoEnvoy(silent.why());
                  case Settled.Taken taken -> new Outcome.Serving();
                }));
    return outcomes;
  }

  /** A refusal counts most, then a silence. With several Envoys the message names those that it is about. */
  private static Outcome sum(Map<String, Outcome> nodes) {
    if (nodes.isEmpty()) {
      return new Outcome.NoEnvoy("no Envoy is connected");
    }
    Map<String, String> refusals = new TreeMap<>();
    Map<String, String> silences = new TreeMap<>();
    nodes.forEach(
        (node, outcome) -> {
          switch (outcome) {
            case Outcome.Rejected rejected -> refusals.put(node, rejected.message());
            case Outcome.NoEnvoy silent -> silences.put(node, silent.why());
            case Outcome.Serving serves -> {}
          }
        });
    if (!refusals.isEmpty()) {
      return new Outcome.Rejected(text(refusals, nodes.size() > 1));
    }
    return silences.isEmpty() ? new Outcome.Serving() : new Outcome.NoEnvoy(text(silences, nodes.size() > 1));
  }

  private static String text(Map<String, String> byNode, boolean named) {
    return byNode.entrySet().stream().map(entry -> named ? entry.getKey() + ": " + entry.getValue() : entry.getValue()).collect(Collectors.joining("; "));
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

  /** Not asked again for clusters that were warm and are the same. */
  private boolean warm(boolean acknowledged, long deadline) throws InterruptedException {
    if (warmed && acknowledged) {
      return true;
    }
    boolean there = clusters.await(acknowledged, deadline);
    warmed = there && System.nanoTime() < deadline;
    return there;
  }
}
