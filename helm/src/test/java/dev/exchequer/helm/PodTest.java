package dev.exchequer.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The one pod: who runs, as whom, in which order, and who sees what. */
class PodTest {
  /** A Unix socket's path ends at 107 bytes; operator and service refuse a longer folder. */
  private static final int LONGEST_SOCKETS_FOLDER = 60;

  @ParameterizedTest
  @ValueSource(strings = {"default", "production", "least"})
  void everyContainerIsConfined(String values) throws IOException {
    JsonNode pod = Chart.pod(Chart.objects(values));

    assertThat(Chart.containers(pod)).extracting(c -> c.path("name").asText()).containsExactly("operator", "service", "envoy");
    for (JsonNode container : Chart.containers(pod)) {
      JsonNode security = container.path("securityContext");
      assertThat(security.path("runAsNonRoot").asBoolean()).isTrue();
      assertThat(security.path("readOnlyRootFilesystem").asBoolean()).isTrue();
      assertThat(security.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
      assertThat(Chart.texts(security.at("/capabilities/drop"))).containsExactly("ALL");
      assertThat(security.at("/capabilities").has("add")).isFalse();
      assertThat(security.at("/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
      assertThat(security.has("runAsUser")).as("one user for all: the sockets are 0600").isFalse();
    }
    assertThat(pod.at("/securityContext/runAsUser").asInt()).isPositive();
    assertThat(pod.has("hostNetwork") || pod.has("hostPID") || pod.toString().contains("hostPath")).isFalse();
  }

  @Test
  void envoyStartsLastAndStopsFirst() throws IOException {
    JsonNode pod = Chart.pod(Chart.objects("production"));

    assertThat(Chart.each(pod.path("initContainers")).toList())
        .allSatisfy(
            sidecar -> {
              assertThat(sidecar.path("restartPolicy").asText()).isEqualTo("Always");
              assertThat(sidecar.has("startupProbe")).isTrue();
              assertThat(sidecar.has("livenessProbe")).isTrue();
            });
    JsonNode envoy = pod.at("/containers/0");
    assertThat(envoy.has("readinessProbe")).isTrue();
    assertThat(pod.path("terminationGracePeriodSeconds").asInt()).isGreaterThan(envoy.at("/lifecycle/preStop/sleep/seconds").asInt() + 10);
  }

  @Test
  void envoySeesNeitherTheLedgerNorACredentialOfTheCluster() throws IOException {
    JsonNode pod = Chart.pod(Chart.objects("default"));

    assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
    assertThat(mounts(pod, "token")).containsExactly("operator:/var/run/secrets/kubernetes.io/serviceaccount:");
    assertThat(mounts(pod, "data"))
        .containsExactly("operator:/var/lib/exchequer/journal:journal", "service:/var/lib/exchequer:", "envoy:/var/lib/exchequer/journal:journal");
  }

  @Test
  void allMeetAtTheSameSockets() throws IOException {
    JsonNode pod = Chart.pod(Chart.objects("default"));

    assertThat(mounts(pod, "run")).containsExactly("operator:/run/exchequer:", "service:/run/exchequer:", "envoy:/run/exchequer:");
    assertThat("/run/exchequer".length()).isLessThanOrEqualTo(LONGEST_SOCKETS_FOLDER);
    assertThat(pod.at("/volumes/0/emptyDir/medium").asText()).isEqualTo("Memory");
    assertThat(Chart.texts(pod.at("/initContainers/0/args"))).contains("--sockets=/run/exchequer");
    assertThat(Chart.texts(pod.at("/initContainers/1/args"))).contains("--sockets=/run/exchequer");
    assertThat(Chart.texts(pod.at("/containers/0/args"))).contains("/run/exchequer/bootstrap.yaml", "--file-flush-interval-msec");
  }

  @ParameterizedTest
  @ValueSource(strings = {"default", "production", "least"})
  void servicesAndPolicyFindThePod(String values) throws IOException {
    List<JsonNode> objects = Chart.objects(values);
    JsonNode labels = Chart.only(objects, "StatefulSet").at("/spec/template/metadata/labels");

    List<JsonNode> selectors =
        objects.stream()
            .map(
                object ->
                    switch (object.path("kind").asText()) {
                      case "Service" -> object.at("/spec/selector");
                      case "NetworkPolicy" -> object.at("/spec/podSelector/matchLabels");
                      case "StatefulSet", "PodDisruptionBudget" -> object.at("/spec/selector/matchLabels");
                      default -> object.at("/none");
                    })
            .filter(JsonNode::isObject)
            .toList();

    assertThat(selectors).hasSizeGreaterThanOrEqualTo(3);
    assertThat(selectors)
        .allSatisfy(selector -> assertThat(selector.properties()).isNotEmpty().allSatisfy(e -> assertThat(labels.get(e.getKey())).isEqualTo(e.getValue())));
  }

  private static List<String> mounts(JsonNode pod, String volume) {
    return Chart.containers(pod).stream()
        .flatMap(
            container ->
                Chart.each(container.path("volumeMounts"))
                    .filter(mount -> mount.path("name").asText().equals(volume))
                    .map(mount -> container.path("name").asText() + ":" + mount.path("mountPath").asText() + ":" + mount.path("subPath").asText()))
        .toList();
  }
}
