package dev.exchequer.operator.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.ir.ClusterPlan;
import dev.exchequer.operator.ir.GatewayPlan;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ToEnvoyTest {
  private static final ClusterPlan OFFICIAL =
      new ClusterPlan(
          "team/official@5000-00000001", new ObjectName("team", "official"), true, "api.official.test", 443, "api.official.test", 5000, null,
          "team/official", "authorization", List.of(new ClusterPlan.Header("x-beta", "100% sure")));
  private static final ClusterPlan PRIVATE_CA =
      new ClusterPlan(
          "team/private@250-00000002", new ObjectName("team", "private"), true, "10.0.0.7", 8443, "10.0.0.7", 250, "-----BEGIN CERTIFICATE-----\n",
          null, "x-api-key", List.of());
  private static final ClusterPlan LOCAL = Plans.plain("default/local@1000-00000003", "127.0.0.1", 9001, null);
  private static final GatewayPlan PLAN =
      Plans.plan(
          List.of(
              Plans.route("default/cheap", 1, Plans.hop(LOCAL.name(), 0)),
              Plans.route("team/best", 3, Plans.hop(OFFICIAL.name(), 60_000), Plans.hop(PRIVATE_CA.name(), 1500))),
          List.of(LOCAL, OFFICIAL, PRIVATE_CA),
          List.of(Plans.secret("team/official", "Bearer test-key")));

  private final ToEnvoy toEnvoy = new ToEnvoy(ToEnvoy.SYSTEM_TRUST);

  @Test
  void clusters() throws IOException {
    Golden.check("clusters.yaml", Golden.yaml(toEnvoy.resources(PLAN).clusters()));
  }

  @Test
  void routes() throws IOException {
    Golden.check("routes.yaml", Golden.yaml(toEnvoy.resources(PLAN).routes()));
  }

  @Test
  void secretsCarryTheWholeHeaderValueAndAreNotPrinted() {
    Resources resources = toEnvoy.resources(PLAN);
    assertThat(resources.secrets()).hasSize(1);
    assertThat(resources.secrets().getFirst().getGenericSecret().getSecret().getInlineString()).isEqualTo("Bearer test-key");
    assertThat(resources.toString()).doesNotContain("test-key");
  }

  @Test
  void aPlanWithoutRoutesIsOneNotFound() {
    RouteConfiguration routes = publicRoutes(toEnvoy.resources(GatewayPlan.EMPTY));
    assertThat(routes.getVirtualHosts(0).hasMatcher()).isFalse();
    assertThat(routes.getVirtualHosts(0).getRoutes(0).getDirectResponse().getStatus()).isEqualTo(404);
  }

  @Test
  void oldAndNewAreServedTogether() {
    GatewayPlan next =
        Plans.plan(
            List.of(Plans.route("team/best", 2, Plans.hop(LOCAL.name(), 2000))), List.of(LOCAL), List.of(Plans.secret("team/official", "Bearer rotated")));
    Resources both = toEnvoy.resources(next, List.of(PLAN));

    assertThat(both.clusters()).isEqualTo(toEnvoy.resources(PLAN).clusters());
    assertThat(both.secrets().getFirst().getGenericSecret().getSecret().getInlineString()).isEqualTo("Bearer rotated");
    assertThat(publicRoutes(both)).as("the larger number of retries").isEqualTo(publicRoutes(toEnvoy.resources(PLAN)));
    assertThat(both.routes().getFirst().getVirtualHosts(0).getRoutesList())
        .extracting(route -> route.getName())
        .containsExactly("first-0", "later-0", "first-1500", "later-1500", "first-2000", "later-2000", "first-60000", "later-60000", "gate");
  }

  private static RouteConfiguration publicRoutes(Resources resources) {
    return resources.routes().stream().filter(routes -> routes.getName().equals("public")).findFirst().orElseThrow();
  }
}
