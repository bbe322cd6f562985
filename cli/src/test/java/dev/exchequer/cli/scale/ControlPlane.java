package dev.exchequer.cli.scale;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A kube-apiserver of its own, by dev/kube/cluster.sh: one that may be stopped while others are used. */
final class ControlPlane implements AutoCloseable {
  private static final String GROUP = "/apis/exchequer.dev/v1alpha1";

  private final Path home;
  private final Path bin;
  private final int port;
  private final KubernetesClient client;

  private ControlPlane(Path home, Path bin, int port) throws IOException, InterruptedException {
    this.home = home;
    this.bin = bin;
    this.port = port;
    cluster("up");
    this.client = new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(Files.readString(kubeconfig()))).build();
  }

  static ControlPlane start(Path root, Path home) throws IOException, InterruptedException {
    Path bin = Files.createDirectories(home.resolve("bin"));
    // without the controllers: nothing here needs one, and the processors are few
    for (String program : List.of("etcd", "kube-apiserver", "kubectl")) {
      Files.createSymbolicLink(bin.resolve(program), root.resolve(".cache/kube/bin").resolve(program).toRealPath());
    }
    ControlPlane plane = new ControlPlane(home, bin, freePort());
    try (Stream<Path> definitions = Files.list(root.resolve("crds/yaml"))) {
      for (Path definition : definitions.sorted().toList()) {
        plane.must("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "application/yaml", Files.readString(definition));
      }
    }
    for (String plural : List.of("modelproviders", "projects", "balances", "pricesheets", "apikeys", "budgets", "fallbackpolicies", "modelroutes")) {
      Until.so(plural + " are served", () -> plane.send("GET", GROUP + "/" + plural, "", "") == 200);
    }
    return plane;
  }

  /** The first of five that cluster.sh asks for. */
  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return Math.min(socket.getLocalPort(), 60_000);
    }
  }

  Path kubeconfig() {
    return home.resolve("cluster/admin.kubeconfig");
  }

  private void cluster(String command) throws IOException, InterruptedException {
    Path script = Path.of(System.getProperty("exchequer.root")).resolve("dev/kube/cluster.sh");
    ProcessBuilder builder = new ProcessBuilder("bash", script.toString(), command).redirectErrorStream(true);
    builder.environment().put("CLUSTER_BIN", bin.toString());
    builder.environment().put("CLUSTER_DIR", home.resolve("cluster").toString());
    builder.environment().put("CLUSTER_PORT", Integer.toString(port));
    Path log = home.resolve("cluster-" + command + ".log");
    if (builder.redirectOutput(log.toFile()).start().waitFor() != 0) {
      throw new IOException(Files.readString(log));
    }
  }

  /** Kills the API server; etcd keeps what it had. Returns how it is started again. */
  Runnable stopServer() throws IOException {
    Path pidFile = home.resolve("cluster/kube-apiserver.pid");
    long pid = Long.parseLong(Files.readString(pidFile).strip());
    List<String> command = List.of(Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"), StandardCharsets.UTF_8).split("\0"));
    ProcessHandle handle = ProcessHandle.of(pid).orElseThrow();
    handle.destroyForcibly();
    Until.so("the API server is gone", () -> send("GET", "/readyz", "", "") < 0);
    return () -> {
      try {
        Process server = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(home.resolve("again.log").toFile()).start();
        Files.writeString(pidFile, Long.toString(server.pid()));
        Until.so("the API server is back", () -> send("GET", "/readyz", "", "") == 200);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    };
  }

  /** @return the status, -1 = nobody answered */
  int send(String method, String path, String contentType, String body) {
    HttpRequest.Builder request = client.getHttpClient().newHttpRequestBuilder().uri(client.getMasterUrl().toString().replaceAll("/$", "") + path);
    if (!body.isEmpty()) {
      request.method(method, contentType, body);
    }
    try {
      HttpResponse<String> answer = client.getHttpClient().sendAsync(request.build(), String.class).get(30, TimeUnit.SECONDS);
      return answer.code();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -1;
    } catch (Exception e) {
      return -1;
    }
  }

  private void must(String method, String path, String contentType, String body) {
    int code = send(method, path, contentType, body);
    if (code < 200 || code > 299) {
      throw new IllegalStateException(method + " " + path + ": " + code + "\n" + body);
    }
  }

  void create(String plural, String yaml) {
    must("POST", collection(plural), "application/yaml", yaml);
  }

  void patch(String plural, String name, String json) {
    must("PATCH", collection(plural) + "/" + name, "application/merge-patch+json", json);
  }

  void delete(String plural, String name) {
    // with a body: fabric8's client on the JDK's sends every request without one as a GET
    must("DELETE", collection(plural) + "/" + name, "application/json", "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\"}");
  }

  /** Gives the lease to somebody who is not there. */
  void takeLease(String name) {
    String now = java.time.Instant.now().toString().substring(0, 19) + ".000000Z";
    must("PATCH", "/apis/coordination.k8s.io/v1/namespaces/default/leases/" + name, "application/merge-patch+json",
        "{\"spec\":{\"holderIdentity\":\"nobody\",\"renewTime\":\"" + now + "\",\"acquireTime\":\"" + now + "\"}}");
  }

  private static String collection(String plural) {
    return (plural.equals("secrets") ? "/api/v1" : GROUP) + "/namespaces/default/" + plural;
  }

  /** As {@link #close}, on the way out. */
  void end() {
    try {
      cluster("down");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    client.close();
    cluster("down");
  }
}
