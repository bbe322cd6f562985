package dev.exchequer.operator.publish;

import static dev.exchequer.operator.translate.Plans.hop;
import static dev.exchequer.operator.translate.Plans.plain;
import static dev.exchequer.operator.translate.Plans.plan;
import static dev.exchequer.operator.translate.Plans.route;
import static dev.exchequer.operator.translate.Plans.secret;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.translate.ToEnvoy;
import dev.exchequer.wire.EnvoyAdmin;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class EnvoyPublisherTest {
  private static final GatewayPlan FIRST = serving("one", 2000);
  private static final GatewayPlan SECOND = serving("two", 1500);

  private static final Duration PATIENCE = Duration.ofMillis(200);

  private final DeltaCache cache = new DeltaCache();
  private final EnvoyPublisher publisher =
      new EnvoyPublisher(
          cache, new ToEnvoy(ToEnvoy.SYSTEM_TRUST), WarmClusters.of(new EnvoyAdmin(Path.of("/nonexistent/envoy.sock"), Duration.ofSeconds(1))), PATIENCE);
  /** What was sent, in order: "CLUSTER +one", "SECRET -key". */
  private final List<String> sent = new ArrayList<>();

  @Test
  void withoutEnvoyAPlanStandsReady() throws InterruptedException {
    assertThat(publisher.stage(FIRST)).isInstanceOf(Outcome.NoEnvoy.class);
    connect(response -> true);
    assertThat(sent).containsExactly("CLUSTER +one", "SECRET +key", "ROUTES +hop", "ROUTES +public");
    assertThat(publisher.current()).isEqualTo(new Outcome.Serving());
  }

  @Test
  void newClustersComeBeforeRoutesAndOldOnesGoAfterThem() throws InterruptedException {
    publisher.stage(FIRST);
    connect(response -> true);
    sent.clear();

    assertThat(publisher.stage(SECOND)).isEqualTo(new Outcome.Serving());
    assertThat(sent).containsExactly("CLUSTER +two", "ROUTES +hop");
    sent.clear();

    publisher.retire(List.of(FIRST));
    assertThat(sent).as("a request is pinned to the first plan").isEmpty();
    publisher.retire(List.of());
    assertThat(sent).containsExactly("ROUTES +hop", "CLUSTER -one");
  }

  @Test
  void aRefusedPlanIsTakenBack() throws InterruptedException {
    publisher.stage(FIRST);
    connect(response -> !FakeEnvoy.names(response).contains("two"));
    sent.clear();

    assertThat(publisher.stage(SECOND)).isEqualTo(new Outcome.Rejected("two: refused by the test"));
    assertThat(sent).as("its routes were never sent").containsExactly("CLUSTER +two");
    assertThat(publisher.current()).isEqualTo(new Outcome.Serving());
    sent.clear();
    connect(response -> true);
    assertThat(sent).as("an Envoy that begins now").contains("CLUSTER +one").doesNotContain("CLUSTER +two");
  }

  @Test
  void aSilentEnvoyIsNotWaitedForLongerThanPatience() throws InterruptedException {
    publisher.stage(FIRST);
    new FakeEnvoy(cache).subscribe(ResourceType.CLUSTER);
    assertThat(publisher.stage(SECOND)).isEqualTo(new Outcome.NoEnvoy("Envoy has not answered for [CLUSTER, ROUTES]"));
  }

  @Test
  void oneThatDoesNotAnswerDelaysOnePlanAndNotTheNext() throws InterruptedException {
    publisher.stage(FIRST);
    connect("quick", response -> true);
    new FakeEnvoy(cache, "stuck").subscribe(ResourceType.CLUSTER);
    assertThat(publisher.mayDecide("stuck")).as("it is waited for").isFalse();
    assertThat(publisher.stage(SECOND)).isEqualTo(new Outcome.NoEnvoy("stuck: Envoy has not answered for [CLUSTER, ROUTES]"));
    assertThat(publisher.nodes()).containsEntry("quick", new Outcome.Serving()).hasEntrySatisfying("stuck", outcome -> assertThat(outcome).isInstanceOf(Outcome.NoEnvoy.class));
    assertThat(publisher.mayDecide("quick")).isTrue();
    assertThat(publisher.mayDecide("stuck")).as("it was waited for").isTrue();

    long before = System.nanoTime();
    publisher.stage(FIRST);
    publisher.retire(List.of());
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(PATIENCE);
  }

  @Test
  void aRefusalIsThatOfItsNode() throws InterruptedException {
    publisher.stage(FIRST);
    connect("new", response -> true);
    connect("old", response -> !FakeEnvoy.names(response).contains("two"));

    assertThat(publisher.stage(SECOND)).as("somebody serves it").isEqualTo(new Outcome.NoEnvoy("not every Envoy took it: old: two: refused by the test"));
    assertThat(publisher.current()).isEqualTo(new Outcome.Rejected("old: two: refused by the test"));
    assertThat(publisher.nodes()).containsExactly(entry("new", new Outcome.Serving()), entry("old", new Outcome.Rejected("two: refused by the test")));
    assertThat(publisher.mayDecide("new")).isTrue();
    assertThat(publisher.mayDecide("old")).isFalse();
    assertThat(publisher.mayDecide("elsewhere")).as("nobody here to route for it").isTrue();
  }

  @Test
  void theNewestStreamOfANodeCounts() throws InterruptedException {
    publisher.stage(FIRST);
    new FakeEnvoy(cache, "node").subscribe(ResourceType.CLUSTER); // a connection that died unnoticed
    connect("node", response -> true);
    assertThat(publisher.stage(SECOND)).isEqualTo(new Outcome.Serving());
  }

  private void connect(Predicate<DeltaDiscoveryResponse> accepts) {
    connect("", accepts);
  }

  /** An Envoy that answers each response at once. */
  private void connect(String node, Predicate<DeltaDiscoveryResponse> accepts) {
    FakeEnvoy envoy =
        new FakeEnvoy(
            cache,
            node,
            (self, response) -> {
              ResourceType type = ResourceType.of(response.getTypeUrl()).orElseThrow();
              FakeEnvoy.names(response).forEach(name -> sent.add(type + " +" + name));
              response.getRemovedResourcesList().forEach(name -> sent.add(type + " -" + name));
              if (accepts.test(response)) {
                self.ack(response);
              } else {
                self.nack(response, "refused by the test");
              }
            });
    envoy.subscribe(ResourceType.CLUSTER);
    envoy.subscribe(ResourceType.SECRET, "key");
    envoy.subscribe(ResourceType.ROUTES, "hop");
    envoy.subscribe(ResourceType.ROUTES, "public");
  }

  private static GatewayPlan serving(String cluster, long idle) {
    return plan(
        List.of(route("default/route", 1, hop(cluster, idle))), List.of(plain(cluster, "127.0.0.1", 9000, "key")), List.of(secret("key", "Bearer k")));
  }
}
