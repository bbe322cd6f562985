package dev.exchequer.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code helm install}, {@code upgrade}, {@code rollback} and {@code uninstall} as commands, on a real API server: what Helm made is as it was, money is as it is. */
class RollbackIT extends HelmOnCluster {
  private static final String GROUP = "/apis/exchequer.dev/v1alpha1/namespaces/" + NAMESPACE;
  private static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  private static final String HOLD = "{\"metadata\":{\"finalizers\":[\"exchequer.dev/open-holds\"]}}";

  /** What the API server counts. */
  private static final List<String> NEWS = List.of("resourceVersion", "generation", "managedFields");

  /** The same for what went with the upgrade and came back. */
  private static final List<String> NEWS_OF_ANOTHER = Stream.concat(NEWS.stream(), Stream.of("uid", "creationTimestamp")).toList();

  @Test
  void aRollbackBringsBackWhatHelmMadeAndTouchesNoMoney() throws Exception {
    ChartCopy first = ChartCopy.in(folder);
    ChartCopy next =
        ChartCopy.in(folder)
            .edit("Chart.yaml", text -> text.replace("version: 0.1.0", "version: 0.2.0"))
            .edit("files/crds/balances.yaml", text -> text.replace("additionalPrinterColumns:\n", "additionalPrinterColumns:\n    - {jsonPath: .spec.unit, name: NEXT, type: string}\n"));

    helm.run("install", "exchequer", first.folder().toString(), "-n", NAMESPACE, "--set", "envoy.drainSeconds=30");
    money();
    admin.patch(GROUP + "/balances/wallet", HOLD).good();
    List<JsonNode> objects = Chart.documents(helm.run("get", "manifest", "exchequer", "-n", NAMESPACE));
    Map<String, JsonNode> before = live(objects);
    Map<String, JsonNode> moneyBefore = live(moneyObjects());

    // values, a definition and an object more
    helm.run("upgrade", "exchequer", next.folder().toString(), "-n", NAMESPACE, "--set", "envoy.drainSeconds=45,operator.replicas=3,dashboard.enabled=true,networkPolicy.enabled=false");
    assertThat(admin.get(DEFINITIONS + "/balances.exchequer.dev").good().at("/spec/versions/0/additionalPrinterColumns").findValuesAsText("name")).contains("NEXT");
    assertThat(changed(before, live(objects)))
        .contains("Deployment exchequer-operator", "StatefulSet exchequer", "CustomResourceDefinition balances.exchequer.dev", "NetworkPolicy exchequer-operator");
    assertThat(secrets(live(objects))).as("certificates and tokens are kept").hasSize(5).isEqualTo(secrets(before));
    assertThat(dashboards()).isEqualTo(1);
    assertThat(live(moneyObjects())).isEqualTo(moneyBefore);

    assertThat(helm.run("rollback", "exchequer", "1", "-n", NAMESPACE)).contains("Rollback was a success");
    assertThat(changed(before, live(objects))).as("the objects are as they were, secrets and definitions too").isEmpty();
    assertThat(dashboards()).isZero();
    assertThat(live(moneyObjects())).as("balances, prices and keys are not part of the release").isEqualTo(moneyBefore);

    // and forward again: without a number it is the revision before this one
    helm.run("rollback", "exchequer", "-n", NAMESPACE);
    assertThat(admin.get(deployment()).good().at("/spec/replicas").asInt()).isEqualTo(3);
    assertThat(dashboards()).isEqualTo(1);
    assertThat(live(moneyObjects())).isEqualTo(moneyBefore);
    assertThat(helm.run("history", "exchequer", "-n", NAMESPACE)).contains("Rollback to 1").contains("Rollback to 2");
  }

  /** {@code --wait} waits for all that is to go: what is kept, and a balance with open holds, must not be among it. */
  @Test
  void anUninstallWaitsForNothingThatStays() throws Exception {
    helm.run("install", "exchequer", Chart.FOLDER.toString(), "-n", NAMESPACE);
    money();
    admin.patch(GROUP + "/balances/wallet", HOLD).good();
    Map<String, JsonNode> moneyBefore = live(moneyObjects());
    List<JsonNode> objects = Chart.documents(helm.run("get", "manifest", "exchequer", "-n", NAMESPACE));

    assertThat(helm.run("uninstall", "exchequer", "-n", NAMESPACE, "--wait", "--timeout", "2m")).contains("release \"exchequer\" uninstalled");

    assertThat(live(objects).entrySet().stream().filter(entry -> !entry.getValue().isMissingNode()).map(Map.Entry::getKey))
        .isNotEmpty()
        .allMatch(name -> name.startsWith("CustomResourceDefinition ") || name.startsWith("TokenGateway "));
    assertThat(live(moneyObjects())).isEqualTo(moneyBefore);
    assertThat(helm.run("list", "--all", "-q", "-n", NAMESPACE)).isBlank();
    // and nothing of the release is left in its own history
    assertThat(admin.get("/api/v1/namespaces/" + NAMESPACE + "/secrets").good().path("items").findValuesAsText("type")).doesNotContain("helm.sh/release.v1");

    helm.run("install", "exchequer", Chart.FOLDER.toString(), "-n", NAMESPACE);
    assertThat(live(moneyObjects())).as("the same name takes everything over").isEqualTo(moneyBefore);
  }

  private void money() throws IOException {
    for (JsonNode object : moneyObjects()) {
      admin.send("POST", Cluster.collection(object), "application/json", object.toString()).good();
    }
  }

  /** The quickstart: project, balances, prices, providers, routes, keys and their Secret. */
  private static List<JsonNode> moneyObjects() throws IOException {
    List<JsonNode> objects = Chart.documents(Files.readString(Chart.ROOT.resolve("examples/quickstart/quickstart.yaml")));
    objects.forEach(object -> ((ObjectNode) object.path("metadata")).put("namespace", NAMESPACE));
    return objects;
  }

  private String deployment() {
    return "/apis/apps/v1/namespaces/" + NAMESPACE + "/deployments/exchequer-operator";
  }

  private long dashboards() {
    return Chart.each(admin.get("/api/v1/namespaces/" + NAMESPACE + "/configmaps").good().path("items")).filter(map -> map.at("/metadata/labels").has("grafana_dashboard")).count();
  }

  /** By kind and name, without the API server's own bookkeeping; missing where there is none. */
  private Map<String, JsonNode> live(List<JsonNode> objects) {
    Map<String, JsonNode> found = new TreeMap<>();
    for (JsonNode object : objects) {
      Cluster.Answer answer = admin.get(Cluster.collection(object) + "/" + object.at("/metadata/name").asText());
      JsonNode body = answer.code() == 404 ? answer.body().path("none") : answer.good();
      if (body instanceof ObjectNode there) {
        ((ObjectNode) there.path("metadata")).remove(object.path("kind").asText().equals("NetworkPolicy") ? NEWS_OF_ANOTHER : NEWS);
        there.remove("status"); // the API server's word on a definition, a policy
      }
      found.put(object.path("kind").asText() + " " + object.at("/metadata/name").asText(), body);
    }
    return found;
  }

  private static List<JsonNode> secrets(Map<String, JsonNode> objects) {
    return objects.entrySet().stream().filter(entry -> entry.getKey().startsWith("Secret ")).map(entry -> entry.getValue().path("data")).toList();
  }

  private static List<String> changed(Map<String, JsonNode> before, Map<String, JsonNode> after) {
    assertThat(after.keySet()).isEqualTo(before.keySet());
    List<String> names = new ArrayList<>();
    before.forEach(
        (name, object) -> {
          if (!object.equals(after.get(name))) {
            names.add(name);
          }
        });
    return names;
  }
}
