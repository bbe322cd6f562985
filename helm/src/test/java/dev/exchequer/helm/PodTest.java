package dev.exchequer.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The pods of both workloads: who runs, as whom, in which order, and who sees what. */
class PodTest {
  /** A Unix socket's path ends at 107 bytes; the service refuses a longer folder. */
  private static final int LONGEST_SOCKETS_FOLDER = 60;

  @ParameterizedTest
  @FieldSource("dev.exchequer.helm.Chart#VALUES")
  void everyContainerIsConfined(String values) throws IOException {
    List<JsonNode> objects = Chart.objects(values);

    assertThat(names(Chart.operator(objects))).containsExactly("operator");
    assertThat(names(Chart.gateway(objects))).containsExactly("bootstrap", "service", "envoy");
    for (JsonNode pod : List.of(Chart.operator(objects), Chart.gateway(objects))) {
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
      assertThat(pod.at("/securityContext/runAsUser").asInt()).isEqualTo(65532);
      assertThat(pod.has("hostNetwork") || pod.has("hostPID") || pod.toString().contains("hostPath")).isFalse();
    }
  }

  @Test
  void envoyStartsLastAndStopsFirst() throws IOException {
    JsonNode pod = Chart.gateway(Chart.objects("production"));
    JsonNode service = Chart.container(pod, "service");

    assertThat(Chart.container(pod, "bootstrap").has("restartPolicy")).as("it ends before the others start").isFalse();
    assertThat(service.path("restartPolicy").asText()).isEqualTo("Always");
    assertThat(List.of(service.has("startupProbe"), service.has("livenessProbe"), service.has("readinessProbe"))).containsOnly(true);
    assertThat(Chart.container(pod, "envoy").has("readinessProbe")).isTrue();
    assertThat(pod.path("terminationGracePeriodSeconds").asInt()).isGreaterThanOrEqualTo(300 + 20);
  }

  @Test
  void noContainerOfTheGatewayHasACredentialOfTheCluster() throws IOException {
    JsonNode pod = Chart.gateway(Chart.objects("default"));

    assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
    assertThat(pod.toString()).doesNotContain("serviceAccountToken\"").doesNotContain("/var/run/secrets");
    assertThat(Chart.operator(Chart.objects("default")).path("automountServiceAccountToken").asBoolean()).isTrue();
  }

  /** The program reads these names: see StoreOption and PostgresSettings. */
  @Test
  void onlyTheServiceKnowsTheDatabase() throws IOException {
    JsonNode pod = Chart.gateway(Chart.objects("shared"));

    List<String> told =
        Chart.containers(pod).stream()
            .flatMap(
                container ->
                    Chart.each(container.path("env"))
                        .filter(variable -> variable.at("/valueFrom/secretKeyRef").isObject())
                        .map(variable -> container.path("name").asText() + ":" + variable.path("name").asText() + "=" + variable.at("/valueFrom/secretKeyRef/key").asText()))
            .toList();
    assertThat(told).containsExactly("service:EXCHEQUER_STORE=url", "service:EXCHEQUER_STORE_USER=username", "service:EXCHEQUER_STORE_PASSWORD=password");
    assertThat(Chart.gateway(Chart.objects("default")).toString()).doesNotContain("EXCHEQUER_STORE");
    String names = Files.readString(Chart.ROOT.resolve("ext-authz-service/server/src/main/java/dev/exchequer/server/store/postgres/PostgresSettings.java"));
    assertThat(names).contains("\"EXCHEQUER_STORE\"", "\"EXCHEQUER_STORE_USER\"", "\"EXCHEQUER_STORE_PASSWORD\"");
  }

  @Test
  void envoySeesTheJournalAndNeitherTheLedgerNorTheCertificate() throws IOException {
    List<JsonNode> objects = Chart.objects("default");
    JsonNode gateway = Chart.gateway(objects);

    assertThat(mounts(gateway, "data"))
        .containsExactly("bootstrap:/var/lib/exchequer/journal:journal", "service:/var/lib/exchequer:", "envoy:/var/lib/exchequer/journal:journal");
    assertThat(mounts(gateway, "tls")).containsExactly("service:/tls:");
    assertThat(mounts(Chart.operator(objects), "tls")).containsExactly("operator:/tls:");
    assertThat(Stream.of(gateway, Chart.operator(objects)).flatMap(pod -> Chart.each(pod.path("volumes"))).filter(volume -> volume.has("secret")))
        .allSatisfy(volume -> assertThat(volume.at("/secret/defaultMode").asInt()).as("for the group").isEqualTo(0440));
  }

  @Test
  void allMeetAtTheSameSockets() throws IOException {
    JsonNode pod = Chart.gateway(Chart.objects("default"));

    assertThat(mounts(pod, "run")).containsExactly("bootstrap:/run/exchequer:", "service:/run/exchequer:", "envoy:/run/exchequer:");
    assertThat("/run/exchequer".length()).isLessThanOrEqualTo(LONGEST_SOCKETS_FOLDER);
    assertThat(pod.at("/volumes/0/emptyDir/medium").asText()).isEqualTo("Memory");
    assertThat(Chart.texts(Chart.container(pod, "bootstrap").path("args"))).contains("--sockets=/run/exchequer", "--node=$(POD_NAME)");
    assertThat(Chart.texts(Chart.container(pod, "service").path("args"))).contains("--sockets=/run/exchequer", "--node=$(POD_NAME)");
    assertThat(Chart.texts(Chart.container(pod, "envoy").path("args"))).contains("/run/exchequer/bootstrap.yaml", "--file-flush-interval-msec");
  }

  @Test
  void bothSidesExpectEachOthersNames() throws IOException {
    List<JsonNode> objects = Chart.objects("default");
    String host = "exchequer-operator.ai-gateway.svc";

    assertThat(Chart.texts(Chart.container(Chart.gateway(objects), "service").path("args"))).contains("--operator=" + host + ":18000", "--operator-name=" + host, "--tls=/tls");
    assertThat(Chart.texts(Chart.container(Chart.operator(objects), "operator").path("args")))
        .contains("--gateway-name=exchequer-gateway", "--grpc-port=18000", "--tls=/tls", "--gateway=exchequer", "--lease=exchequer-operator");
    assertThat(objects.stream().filter(Chart.kind("Service")).map(service -> service.at("/metadata/name").asText())).contains("exchequer-operator");
  }

  /** Every selector finds the pods of one workload and never those of the other. */
  @ParameterizedTest
  @FieldSource("dev.exchequer.helm.Chart#VALUES")
  void everySelectorFindsOneWorkload(String values) throws IOException {
    List<JsonNode> objects = Chart.objects(values);
    JsonNode operator = Chart.only(objects, "Deployment").at("/spec/template/metadata/labels");
    JsonNode gateway = Chart.only(objects, "StatefulSet").at("/spec/template/metadata/labels");

    List<JsonNode> selectors =
        objects.stream()
            .flatMap(
                object ->
                    switch (object.path("kind").asText()) {
                      case "Service" -> Stream.of(object.at("/spec/selector"));
                      case "NetworkPolicy" -> Stream.concat(Stream.of(object.at("/spec/podSelector/matchLabels")), peers(object));
                      case "StatefulSet", "Deployment", "PodDisruptionBudget" -> Stream.of(object.at("/spec/selector/matchLabels"));
                      default -> Stream.of();
                    })
            .toList();

    assertThat(selectors).hasSizeGreaterThanOrEqualTo(5);
    assertThat(selectors).allSatisfy(selector -> assertThat(finds(selector, operator) ^ finds(selector, gateway)).as(selector.toString()).isTrue());
  }

  /** The pods of this chart that a policy lets in or out. */
  private static Stream<JsonNode> peers(JsonNode policy) {
    return policy.findValues("podSelector").stream().map(selector -> selector.path("matchLabels")).filter(labels -> labels.has("app.kubernetes.io/component"));
  }

  private static boolean finds(JsonNode selector, JsonNode labels) {
    return !selector.isEmpty() && selector.properties().stream().allMatch(entry -> entry.getValue().equals(labels.get(entry.getKey())));
  }

  private static List<String> names(JsonNode pod) {
    return Chart.containers(pod).stream().map(container -> container.path("name").asText()).toList();
  }

  @Test
  void checkpointsAreTheServicesAndEachPodsOwn() throws IOException {
    JsonNode pod = Chart.gateway(Chart.objects("production"));
    List<String> args = Chart.texts(Chart.container(pod, "service").path("args"));
    String options = Files.readString(Chart.ROOT.resolve("cli/src/main/java/dev/exchequer/cli/up/CheckpointOption.java"));

    assertThat(args).contains("--checkpoints=/var/lib/exchequer-checkpoints", "--checkpoint-every=1h", "--checkpoint-key=/checkpoint-key/private.pem");
    assertThat(options).contains(args.stream().filter(arg -> arg.startsWith("--checkpoint")).map(arg -> "\"" + arg.replaceAll("=.*", "") + "\"").toList());
    assertThat(mounts(pod, "checkpoints")).hasSize(1).allSatisfy(mount -> assertThat(mount).startsWith("service"));
    assertThat(mounts(pod, "checkpoint-key")).hasSize(1);
    assertThat(Chart.text("production")).contains("{name: checkpoints, mountPath: /var/lib/exchequer-checkpoints, subPathExpr: $(POD_NAME)}");
    assertThat(Chart.text("default")).doesNotContain("checkpoint");
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
