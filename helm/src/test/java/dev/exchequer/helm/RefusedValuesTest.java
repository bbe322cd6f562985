package dev.exchequer.helm;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Helm says the value's path and what is wrong with it. */
class RefusedValuesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "replicas | 2 | /replicas | value must be 1",
        "replicas | 0 | /replicas | value must be 1",
        "replicaCount | 1 | '' | additional properties 'replicaCount' not allowed",
        "envoy.ports | 8080 | /envoy | additional properties 'ports' not allowed",
        "envoy.port | 80 | /envoy/port | minimum: got 80, want 1,024",
        "envoy.port | 70000 | /envoy/port | maximum: got 70,000, want 65,535",
        "service.adminPort | none | /service/adminPort | got string, want integer",
        "gateway.service.port | 0 | /gateway/service/port | minimum: got 0, want 1",
        "gateway.service.type | ExternalName | /gateway/service/type | value must be one of 'ClusterIP', 'NodePort', 'LoadBalancer'",
        "persistence.accessMode | ReadWriteMany | /persistence/accessMode | value must be one of 'ReadWriteOnce', 'ReadWriteOncePod'",
        "persistence.size | much | /persistence/size | does not match pattern",
        "image.digest | latest | /image/digest | does not match pattern",
        "secretNamespaces[0] | '*' | /secretNamespaces/0 | does not match pattern",
        "podDisruptionBudget.maxUnavailable | 2 | /podDisruptionBudget/maxUnavailable | value must be one of 0, 1",
      })
  void refused(String name, String value, String path, String message) {
    assertThatThrownBy(() -> Chart.text(command -> command.set(name, value)))
        .hasMessageContaining("values don't meet the specifications of the schema")
        .hasMessageContaining("at '" + path + "'")
        .hasMessageContaining(message);
  }
}
