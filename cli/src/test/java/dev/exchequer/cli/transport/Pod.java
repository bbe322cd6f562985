package dev.exchequer.cli.transport;

import dev.exchequer.cli.up.BootstrapCommand;
import dev.exchequer.server.AccountingService;
import dev.exchequer.server.ServiceSettings;
import dev.exchequer.server.link.OperatorLink;
import dev.exchequer.wire.EnvoyAdmin;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine;

/** A gateway's pod: the accounting service in this process, a real Envoy on the bootstrap that the init container would write. */
final class Pod implements AutoCloseable {
  static final String KEY = "exq-test-all-0123456789abcdef0123456789abcdef";
  private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  final Path sockets = Files.createTempDirectory(Path.of("/tmp"), "exq-pod");
  final int port = freePort();
  final AccountingService service;
  private final Path data = Files.createDirectories(sockets.resolve("data"));
  private final List<String> command;
  private Process envoy;

  /**
   * @param operators port of the operator
   * @param tls the gateway's certificates
   */
  Pod(String node, int operators, Path tls) throws IOException, InterruptedException {
    this(node, operators, tls, List.of());
  }

  /** @param more arguments of Envoy */
  Pod(String node, int operators, Path tls, List<String> more) throws IOException, InterruptedException {
    OperatorLink.Remote remote = new OperatorLink.Remote("127.0.0.1", operators, tls, Replica.NAME);
    service =
        AccountingService.start(
            new ServiceSettings(data, sockets, "127.0.0.1", 0, node, ServiceSettings.DEFAULT_LEASE_MS, ServiceSettings.DEFAULT_MAX_INBOUND_BYTES, remote));
    StringWriter printed = new StringWriter();
    CommandLine bootstrap = new CommandLine(new BootstrapCommand());
    bootstrap.setOut(new PrintWriter(printed));
    int code =
        bootstrap.execute("--data", data.toString(), "--sockets", sockets.toString(), "--listen", "127.0.0.1", "--port", Integer.toString(port), "--node", node, "--drain-seconds", "600");
    if (code != 0) {
      throw new IOException("no bootstrap");
    }
    List<String> arguments = new ArrayList<>(List.of(printed.toString().strip().split(" ")));
    arguments.set(0, binary());
    arguments.addAll(more);
    command = List.copyOf(arguments);
    envoy = start();
  }

  private Process start() throws IOException {
    return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(sockets.resolve("envoy.log").toFile())).start();
  }

  /** As the kubelet does when Envoy's container has ended. */
  void restartEnvoy() throws IOException, InterruptedException {
    endEnvoy();
    envoy = start();
  }

  private void endEnvoy() throws InterruptedException {
    envoy.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
  }

  EnvoyAdmin admin() {
    return new EnvoyAdmin(sockets.resolve("envoy.sock"), Duration.ofSeconds(5));
  }

  boolean ready() throws IOException, InterruptedException {
    HttpRequest ask = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.adminPort() + "/readyz")).build();
    return HTTP.send(ask, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
  }

  /** Until requests are served. */
  void awaitServing() {
    Await.until("the gateway serves", () -> ready() && post("usage-100-10").statusCode() == 200, this::log);
  }

  HttpResponse<String> post(String model) throws IOException, InterruptedException {
    return HTTP.send(request(model, false), HttpResponse.BodyHandlers.ofString());
  }

  HttpRequest request(String model, boolean stream) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/chat/completions"))
        .header("authorization", "Bearer " + KEY)
        .header("content-type", "application/json")
        .timeout(Duration.ofSeconds(60))
        .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"" + model + "\",\"stream\":" + stream + ",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"))
        .build();
  }

  String log() {
    try {
      return Files.readString(sockets.resolve("envoy.log"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** What dev/install-envoy.sh finds or fetches. */
  private static String binary() throws IOException, InterruptedException {
    Process install = new ProcessBuilder("sh", Path.of(System.getProperty("exchequer.root"), "dev/install-envoy.sh").toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String path = new String(install.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (install.waitFor() != 0) {
      throw new IOException("no Envoy");
    }
    return path;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    endEnvoy();
    service.close();
    try (Stream<Path> files = Files.walk(sockets)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }
}
