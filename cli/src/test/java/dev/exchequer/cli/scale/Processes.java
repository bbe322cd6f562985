package dev.exchequer.cli.scale;

import dev.exchequer.cli.mock.MockProvider;
import dev.exchequer.wire.EnvoyAdmin;
import dev.exchequer.wire.TestAuthority;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A control plane, the operator in Kubernetes mode, Envoy, the accounting service and a mock provider, each a process of its own but the last. Operator and
 * gateway speak by Unix sockets, or as in Kubernetes: the service takes the policy and relays ADS over one mTLS connection.
 */
final class Processes implements AutoCloseable {
  static final String KEY = "exq-test-scale-0123456789abcdef0123456789abcdef";
  private static final String OPERATOR_NAME = "exchequer-operator";
  private static final String GATEWAY_NAME = "exchequer-gateway";
  private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final Path root = Path.of(System.getProperty("exchequer.root")).toAbsolutePath();
  private final Path home = Files.createTempDirectory(Path.of("/tmp"), "exq-k");
  private final Path sockets = Files.createDirectories(home.resolve("s"));
  private final Path data = Files.createDirectories(home.resolve("data"));
  private final int port = freePort();
  private final int admin = freePort();
  private final MockProvider mock = MockProvider.start(0);
  private final Map<String, Process> processes = new ConcurrentSkipListMap<>();
  private final int grpc = freePort();
  private final boolean mutualTls;
  final ControlPlane plane;

  Processes() throws IOException, InterruptedException {
    this(false);
  }

  /** @param mutualTls between operator and gateway, as the chart has it; else Unix sockets */
  Processes(boolean mutualTls) throws IOException, InterruptedException {
    Files.createDirectories(data.resolve("journal"));
    this.mutualTls = mutualTls;
    if (mutualTls) {
      TestAuthority authority = TestAuthority.in(home);
      authority.issue(home.resolve("operator-tls"), OPERATOR_NAME);
      authority.issue(home.resolve("gateway-tls"), GATEWAY_NAME);
    }
    this.plane = ControlPlane.start(root, Files.createDirectories(home.resolve("kube")));
    // a run that is broken off leaves nothing behind
    Runtime.getRuntime().addShutdownHook(new Thread(() -> processes.values().forEach(Process::destroyForcibly), "end"));
    Runtime.getRuntime().addShutdownHook(new Thread(plane::end, "end-plane"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** Everything but the routes: one project with one key and one wallet. */
  void applyBase() {
    plane.create("secrets", "{apiVersion: v1, kind: Secret, metadata: {name: keys}, stringData: {app: " + KEY + ", provider: mock}}");
    create("modelproviders", "ModelProvider", "relay",
        "{baseUrl: 'http://127.0.0.1:" + mock.port() + "/v1', dialect: OpenAI, auth: {type: Bearer, secretRef: {name: keys, key: provider}}, allowPlaintext: true}");
    create("projects", "Project", "acme", "{owner: a@acme.example, disclose: Balance}");
    create("apikeys", "ApiKey", "app", "{projectRef: {name: acme}, label: app, credentials: [{name: a, secretRef: {name: keys, key: app}}]}");
    create("balances", "Balance", "wallet",
        "{projectRef: {name: acme}, type: Wallet, unit: CNY, routeClasses: [Pool], initialGrants: [{id: opening, amount: '1000000'}]}");
    create("balances", "Balance", "other",
        "{projectRef: {name: acme}, type: Wallet, unit: CNY, routeClasses: [Subscription], initialGrants: [{id: opening, amount: '1000'}]}");
    create("pricesheets", "PriceSheet", "cny",
        "{unit: CNY, rates: [{name: all, meters: [{meter: Input, price: '1000'}, {meter: Output, price: '1000'}]}]}");
    create("pricesheets", "PriceSheet", "moving",
        "{unit: CNY, rates: [{name: all, meters: [{meter: Input, price: '1000'}, {meter: Output, price: '1000'}]}]}");
  }

  void create(String plural, String kind, String name, String spec) {
    plane.create(plural, "{apiVersion: exchequer.dev/v1alpha1, kind: " + kind + ", metadata: {name: " + name + "}, spec: " + spec + "}");
  }

  void createRoute(String name, String upstreamModel) {
    create("modelroutes", "ModelRoute", name,
        "{models: [" + name + "], priceSheetRefs: [{name: cny}], hops: [{name: pool, providerRef: {name: relay}, upstreamModel: " + upstreamModel
            + ", routeClass: Pool}]}");
  }

  void start() throws IOException {
    if (mutualTls) {
      startApart();
      return;
    }
    startOperator("operator-0", sockets, "");
    Until.so("the bootstrap", () -> Files.exists(sockets.resolve("bootstrap.yaml")));
    run("service", exchequer("service", "--data", data.toString(), "--sockets", sockets.toString(), "--admin-port", Integer.toString(admin)));
    startEnvoy();
  }

  /** The chart's two workloads, with the arguments that it gives them. */
  private void startApart() throws IOException {
    run("operator-0", exchequer("operator", "--grpc-port", Integer.toString(grpc), "--grpc-listen", "127.0.0.1", "--tls", home.resolve("operator-tls").toString(),
        "--gateway-name", GATEWAY_NAME, "--listen", "127.0.0.1", "--health-port", Integer.toString(freePort()), "--namespaces", "default"));
    run("bootstrap", exchequer("bootstrap", "--data", data.toString(), "--sockets", sockets.toString(), "--listen", "127.0.0.1", "--port", Integer.toString(port),
        "--node", "gateway-0"));
    Until.so("the bootstrap", () -> !Objects.requireNonNull(processes.get("bootstrap")).isAlive() && Files.exists(sockets.resolve("bootstrap.yaml")));
    run("service", exchequer("service", "--data", data.toString(), "--sockets", sockets.toString(), "--admin-port", Integer.toString(admin), "--node", "gateway-0",
        "--operator", "127.0.0.1:" + grpc, "--tls", home.resolve("gateway-tls").toString(), "--operator-name", OPERATOR_NAME));
    startEnvoy();
  }

  private void startEnvoy() throws IOException {
    run("envoy", List.of(root.resolve(".cache/envoy/envoy-1.40.0").toString(), "-c", sockets.resolve("bootstrap.yaml").toString(), "--concurrency", "2",
        "--file-flush-interval-msec", "100", "--log-path", home.resolve("envoy.log").toString(), "--disable-hot-restart"));
  }

  /** @param lease empty = none */
  void startOperator(String name, Path folder, String lease) throws IOException {
    List<String> command = new ArrayList<>(exchequer("operator", "--data", data.toString(), "--sockets", folder.toString(), "--listen", "127.0.0.1",
        "--port", Integer.toString(port), "--health-port", Integer.toString(freePort()), "--namespaces", "default"));
    if (!lease.isEmpty()) {
      command.addAll(List.of("--lease", lease));
    }
    run(name, command);
  }

  /** With this lease, in place of the first one; and a second replica, which no Envoy is connected to. */
  void startReplicas(String lease) throws IOException {
    kill("operator-0");
    startOperator("operator-0", sockets, lease);
    startOperator("operator-1", Files.createDirectories(home.resolve("s1")), lease);
  }

  Path sockets() {
    return sockets;
  }

  private static List<String> exchequer(String... arguments) {
    List<String> command = new ArrayList<>(
        List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED",
            "-cp", System.getProperty("java.class.path"), "-Dexchequer.root=" + System.getProperty("exchequer.root"), "dev.exchequer.cli.Main"));
    command.addAll(List.of(arguments));
    return command;
  }

  private void run(String name, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve(name + ".out").toFile()));
    builder.environment().put("KUBECONFIG", plane.kubeconfig().toString());
    builder.environment().put("EXCHEQUER_NODE", name);
    builder.environment().put("EXCHEQUER_LEASE_NAMESPACE", "default");
    processes.put(name, builder.start());
  }

  /** kill -9; returns when it is gone. */
  void kill(String name) {
    Process process = processes.remove(name);
    if (process != null) {
      process.destroyForcibly();
      Until.so(name + " is gone", () -> !process.isAlive());
    }
  }

  /** @param status -1 = no answer */
  record Answer(int status, String body) {
    boolean says(String usage) {
      return status == 200 && body.contains(usage);
    }
  }

  Answer ask(String model) {
    return send(URI.create("http://127.0.0.1:" + port + "/v1/chat/completions"), KEY, "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
  }

  private static Answer send(URI uri, String token, String body) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30)).header("authorization", "Bearer " + token);
    if (!body.isEmpty()) {
      request.header("content-type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body));
    }
    try {
      HttpResponse<String> answer = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Answer(answer.statusCode(), answer.body());
    } catch (IOException e) {
      return new Answer(-1, String.valueOf(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer(-1, "interrupted");
    }
  }

  /** GET of the admin API. */
  String adminGet(String path) {
    try {
      String token = Files.readString(data.resolve("admin.token")).strip();
      return send(URI.create("http://127.0.0.1:" + admin + path), token, "").body();
    } catch (IOException e) {
      return "";
    }
  }

  /** Envoy's own count of route tables that it took. */
  long routeUpdates() {
    Matcher stat = Pattern.compile("rds\\.public\\.update_success: (\\d+)").matcher(envoy("/stats?filter=rds.public.update_success"));
    if (!stat.find()) {
      throw new IllegalStateException("Envoy counts no route updates");
    }
    return Long.parseLong(stat.group(1));
  }

  private String envoy(String path) {
    try {
      return new EnvoyAdmin(sockets.resolve("envoy.sock"), Duration.ofSeconds(10)).get(path);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Resident memory in MB and CPU seconds of a process. */
  String resources(String name) {
    try {
      Path proc = Path.of("/proc", Long.toString(Objects.requireNonNull(processes.get(name)).pid()));
      Matcher rss = Pattern.compile("VmRSS:\\s+(\\d+) kB").matcher(Files.readString(proc.resolve("status")));
      String[] stat = Files.readString(proc.resolve("stat")).replaceFirst(".*\\) ", "").split(" ");
      return name + " " + (rss.find() ? Long.parseLong(rss.group(1)) / 1024 : 0) + " MB, " + (Long.parseLong(stat[11]) + Long.parseLong(stat[12])) / 100.0 + " CPU s";
    } catch (IOException e) {
      return name + " unknown";
    }
  }

  Path home() {
    return home;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    for (String name : List.of("envoy", "operator-0", "operator-1", "service")) {
      Process process = processes.get(name);
      if (process != null) {
        process.destroy();
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      }
    }
    mock.close();
    plane.close();
  }
}
