package dev.exchequer.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** The TokenGateway of a release, as the real operator keeps it with the chart's arguments and account, on a real API server. */
class TokenGatewayIT extends HelmOnCluster {
  private static final String GATEWAYS = "/apis/exchequer.dev/v1alpha1/namespaces/" + NAMESPACE + "/tokengateways";
  private static final String GATEWAY = GATEWAYS + "/exchequer";

  @Test
  void itFollowsTheValuesAndPeopleKeepWhatTheyWrote() throws Exception {
    helm("install", "tokenGateway.namespaces.from=Same");
    try (OperatorProcess running = operator()) {
      awaitIs(running, "made", "/spec/namespaces/from", "Same");
      Cluster.await("it is in force", () -> running.runs() && admin.get(GATEWAY).good().at("/status/conditions").toString().contains("\"Accepted\""));
      // a person's own edit, of a field that the values have and of one that they have not
      admin.patch(GATEWAY, "{\"spec\":{\"maxRequestBytes\":1048576,\"defaults\":{\"priceSheetRefs\":[{\"name\":\"ours\"}]}}}").good();
    }
    JsonNode edited = admin.get(GATEWAY).good();

    helm("upgrade", "tokenGateway.namespaces.from=All");
    try (OperatorProcess running = operator()) {
      awaitIs(running, "changed by an upgrade", "/spec/namespaces/from", "All");
    }
    JsonNode upgraded = admin.get(GATEWAY).good();
    assertThat(upgraded.at("/metadata/uid")).isEqualTo(edited.at("/metadata/uid"));
    assertThat(upgraded.at("/spec/maxRequestBytes").asInt()).isEqualTo(1_048_576);
    assertThat(upgraded.at("/spec/defaults")).isEqualTo(edited.at("/spec/defaults"));

    helm.run("rollback", "exchequer", "1", "-n", NAMESPACE);
    try (OperatorProcess running = operator()) {
      awaitIs(running, "changed by a rollback", "/spec/namespaces/from", "Same");
      assertThat(admin.get(GATEWAY).good().at("/spec/maxRequestBytes").asInt()).as("no value of it changed").isEqualTo(1_048_576);

      admin.delete(GATEWAY).good();
      Cluster.await("made again", () -> alive(running) && admin.get(GATEWAY).code() == 200);
      JsonNode again = admin.get(GATEWAY).good();
      assertThat(again.at("/metadata/uid")).isNotEqualTo(edited.at("/metadata/uid"));
      assertThat(again.at("/spec/maxRequestBytes").asInt()).as("by the values").isEqualTo(33_554_432);
      // from here on it is a person's
      admin.patch(GATEWAY, "{\"metadata\":{\"annotations\":{\"exchequer.dev/values\":null}}}").good();
    }

    helm("upgrade", "tokenGateway.namespaces.from=All");
    try (OperatorProcess running = operator()) {
      Cluster.await("it says that it is not its own", () -> alive(running) && running.log().contains("the values are not applied to TokenGateway"));
    }
    assertThat(admin.get(GATEWAY).good().at("/spec/namespaces/from").asText()).isEqualTo("Same");

    helm.run("uninstall", "exchequer", "-n", NAMESPACE, "--wait", "--timeout", "2m");
    assertThat(admin.get(GATEWAY).good().at("/metadata").has("finalizers")).isFalse();
    admin.delete(GATEWAY).good();
    assertThat(admin.get(GATEWAY).code()).as("nothing holds it").isEqualTo(404);
  }

  /** The race that a hook could lose: here the kinds come long after everything else. And a release of a chart before this one, whose hook wrote a digest. */
  @Test
  void definitionsMayComeLateAndOldReleasesAreTakenOver() throws Exception {
    helm("install", "crds.install=false");
    try (OperatorProcess running = operator()) {
      Cluster.await("it ends, to be started again by its Deployment", () -> !running.runs());
    }
    helm("upgrade", "crds.install=true");
    try (OperatorProcess running = operator()) {
      awaitIs(running, "made", "/spec/namespaces/from", "All");
    }
    admin.patch(GATEWAY, "{\"metadata\":{\"annotations\":{\"exchequer.dev/values\":\"0123456789abcdef\"}},\"spec\":{\"namespaces\":{\"from\":\"Same\"}}}").good();
    try (OperatorProcess running = operator()) {
      awaitIs(running, "its values are the release's", "/spec/namespaces/from", "All");
    }
  }

  private void helm(String command, String values) throws IOException, InterruptedException {
    helm.run(command, "exchequer", Chart.FOLDER.toString(), "-n", NAMESPACE, "--set", values);
  }

  /** As the Deployment is now. */
  private OperatorProcess operator() throws IOException {
    JsonNode deployment = admin.get("/apis/apps/v1/namespaces/" + NAMESPACE + "/deployments/exchequer-operator").good();
    JsonNode tls = admin.get("/api/v1/namespaces/" + NAMESPACE + "/secrets/exchequer-operator-tls").good();
    return OperatorProcess.start(deployment, tls, cluster.as(NAMESPACE, "exchequer-operator"), Files.createTempDirectory(folder, "operator"));
  }

  private void awaitIs(OperatorProcess running, String what, String field, String value) throws Exception {
    Cluster.await(what, () -> alive(running) && admin.get(GATEWAY).body().at(field).asText().equals(value));
  }

  private static boolean alive(OperatorProcess running) throws IOException {
    if (!running.runs()) {
      throw new AssertionError("the operator has ended:\n" + running.log());
    }
    return true;
  }
}
