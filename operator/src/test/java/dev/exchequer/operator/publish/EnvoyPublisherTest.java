package dev.exchequer.operator.publish;

import static dev.exchequer.operator.translate.Plans.hop;
import static dev.exchequer.operator.translate.Plans.plain;
import static dev.exchequer.operator.translate.Plans.plan;
import static dev.exchequer.operator.translate.Plans.route;
import static dev.exchequer.operator.translate.Plans.secret;
import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.translate.ToEnvoy;
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

  private final DeltaCache cache = new DeltaCache();
  private final EnvoyPublisher publisher =
      new EnvoyPublisher(
          cache, new ToEnvoy(ToEnvoy.SYSTEM_TRUST), new EnvoyAdmin(Path.of("/nonexistent/envoy.sock"), Duration.ofSeconds(1)), Duration.ofMillis(200));
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

  /** An Envoy that answers each response at once. */
  private void connect(Predicate<DeltaDiscoveryResponse> accepts) {
    FakeEnvoy envoy =
        new FakeEnvoy(
            cache,
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
