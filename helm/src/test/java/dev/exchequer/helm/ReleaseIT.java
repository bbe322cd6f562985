package dev.exchequer.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.InstallCommand;
import com.marcnuri.helm.UpgradeCommand;
import dev.exchequer.helm.Cluster.Caller;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A release through its life on a real API server: installed, upgraded, taken back, uninstalled, installed again. */
class ReleaseIT {
  private static final String NAMESPACE = "ai-gateway";
  private static final String GROUP = "/apis/exchequer.dev/v1alpha1/namespaces/" + NAMESPACE;
  private static final String TOKEN = "/api/v1/namespaces/" + NAMESPACE + "/secrets/exchequer-admin-treasurer";
  private static final String DIGESTS = "/api/v1/namespaces/" + NAMESPACE + "/secrets/exchequer-admin-tokens";
  private static final String OPERATOR = "/apis/apps/v1/namespaces/" + NAMESPACE + "/deployments/exchequer-operator";
  private static final String SERVICE_POD = "/apis/apps/v1/namespaces/" + NAMESPACE + "/statefulsets/exchequer";
  private static final String DEFINITION = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/balances.exchequer.dev";

  @TempDir Path folder;
  private Cluster cluster;
  private Caller admin;

  @BeforeEach
  void start() throws Exception {
    cluster = Cluster.start();
    admin = cluster.admin();
    cluster.namespace(NAMESPACE, "");
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void everyStepKeepsWhatPeopleOwn() throws Exception {
    ChartCopy first = ChartCopy.in(folder);
    ChartCopy next =
        ChartCopy.in(folder)
            .edit("Chart.yaml", text -> text.replace("version: 0.1.0", "version: 0.2.0"))
            .edit("files/crds/balances.yaml", text -> text.replace("additionalPrinterColumns:\n", "additionalPrinterColumns:\n    - {jsonPath: .spec.unit, name: NEXT, type: string}\n"));

    assertThat(install(first.helm()).call().getStatus()).isEqualTo("deployed");
    assertThat(keptDefinitions()).isGreaterThanOrEqualTo(9);
    JsonNode certificate = admin.get(secret("operator")).good().path("data");
    assertThat(admin.get(secret("gateway")).good().at("/data/ca.crt")).isEqualTo(certificate.path("ca.crt"));
    JsonNode token = admin.get(TOKEN).good().at("/data/token");
    JsonNode digests = admin.get(DIGESTS).good().path("data");
    admin.create(GROUP + "/projects", "{apiVersion: exchequer.dev/v1alpha1, kind: Project, metadata: {name: acme}, spec: {owner: a@acme.example}}").good();

    // a value and a definition change; only what they concern does
    long pods = generation(SERVICE_POD);
    upgrade(next.helm(), command -> command.set("operator.replicas", 3)).call();
    assertThat(admin.get(OPERATOR).good().at("/spec/replicas").asInt()).isEqualTo(3);
    assertThat(columns()).contains("NEXT");
    assertThat(generation(SERVICE_POD)).as("the gateway's pod is not restarted by a change of the operator").isEqualTo(pods);
    assertThat(admin.get(secret("operator")).good().path("data")).as("certificates are kept").isEqualTo(certificate);
    assertThat(admin.get(TOKEN).good().at("/data/token")).as("tokens are kept").isEqualTo(token);
    assertThat(admin.get(DIGESTS).good().path("data")).isEqualTo(digests);

    // back to the former chart and values by an upgrade; RollbackIT has the command for it
    upgrade(first.helm(), command -> command).call();
    assertThat(admin.get(OPERATOR).good().at("/spec/replicas").asInt()).isEqualTo(2);
    assertThat(columns()).doesNotContain("NEXT");
    assertThat(admin.get(secret("operator")).good().path("data")).isEqualTo(certificate);

    // thirty days before the end both certificates are made anew
    admin.patch(secret("operator"), "{\"metadata\":{\"annotations\":{\"exchequer.dev/valid-until\":\"2026-01-01\"}}}").good();
    upgrade(first.helm(), command -> command).call();
    JsonNode renewed = admin.get(secret("operator")).good().path("data");
    assertThat(renewed.path("tls.crt")).isNotEqualTo(certificate.path("tls.crt"));
    assertThat(admin.get(secret("gateway")).good().at("/data/ca.crt")).isEqualTo(renewed.path("ca.crt"));

    Helm.uninstall("exchequer").withNamespace(NAMESPACE).withKubeConfigContents(admin.kubeconfig()).call();
    assertThat(List.of(admin.get(OPERATOR).code(), admin.get(SERVICE_POD).code(), admin.get(secret("gateway")).code())).containsOnly(404);
    assertThat(keptDefinitions()).isGreaterThanOrEqualTo(9);
    admin.get(GROUP + "/projects/acme").good();

    assertThat(install(first.helm()).call().getStatus()).as("the same name takes everything over").isEqualTo("deployed");
  }

  private InstallCommand install(Helm helm) {
    return helm.install().withName("exchequer").withNamespace(NAMESPACE).withKubeConfigContents(admin.kubeconfig());
  }

  private UpgradeCommand upgrade(Helm helm, UnaryOperator<UpgradeCommand> values) {
    return values.apply(helm.upgrade().withName("exchequer").withNamespace(NAMESPACE).withKubeConfigContents(admin.kubeconfig()).resetValues());
  }

  private long keptDefinitions() {
    JsonNode all = admin.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions").good().path("items");
    return Chart.each(all).filter(definition -> definition.at("/metadata/annotations/helm.sh~1resource-policy").asText().equals("keep")).count();
  }

  private List<String> columns() {
    return admin.get(DEFINITION).good().at("/spec/versions/0/additionalPrinterColumns").findValuesAsText("name");
  }

  private long generation(String path) {
    return admin.get(path).good().at("/metadata/generation").asLong();
  }

  private static String secret(String of) {
    return "/api/v1/namespaces/" + NAMESPACE + "/secrets/exchequer-" + of + "-tls";
  }
}
