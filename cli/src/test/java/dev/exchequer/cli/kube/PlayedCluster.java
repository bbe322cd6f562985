package dev.exchequer.cli.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.operator.kube.RealApi;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A node of the real API server whose kubelet (dev/kube/fake-kubelet) forwards ports of every pod to this machine's loopback: a pod is an object, and what
 * runs in it is a process of the test.
 */
public final class PlayedCluster {
  public static final String NODE = "loopback";
  private static final Map<String, String> LABELS = Map.of("app.kubernetes.io/name", "exchequer", "app.kubernetes.io/component", "gateway");

  private static final class Running {
    static final PlayedCluster CLUSTER = start();
  }

  private final RealApi api = RealApi.get();

  private PlayedCluster() {}

  /** One for the test run. */
  public static PlayedCluster get() {
    return Running.CLUSTER;
  }

  public RealApi api() {
    return api;
  }

  private static PlayedCluster start() {
    PlayedCluster cluster = new PlayedCluster();
    try {
      Process build = new ProcessBuilder(RealApi.root().resolve("dev/kube/build-fake-kubelet.sh").toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      String binary = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      assertThat(build.waitFor()).as("dev/kube/build-fake-kubelet.sh").isZero();
      Process kubelet = new ProcessBuilder(binary).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      Runtime.getRuntime().addShutdownHook(new Thread(kubelet::destroy, "stop-fake-kubelet"));
      BufferedReader told = kubelet.inputReader();
      int port = Integer.parseInt(String.valueOf(told.readLine()).replace("listening on ", ""));
      cluster.node(port);
      return cluster;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void node(int port) {
    write(
        "/api/v1/nodes",
        """
        {"apiVersion":"v1","kind":"Node","metadata":{"name":"%s"},
         "status":{"addresses":[{"type":"InternalIP","address":"127.0.0.1"}],"daemonEndpoints":{"kubeletEndpoint":{"Port":%d}}}}"""
            .formatted(NODE, port));
  }

  /** A namespace in which pods can be made. */
  public void namespace(String name) {
    api.namespace(name);
    // there is no controller that would make it, and pods are refused without
    api.send("POST", "/api/v1/namespaces/" + name + "/serviceaccounts", "application/json", "{\"apiVersion\":\"v1\",\"kind\":\"ServiceAccount\",\"metadata\":{\"name\":\"default\"}}");
  }

  /** The pod of a gateway of the release, whose admin API is at a port of this machine. */
  public void gatewayPod(String namespace, String release, int adminPort) {
    ObjectNode pod = RealApi.JSON.createObjectNode().put("apiVersion", "v1").put("kind", "Pod");
    ObjectNode labels = pod.putObject("metadata").put("name", release + "-0").putObject("labels").put("app.kubernetes.io/instance", release);
    LABELS.forEach(labels::put);
    ObjectNode spec = pod.putObject("spec").put("nodeName", NODE).put("automountServiceAccountToken", false);
    spec.putArray("containers").addObject().put("name", "service").put("image", "exchequer").putArray("ports").addObject().put("name", "admin").put("containerPort", adminPort);
    write("/api/v1/namespaces/" + namespace + "/pods", pod.toString());
    ready(namespace, release, true);
  }

  /** At once: no kubelet would confirm that it ended. */
  public void noPod(String namespace, String release) {
    api.send(
        "DELETE", "/api/v1/namespaces/" + namespace + "/pods/" + release + "-0", "application/json", "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"gracePeriodSeconds\":0}");
  }

  /** What the kubelet says of the pod. */
  public void ready(String namespace, String release, boolean ready) {
    String status =
        """
        {"status":{"phase":"Running","conditions":[{"type":"Ready","status":"%s","reason":"ContainersNotReady","message":"%s"}]}}"""
            .formatted(ready ? "True" : "False", ready ? "" : "containers with unready status: [envoy]");
    String path = "/api/v1/namespaces/" + namespace + "/pods/" + release + "-0/status";
    RealApi.Answer answer = api.send("PATCH", path, "application/merge-patch+json", status);
    assertThat(answer.good()).as(answer.body().toPrettyString()).isTrue();
  }

  public void secret(String namespace, String name, String key, String value) {
    ObjectNode secret = RealApi.JSON.createObjectNode().put("apiVersion", "v1").put("kind", "Secret");
    secret.putObject("metadata").put("name", name);
    secret.putObject("stringData").put(key, value);
    write("/api/v1/namespaces/" + namespace + "/secrets", secret.toString());
  }

  public void write(String path, String json) {
    RealApi.Answer answer = api.send("POST", path, "application/json", json);
    assertThat(answer.good()).as(() -> path + " " + answer.body().toPrettyString()).isTrue();
  }

  /** A kubeconfig of the administrator. */
  public Path kubeconfig(Path folder) throws IOException {
    return Files.writeString(folder.resolve("admin.kubeconfig"), api.kubeconfig());
  }

  /**
   * A kubeconfig of somebody who may do what the rules say, in one namespace.
   *
   * @param rules each {@code VERB RESOURCE}, e.g. {@code get pods}
   */
  public Path kubeconfig(Path folder, String namespace, String name, List<String> rules) throws IOException, InterruptedException {
    String base = "/api/v1/namespaces/" + namespace + "/serviceaccounts";
    write(base, "{\"apiVersion\":\"v1\",\"kind\":\"ServiceAccount\",\"metadata\":{\"name\":\"" + name + "\"}}");
    String rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/" + namespace;
    ObjectNode role = RealApi.JSON.createObjectNode().put("apiVersion", "rbac.authorization.k8s.io/v1").put("kind", "Role");
    role.putObject("metadata").put("name", name);
    for (String rule : rules) {
      String[] parts = rule.split(" ");
      ObjectNode granted = role.withArray("/rules").addObject();
      granted.putArray("apiGroups").add("");
      granted.putArray("verbs").add(parts[0]);
      granted.putArray("resources").add(parts[1]);
      Stream.of(parts).skip(2).forEach(granted.withArray("/resourceNames")::add);
    }
    write(rbac + "/roles", role.toString());
    write(
        rbac + "/rolebindings",
        """
        {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"%1$s"},
         "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"%1$s"},"subjects":[{"kind":"ServiceAccount","name":"%1$s","namespace":"%2$s"}]}"""
            .formatted(name, namespace));
    String token = api.kubectl("create", "token", name, "--namespace", namespace).strip();
    ObjectNode config = (ObjectNode) RealApi.YAML.readTree(api.kubeconfig());
    ObjectNode user = (ObjectNode) config.at("/users/0");
    user.putObject("user").put("token", token);
    JsonNode context = config.at("/contexts/0/context");
    ((ObjectNode) context).put("namespace", namespace);
    return Files.writeString(folder.resolve(name + ".kubeconfig"), RealApi.YAML.writeValueAsString(config));
  }
}
