package dev.exchequer.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.operator.GatewayPipeline.Compiled;
import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.operator.publish.Outcome;
import dev.exchequer.operator.status.Live;
import dev.exchequer.operator.status.Lives;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a replica lets go when it stops stays let go. */
final class StatusLoopTest {
  private static final CustomResourceDefinitionContext GATEWAYS =
      new CustomResourceDefinitionContext.Builder().withGroup("exchequer.dev").withVersion("v1alpha1").withPlural("tokengateways").withKind("TokenGateway").withScope("Namespaced").build();

  private static final class OneEnvoy implements KubernetesOperator.Serving {
    @Override
    public void activate(Compiled compiled, Consumer<Outcome> done) {}

    @Override
    public Outcome current() {
      return new Outcome.Serving();
    }

    @Override
    public Map<String, Outcome> envoys() {
      return Map.of("gateway-0", new Outcome.Serving());
    }
  }

  @Test
  void aLookThatWaitsWhenTheReplicaStopsWritesNothing() {
    KubernetesMockServer server =
        new KubernetesMockServer(new Context(Serialization.jsonMapper()), new MockWebServer(), new HashMap<>(), new KubernetesCrudDispatcher(List.of(GATEWAYS)), true);
    server.init();
    try (KubernetesClient client = server.createClient()) {
      Resource<GenericKubernetesResource> gateway = client.genericKubernetesResources(GATEWAYS).inNamespace("default").withName("main");
      client.resource(
              new GenericKubernetesResourceBuilder().withApiVersion("exchequer.dev/v1alpha1").withKind("TokenGateway").withNewMetadata().withName("main").withNamespace("default").endMetadata().build())
          .create();
      KubernetesOperator.Settings settings = new KubernetesOperator.Settings(Set.of(), null, false, "default");
      try (StatusLoop loop = new StatusLoop(client, settings, new OneEnvoy(), informers(gateway), () -> false)) {
        long number = loop.compiled(Compiled.of(GatewayPlan.EMPTY, new byte[0], "d1", List.of()), List.of(live(gateway).document()));
        loop.activated(number, new Outcome.Serving());
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (envoys(gateway).isEmpty()) {
          assertThat(System.nanoTime()).as("its Envoy is told").isLessThan(end);
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        loop.again();
      }
      assertThat(envoys(gateway)).as("they go to another replica, which says so").isEmpty();
    } finally {
      server.destroy();
    }
  }

  private static JsonNode envoys(Resource<GenericKubernetesResource> gateway) {
    return status(gateway).path("envoys");
  }

  private static JsonNode status(Resource<GenericKubernetesResource> gateway) {
    return Serialization.jsonMapper().valueToTree(gateway.get().getAdditionalProperties().getOrDefault("status", Map.of()));
  }

  private static Live live(Resource<GenericKubernetesResource> gateway) {
    return Lives.live("TokenGateway", "main", gateway.get().getMetadata().getResourceVersion(), status(gateway).toString());
  }

  private static LiveObjects informers(Resource<GenericKubernetesResource> gateway) {
    return new LiveObjects() {
      @Override
      public List<Live> all() {
        return List.of(live(gateway));
      }

      @Override
      public List<Live> ofKind(String kind) {
        return all().stream().filter(object -> object.key().kind().equals(kind)).toList();
      }

      @Override
      public Optional<Live> find(ObjectKey key) {
        return all().stream().filter(object -> object.key().equals(key)).findAny();
      }
    };
  }
}
