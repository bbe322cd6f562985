package dev.exchequer.cli.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.cli.mock.MockProvider;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.GatewayPipeline.Compiled;
import dev.exchequer.operator.ir.ClusterPlan;
import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.publish.Outcome;
import dev.exchequer.wire.TestAuthority;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Envoy, programmed over TCP and mTLS through the relay of the service beside it. */
class RelayIT {
  private static final String ONE_MORE_PROJECT =
      """

      ---
      apiVersion: exchequer.dev/v1alpha1
      kind: Project
      metadata: {name: late}
      spec: {owner: late@acme.example}
      """;
  private static @Nullable TestAuthority made;
  private static Path issued = Path.of("");

  @TempDir Path folder = Path.of("");
  private final MockProvider mock = mock();

  private static MockProvider mock() {
    try {
      return MockProvider.start(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @BeforeAll
  static void certificates(@TempDir Path keys) throws Exception {
    made = TestAuthority.in(keys);
    issued = keys;
    made.issue(keys.resolve("operator"), Replica.NAME);
    made.issue(keys.resolve("gateway"), "exchequer-gateway");
  }

  @AfterEach
  void stop() throws Exception {
    mock.close();
  }

  @Test
  void envoyAndServiceAreServedOverOneConnection() throws Exception {
    Compiled world = Replica.world(folder, mock.port(), "");
    try (Replica replica = new Replica(issued.resolve("operator"));
        Balancer balancer = new Balancer(replica.port());
        Pod pod = new Pod("gateway-0", balancer.port(), issued.resolve("gateway"))) {
      replica.serve(world);
      pod.awaitServing();
      assertThat(balancer.connections()).isEqualTo(1);
      Await.until("Envoy has answered", () -> replica.activation.envoys().equals(Map.of("gateway-0", new Outcome.Serving())));
      Await.until("the service has said which policy it decides by", () -> replica.holds("gateway-0").equals(world.digest())); // it decides by it first
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(pod.sockets.resolve("xds.sock")))).isEqualTo("rw-------");

      // refused in Envoy's words, and the service never hears of that policy
      Compiled next = Replica.world(folder, mock.port(), ONE_MORE_PROJECT);
      Outcome outcome = replica.serve(next, withBadCluster(next.plan())).get(30, TimeUnit.SECONDS);
      assertThat(outcome).isInstanceOf(Outcome.Rejected.class);
      assertThat(((Outcome.Rejected) outcome).message()).startsWith("bad: ").containsIgnoringCase("trusted CA");
      Await.until("the refused plan is taken back", () -> replica.activation.current() instanceof Outcome.Serving);
      assertThat(pod.post("usage-100-10").statusCode()).isEqualTo(200);
      assertThat(replica.holds("gateway-0")).isEqualTo(world.digest());

      assertThat(replica.serve(next).get(30, TimeUnit.SECONDS)).isEqualTo(new Outcome.Serving());
      Await.until("the service decides by the next one", () -> replica.holds("gateway-0").equals(next.digest()));
      assertThat(pod.post("usage-100-10").statusCode()).isEqualTo(200);

      pod.restartEnvoy();
      pod.awaitServing();
      Await.until("its answer has come, too", () -> replica.activation.envoys().equals(Map.of("gateway-0", new Outcome.Serving())));
    }
  }

  @Test
  void theOperatorMayBeRestarted() throws Exception {
    Compiled world = Replica.world(folder, mock.port(), "");
    Replica first = new Replica(issued.resolve("operator"));
    int port = first.port();
    try (Pod pod = new Pod("gateway-0", port, issued.resolve("gateway"))) {
      first.serve(world);
      pod.awaitServing();
      String before = taken(pod);
      first.close();
      for (int i = 0; i < 20; i++) {
        assertThat(pod.post("usage-100-10").statusCode()).as("without an operator").isEqualTo(200);
      }
      try (Replica second = new Replica(issued.resolve("operator"), port)) {
        second.serve(world);
        Await.until(
            "both are back", () -> !second.activation.services().isEmpty() && second.activation.envoys().equals(Map.of("gateway-0", new Outcome.Serving())), pod::log);
        assertThat(second.holds("gateway-0")).isEqualTo(world.digest());
        assertThat(pod.post("usage-100-10").statusCode()).isEqualTo(200);
        assertThat(taken(pod)).as("Envoy was sent nothing that it had").isEqualTo(before);
      }
    } finally {
      first.close();
    }
  }

  @Test
  void bothGoToTheOtherReplicaTogether() throws Exception {
    Compiled world = Replica.world(folder, mock.port(), "");
    List<Integer> answers = new ArrayList<>();
    Replica first = new Replica(issued.resolve("operator"));
    try (Replica second = new Replica(issued.resolve("operator"));
        Balancer balancer = new Balancer(first.port(), second.port());
        Pod pod = new Pod("gateway-0", balancer.port(), issued.resolve("gateway"))) {
      first.serve(world);
      second.serve(world);
      pod.awaitServing();
      assertThat(second.activation.envoys()).isEmpty();
      assertThat(second.activation.services()).isEmpty();
      first.close();
      Await.until(
          "both are at the second replica",
          () -> {
            answers.add(pod.post("usage-100-10").statusCode());
            return second.activation.services().containsKey("gateway-0") && second.activation.envoys().equals(Map.of("gateway-0", new Outcome.Serving()));
          },
          pod::log);
      assertThat(balancer.connections()).isEqualTo(1);
      assertThat(answers).containsOnly(200);
      Compiled next = Replica.world(folder, mock.port(), ONE_MORE_PROJECT);
      second.serve(next);
      Await.until("the second replica's news arrive", () -> second.holds("gateway-0").equals(next.digest()));
    } finally {
      first.close();
    }
  }

  @Test
  void aRotationIsNotNoticedByRequestsOrStreams() throws Exception {
    TestAuthority authority = Objects.requireNonNull(made);
    Path operator = folder.resolve("operator");
    Path gateway = folder.resolve("gateway");
    authority.issue(operator, Replica.NAME);
    authority.issue(gateway, "exchequer-gateway");
    Compiled world = Replica.world(folder, mock.port(), "");
    try (Replica replica = new Replica(operator);
        Balancer balancer = new Balancer(replica.port());
        Pod pod = new Pod("gateway-0", balancer.port(), gateway)) {
      replica.serve(world);
      pod.awaitServing();
      long streams = pod.admin().stat("cluster.xds.upstream_rq_total");
      authority.issue(operator, Replica.NAME);
      authority.issue(gateway, "exchequer-gateway");
      Compiled next = Replica.world(folder, mock.port(), ONE_MORE_PROJECT);
      assertThat(replica.serve(next).get(30, TimeUnit.SECONDS)).isEqualTo(new Outcome.Serving());
      Await.until("the news arrive", () -> replica.holds("gateway-0").equals(next.digest()));
      assertThat(pod.admin().stat("cluster.xds.upstream_rq_total")).as("the stream of the start").isEqualTo(streams);
    }
  }

  private static GatewayPlan withBadCluster(GatewayPlan plan) {
    List<ClusterPlan> clusters = new ArrayList<>(plan.clusters());
    clusters.add(
        new ClusterPlan("bad", new ObjectName("default", "bad"), true, "127.0.0.1", 443, "localhost", 1000, "no certificate", null, "authorization", List.of()));
    return new GatewayPlan(
        plan.projects(), plan.keys(), plan.balances(), plan.priceSheets(), plan.budgets(), plan.providers(), plan.routes(), plan.gateway(), clusters,
        plan.secrets());
  }

  /** How often Envoy took new clusters and routes. */
  private static String taken(Pod pod) throws Exception {
    return pod.admin().get("/stats?filter=(cluster_manager.cluster_(added%7Cmodified%7Cremoved)%7Crds.*config_reload)$");
  }
}
