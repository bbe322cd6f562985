package dev.exchequer.helm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubeapitest.KubeAPIServer;
import io.fabric8.kubeapitest.KubeAPIServerConfigBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A real kube-apiserver with its etcd, authorizing by RBAC, with nothing in it; one per test class, because definitions are the cluster's. No controllers: what
 * makes pods, endpoints and default service accounts is not there. The binaries are those of dev/kube/build-control-plane.sh.
 */
final class Cluster implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final KubeAPIServer server;
  private final Caller admin;

  /** Somebody who asks the API server. */
  record Caller(KubernetesClient client, String kubeconfig) {
    /** @param body JSON or YAML, as the type says */
    Answer send(String method, String path, String type, String body) {
      HttpRequest.Builder request = client.getHttpClient().newHttpRequestBuilder().uri(client.getMasterUrl().toString().replaceAll("/$", "") + path);
      request.header("Accept", "application/json");
      if (!method.equals("GET")) {
        request.method(method, type, body);
      }
      try {
        HttpResponse<String> response = client.getHttpClient().sendAsync(request.build(), String.class).get(30, TimeUnit.SECONDS);
        return new Answer(response.code(), JSON.readTree(response.bodyString()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (ExecutionException | TimeoutException e) {
        throw new IllegalStateException(method + " " + path, e);
      }
    }

    Answer get(String path) {
      return send("GET", path, "", "");
    }

    Answer create(String path, String yaml) {
      return send("POST", path, "application/yaml", yaml);
    }

    Answer patch(String path, String json) {
      return send("PATCH", path, "application/merge-patch+json", json);
    }

    /** With a body: fabric8's client on the JDK's sends every request without one as a GET. */
    Answer delete(String path) {
      return send("DELETE", path, "application/json", "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\"}");
    }
  }

  /** What the server said, a Status where it refused. */
  record Answer(int code, JsonNode body) {
    JsonNode good() {
      if (code >= 300) {
        throw new AssertionError(code + " " + body);
      }
      return body;
    }

    String message() {
      return body.path("message").asText();
    }
  }

  private Cluster(KubeAPIServer server) {
    this.server = server;
    this.admin = caller(Config.fromKubeconfig(server.getKubeConfigYaml()), server.getKubeConfigYaml());
  }

  static Cluster start() throws IOException, InterruptedException {
    Path directory = Path.of(System.getenv().getOrDefault("KUBE_API_TEST_DIR", Chart.ROOT.resolve(".cache/kube").toString()));
    if (!Files.isDirectory(directory.resolve("k8s"))) {
      Path log = Files.createDirectories(directory).resolve("build.log");
      ProcessBuilder build = new ProcessBuilder(Chart.ROOT.resolve("dev/kube/build-control-plane.sh").toString(), "slim", directory.toString());
      if (build.redirectErrorStream(true).redirectOutput(log.toFile()).start().waitFor() != 0) {
        throw new IllegalStateException("dev/kube/build-control-plane.sh failed, see " + log);
      }
    }
    KubeAPIServer server =
        new KubeAPIServer(
            KubeAPIServerConfigBuilder.anAPIServerConfig()
                .withTestDir(directory.toString())
                .withOfflineMode(true) // by builder: the environment variable for it fails with a ClassCastException
                .withUpdateKubeConfig(false)
                .withStartupTimeout(120_000)
                .withApiServerFlag("--bind-address", "127.0.0.1")
                .withApiServerFlag("--advertise-address", "127.0.0.1") // else it dies on a host without a default route
                .withApiServerFlag("--endpoint-reconciler-type", "none")
                .build());
    server.start();
    return new Cluster(server);
  }

  /** May do everything. */
  Caller admin() {
    return admin;
  }

  void namespace(String name, String labels) {
    admin.create("/api/v1/namespaces", "{apiVersion: v1, kind: Namespace, metadata: {name: " + name + ", labels: {" + labels + "}}}").good();
  }

  /** With a token that the server gives out for the account, as the kubelet asks for one. */
  Caller as(String namespace, String account) {
    String request = "{apiVersion: authentication.k8s.io/v1, kind: TokenRequest, spec: {expirationSeconds: 3600}}";
    String token = admin.create("/api/v1/namespaces/" + namespace + "/serviceaccounts/" + account + "/token", request).good().at("/status/token").asText();
    Config all = Config.fromKubeconfig(admin.kubeconfig());
    Config config =
        new ConfigBuilder(Config.empty()).withMasterUrl(all.getMasterUrl()).withCaCertData(all.getCaCertData()).withCaCertFile(all.getCaCertFile()).withOauthToken(token).withNamespace(namespace).build();
    String authority = all.getCaCertData() == null ? "certificate-authority: " + all.getCaCertFile() : "certificate-authority-data: " + all.getCaCertData();
    String kubeconfig =
        """
        apiVersion: v1
        kind: Config
        current-context: only
        clusters: [{name: only, cluster: {server: "%s", %s}}]
        users: [{name: only, user: {token: "%s"}}]
        contexts: [{name: only, context: {cluster: only, user: only, namespace: "%s"}}]
        """
            .formatted(all.getMasterUrl(), authority, token, namespace);
    return caller(config, kubeconfig);
  }

  private static Caller caller(Config config, String kubeconfig) {
    return new Caller(new KubernetesClientBuilder().withConfig(config).build(), kubeconfig);
  }

  /** Where objects of its kind are, in its namespace if it has one. */
  static String collection(JsonNode object) {
    String version = object.path("apiVersion").asText();
    String kind = object.path("kind").asText().toLowerCase(Locale.ROOT);
    String namespace = object.at("/metadata/namespace").asText();
    String plural = kind.endsWith("policy") ? kind.substring(0, kind.length() - 1) + "ies" : kind + "s";
    return (version.contains("/") ? "/apis/" : "/api/") + version + (namespace.isEmpty() ? "" : "/namespaces/" + namespace) + "/" + plural;
  }

  static void await(String what, Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("still not so: " + what);
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  @Override
  public void close() {
    admin.client().close();
    server.stop();
  }
}
