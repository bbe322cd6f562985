package dev.exchequer.operator.publish;

import static dev.exchequer.operator.publish.ResourceType.CLUSTER;
import static dev.exchequer.operator.publish.ResourceType.ROUTES;
import static dev.exchequer.operator.publish.ResourceType.SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.operator.translate.Resources;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.GenericSecret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeltaCacheTest {
  private final DeltaCache cache = new DeltaCache();
  private final FakeEnvoy envoy = new FakeEnvoy(cache);

  @Test
  void everythingOfATypeThatIsAskedForWithoutNames() {
    cache.set(desired("a:1", "b:1"));
    envoy.subscribe(CLUSTER);
    DeltaDiscoveryResponse response = envoy.take();
    assertThat(FakeEnvoy.names(response)).containsExactly("a", "b");
    assertThat(response.getResources(0).getVersion()).matches("[0-9a-f]{64}");
    envoy.ack(response);
    assertThat(envoy.quiet()).isTrue();
  }

  @Test
  void anEmptySetIsAnAnswerToo() {
    cache.set(desired());
    envoy.subscribe(CLUSTER);
    assertThat(envoy.take().getResourcesCount()).isZero();
    assertThat(envoy.quiet()).isTrue();
  }

  @Test
  void nobodyIsAnsweredBeforeThereIsSomethingToSay() {
    envoy.subscribe(CLUSTER, Map.of("a", "old"));
    assertThat(envoy.quiet()).isTrue();
    cache.set(desired("a:1"));
    assertThat(FakeEnvoy.names(envoy.take())).containsExactly("a");
  }

  @Test
  void onlyTheNamesThatAreAskedFor() {
    cache.set(desired());
    envoy.subscribe(SECRET, "key");
    assertThat(FakeEnvoy.names(envoy.take())).containsExactly("key");
    assertThat(envoy.quiet()).isTrue();
  }

  @Test
  void aNameThatDoesNotExistIsAnsweredWhenItDoes() {
    cache.set(desired());
    envoy.subscribe(ROUTES, "late");
    assertThat(envoy.quiet()).isTrue();
    cache.set(desiredRoutes("late"));
    assertThat(FakeEnvoy.names(envoy.take())).containsExactly("late");
  }

  @Test
  void aNameAskedForAgainIsSentAgain() {
    cache.set(desired());
    envoy.subscribe(SECRET, "key");
    envoy.takeAndAck();
    envoy.subscribe(SECRET, "key");
    assertThat(FakeEnvoy.names(envoy.take())).containsExactly("key");
  }

  @Test
  void aNameNoLongerAskedForIsNotSent() {
    cache.set(desiredRoutes("one"));
    envoy.subscribe(ROUTES, "one", "two");
    envoy.takeAndAck();
    envoy.unsubscribe(ROUTES, "two");
    cache.set(desiredRoutes("one", "two"));
    assertThat(envoy.quiet()).isTrue();
  }

  @Test
  void anUpdateSendsDifferencesAndRemovals() {
    begin("a:1", "b:1", "c:1");
    cache.set(desired("a:1", "b:2", "d:1"));
    DeltaDiscoveryResponse update = envoy.take();
    assertThat(FakeEnvoy.names(update)).containsExactly("b", "d");
    assertThat(update.getRemovedResourcesList()).containsExactly("c");
    envoy.ack(update);
    cache.set(desired("a:1", "b:2", "d:1"));
    assertThat(envoy.quiet()).as("the same once more is nothing").isTrue();
  }

  @Test
  void whatChangesWhileAResponseIsUnderWayWaitsForTheAnswer() {
    begin("a:1");
    cache.set(desired("a:2"));
    DeltaDiscoveryResponse second = envoy.take();
    cache.set(desired("a:3"));
    cache.set(desired("a:4"));
    assertThat(envoy.quiet()).isTrue();
    envoy.ack(second);
    DeltaDiscoveryResponse fourth = envoy.take();
    assertThat(fourth.getResources(0).getVersion()).isEqualTo(version("a:4"));
    envoy.ack(second); // an answer that is late counts for nothing
    assertThat(now()).isInstanceOf(DeltaCache.Settled.Silent.class);
  }

  @Test
  void aRefusalIsReportedAndNotSentAgainUntilItChanges() {
    begin("a:1");
    cache.set(desired("a:2"));
    envoy.nack(envoy.take(), "no such thing");
    assertThat(envoy.quiet()).as("no loop").isTrue();
    assertThat(now()).isEqualTo(new DeltaCache.Settled.Refused("a: no such thing"));

    cache.set(desired("a:1"));
    assertThat(envoy.quiet()).as("it still has the old one").isTrue();
    assertThat(now()).isEqualTo(new DeltaCache.Settled.Taken());

    cache.set(desired("a:3"));
    envoy.takeAndAck();
    assertThat(now()).isEqualTo(new DeltaCache.Settled.Taken());
  }

  @Test
  void theGoodPartsOfARefusedResponseArriveOneByOne() {
    begin();
    cache.set(desired("a:1", "b:1", "c:1"));
    envoy.nack(envoy.take(), "b is wrong, and what became of a and c is not said");
    for (String name : List.of("a", "b", "c")) {
      DeltaDiscoveryResponse single = envoy.take();
      assertThat(FakeEnvoy.names(single)).containsExactly(name);
      if (name.equals("b")) {
        envoy.nack(single, "wrong");
      } else {
        envoy.ack(single);
      }
    }
    assertThat(envoy.quiet()).isTrue();
    assertThat(now()).isEqualTo(new DeltaCache.Settled.Refused("b: wrong"));
  }

  @Test
  void anEnvoyThatComesBackIsSentOnlyWhatItLacks() {
    begin("a:1", "b:1");
    envoy.disconnect();
    cache.set(desired("a:1", "b:2"));

    FakeEnvoy again = new FakeEnvoy(cache);
    again.subscribe(CLUSTER, Map.of("a", version("a:1"), "b", version("b:1"), "gone", "x"));
    DeltaDiscoveryResponse response = again.take();
    assertThat(FakeEnvoy.names(response)).containsExactly("b");
    assertThat(response.getRemovedResourcesList()).containsExactly("gone");
  }

  @Test
  void anotherEnvoyGetsEverything() {
    begin("a:1");
    FakeEnvoy second = new FakeEnvoy(cache);
    second.subscribe(CLUSTER);
    assertThat(FakeEnvoy.names(second.take())).containsExactly("a");
  }

  @Test
  void withNobodyConnectedThereIsNothingToWaitFor() throws InterruptedException {
    envoy.disconnect();
    cache.set(desired("a:1"));
    assertThat(cache.await(EnumSet.allOf(ResourceType.class), System.nanoTime() + 60_000_000_000L, Duration.ofMinutes(1))).isEmpty();
  }

  private DeltaCache.Settled now() {
    Map<String, DeltaCache.Settled> byNode = cache.settled(EnumSet.allOf(ResourceType.class));
    assertThat(byNode).hasSize(1);
    return byNode.values().iterator().next();
  }

  /** An Envoy that has these clusters, and the routes. */
  private void begin(String... clusters) {
    cache.set(desired(clusters));
    envoy.subscribe(CLUSTER);
    envoy.takeAndAck();
    envoy.subscribe(ROUTES, "public");
    envoy.takeAndAck();
  }

  /** Each cluster as "name:content". */
  private static Desired desired(String... clusters) {
    Map<String, Cluster> byName = new HashMap<>();
    for (String cluster : clusters) {
      String[] parts = cluster.split(":", 2);
      byName.put(parts[0], Cluster.newBuilder().setName(parts[0]).setAltStatName(parts[1]).build());
    }
    Secret secret =
        Secret.newBuilder()
            .setName("key")
            .setGenericSecret(GenericSecret.newBuilder().setSecret(DataSource.newBuilder().setInlineString("s")))
            .build();
    RouteConfiguration routes = RouteConfiguration.newBuilder().setName("public").build();
    return Desired.of(new Resources(List.copyOf(byName.values()), List.of(secret), List.of(routes)));
  }

  private static Desired desiredRoutes(String... names) {
    return Desired.of(
        new Resources(List.of(), List.of(), Arrays.stream(names).map(name -> RouteConfiguration.newBuilder().setName(name).build()).toList()));
  }

  private static String version(String cluster) {
    return desired(cluster).clusters().values().iterator().next().version();
  }
}
