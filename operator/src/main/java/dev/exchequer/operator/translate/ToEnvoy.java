package dev.exchequer.operator.translate;

import dev.exchequer.operator.ir.ClusterPlan;
import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.ir.SecretPlan;
import dev.exchequer.operator.model.Kept;
import dev.exchequer.operator.model.Memo;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.GenericSecret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * GatewayPlan to Envoy's resources. More than one plan can be served at once, because a request finishes on the plan that was pinned at its admission:
 * then Envoy gets the union. Names make that safe: a cluster's name carries the digest of its content, a route's retries only bound what the accounting
 * service decides, and of a secret the newest plan's value wins, as a rotated key is no longer good.
 */
public final class ToEnvoy {
  /** Where Debian, Ubuntu, Alpine and Envoy's official image keep the trust store. */
  public static final String SYSTEM_TRUST = "/etc/ssl/certs/ca-certificates.crt";

  private final ToCluster toCluster;
  /** A change of hops, prices or balances changes no route of Envoy's: then the very same tables are told again. */
  private final Kept<SortedSet<Long>, RouteConfiguration> hopRoutes = new Kept<>(HopRoutes::of);
  private final Kept<SortedMap<String, Integer>, RouteConfiguration> publicRoutes = new Kept<>(PublicRoutes::of);

  private final Memo<GatewayPlan, Sketch> sketches = new Memo<>(this::sketch);
  private @Nullable Sketch lastSketch;

  /** @param trustFile PEM of the authorities that are trusted where a provider names none */
  public ToEnvoy(String trustFile) {
    this.toCluster = new ToCluster(trustFile);
  }

  public Resources resources(GatewayPlan plan) {
    return resources(plan, List.of());
  }

  /**
   * @param newest what new requests will be admitted by
   * @param older what running requests are pinned to
   */
  public synchronized Resources resources(GatewayPlan newest, Collection<GatewayPlan> older) {
    List<GatewayPlan> plans = new ArrayList<>(older);
    plans.add(newest);
    Map<String, ClusterPlan> clusters = new TreeMap<>();
    Map<String, SecretPlan> secrets = new TreeMap<>();
    for (GatewayPlan plan : plans) {
      plan.clusters().forEach(cluster -> clusters.put(cluster.name(), cluster));
      plan.secrets().forEach(secret -> secrets.put(secret.name(), secret));
    }
    Set<Sketch> drawn = drawn(plans);
    List<RouteConfiguration> routes = List.of(hopRoutes.of(idles(drawn)), publicRoutes.of(retries(drawn)));
    return new Resources(
        clusters.values().stream().map(toCluster::cluster).toList(), secrets.values().stream().map(ToEnvoy::secret).toList(), routes);
  }

  /** Of several plans mostly one. */
  private Set<Sketch> drawn(List<GatewayPlan> plans) {
    sketches.turn();
    Set<Sketch> drawn = Collections.newSetFromMap(new IdentityHashMap<>());
    plans.forEach(plan -> drawn.add(sketches.of(plan)));
    return drawn;
  }

  private Sketch sketch(GatewayPlan plan) {
    Sketch sketch = Sketch.of(plan, lastSketch);
    lastSketch = sketch;
    return sketch;
  }

  private static SortedSet<Long> idles(Set<Sketch> drawn) {
    if (drawn.size() == 1) {
      return drawn.iterator().next().idles();
    }
    SortedSet<Long> all = new TreeSet<>();
    drawn.forEach(sketch -> all.addAll(sketch.idles()));
    return all;
  }

  private static SortedMap<String, Integer> retries(Set<Sketch> drawn) {
    if (drawn.size() == 1) {
      return drawn.iterator().next().retries();
    }
    SortedMap<String, Integer> all = new TreeMap<>();
    drawn.forEach(sketch -> sketch.retries().forEach((route, times) -> all.merge(route, times, Math::max)));
    return all;
  }

  private static Secret secret(SecretPlan secret) {
    DataSource value = DataSource.newBuilder().setInlineString(secret.value().reveal()).build();
    return Secret.newBuilder().setName(secret.name()).setGenericSecret(GenericSecret.newBuilder().setSecret(value)).build();
  }
}
