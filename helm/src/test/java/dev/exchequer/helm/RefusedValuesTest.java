package dev.exchequer.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Helm says the value's path and what is wrong with it. */
class RefusedValuesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gateway.replicas | 2 | /gateway/replicas | value must be 1",
        "gateway.replicas | 0 | /gateway/replicas | value must be 1",
        "gateway.autoscaling.enabled | true | /gateway/autoscaling/enabled | value must be false",
        "store.type | postgresql | /store/postgresql/existingSecret | minLength: got 0, want 1",
        "store.type | mysql | /store/type | value must be one of 'sqlite', 'postgresql'",
        "store.url | jdbc | /store | additional properties 'url' not allowed",
        "replicas | 1 | '' | additional properties 'replicas' not allowed",
        "operator.replicas | 0 | /operator/replicas | minimum: got 0, want 1",
        "operator.healthPort | 18000 | /operator/healthPort | not' failed",
        "operator.serviceAccount.token | true | /operator/serviceAccount | additional properties 'token' not allowed",
        "tls.mode | none | /tls/mode | value must be one of 'selfSigned', 'certManager', 'existingSecret'",
        "tls.mode | existingSecret | /tls/existingSecret/operator | minLength: got 0, want 1",
        "tls.validityDays | 7 | /tls/validityDays | minimum: got 7, want 60",
        "tls.gatewayName | '*' | /tls/gatewayName | does not match pattern",
        "tokenGateway.namespaces.from | Some | /tokenGateway/namespaces/from | value must be one of 'All', 'Same', 'Selector'",
        "tokenGateway.defaults.priceSheetRefs[0].kind | x | /tokenGateway/defaults/priceSheetRefs/0 | additional properties 'kind' not allowed",
        "replicaCount | 1 | '' | additional properties 'replicaCount' not allowed",
        "envoy.ports | 8080 | /envoy | additional properties 'ports' not allowed",
        "envoy.port | 80 | /envoy/port | minimum: got 80, want 1,024",
        "envoy.port | 70000 | /envoy/port | maximum: got 70,000, want 65,535",
        "service.adminPort | none | /service/adminPort | got string, want integer",
        "service.keepReceipts | 12h | /service/keepReceipts | does not match pattern",
        "gateway.service.port | 0 | /gateway/service/port | minimum: got 0, want 1",
        "gateway.service.type | ExternalName | /gateway/service/type | value must be one of 'ClusterIP', 'NodePort', 'LoadBalancer'",
        "persistence.accessMode | ReadWriteMany | /persistence/accessMode | value must be one of 'ReadWriteOnce', 'ReadWriteOncePod'",
        "persistence.size | much | /persistence/size | does not match pattern",
        "image.digest | latest | /image/digest | does not match pattern",
        "secretNamespaces[0] | '*' | /secretNamespaces/0 | does not match pattern",
        "checkpoints.every | soon | /checkpoints/every | does not match pattern",
        "checkpoints.key.secretName | audit-key | /checkpoints/key/secretName | value must be ''",
        "gateway.podDisruptionBudget.maxUnavailable | 2 | /gateway/podDisruptionBudget/maxUnavailable | value must be one of 0, 1",
      })
  void refused(String name, String value, String path, String message) {
    assertThatThrownBy(() -> Chart.text(command -> command.set(name, value)))
        .hasMessageContaining("values don't meet the specifications of the schema")
        .hasMessageContaining("at '" + path + "'")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "8"})
  void severalShareADatabase(int replicas) {
    assertThat(Chart.text(command -> command.set("store.type", "postgresql").set("store.postgresql.existingSecret", "ledger-database").set("gateway.replicas", replicas)))
        .contains("  replicas: " + replicas + "\n  serviceName: exchequer-admin\n");
  }
}
