package dev.exchequer.cli.e2e;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import dev.exchequer.cli.kube.ServiceProcess;
import dev.exchequer.cli.up.BootstrapCommand;
import dev.exchequer.operator.Activation;
import dev.exchequer.operator.Doors;
import dev.exchequer.operator.reconcile.KubernetesOperator;
import dev.exchequer.wire.MutualTls;
import dev.exchequer.wire.TestAuthority;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/**
 * The two workloads of Kubernetes on this machine: the operator follows an API server, and a gateway's pod, which is an accounting service and an Envoy as
 * processes of their own, is connected to it by mTLS alone.
 */
final class KubeGateway implements AutoCloseable {
  private static final String OPERATOR_NAME = "exchequer-operator";
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final String NODE = "gateway-0";

  private final Deque<AutoCloseable> newestFirst = new ArrayDeque<>();
  private final int port = freePort();
  private final Path sockets;
  private final Process envoy;
  final ServiceProcess service;

  /** @param namespace of the gateway */
  KubeGateway(KubernetesClient client, Path home, String namespace, Set<String> namespaces) throws IOException, InterruptedException {
    sockets = Files.createTempDirectory(Path.of("/tmp"), "exq-kube");
    TestAuthority authority = TestAuthority.in(Files.createDirectories(home.resolve("ca")));
    authority.issue(home.resolve("ca/operator"), OPERATOR_NAME);
    authority.issue(home.resolve("ca/gateway"), "exchequer-gateway");
    MutualTls certificates = MutualTls.load(home.resolve("ca/operator"), "exchequer-gateway", LOOK);
    newestFirst.push(certificates::close);
    Activation activation = Activation.start(Doors.remote(new Doors.Remote(new InetSocketAddress("127.0.0.1", 0), certificates)));
    newestFirst.push(activation::close);
    newestFirst.push(KubernetesOperator.start(client, new KubernetesOperator.Settings(namespaces, null, true, namespace), KubernetesOperator.by(activation)));
    Path data = Files.createDirectories(home.resolve("data"));
    List<String> command = envoyCommand(data);
    service =
        ServiceProcess.start(
            home, data, sockets,
            List.of("--node", NODE, "--operator", "127.0.0.1:" + activation.port(), "--tls", home.resolve("ca/gateway").toString(), "--operator-name", OPERATOR_NAME));
    newestFirst.push(service::stop);
    envoy = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(home.resolve("envoy.log").toFile()).start();
    newestFirst.push(() -> envoy.destroyForcibly().waitFor(10, TimeUnit.SECONDS));
  }

  /** By the command of the pod's init container; it also writes the bootstrap. */
  private List<String> envoyCommand(Path data) throws IOException, InterruptedException {
    StringWriter printed = new StringWriter();
    CommandLine bootstrap = new CommandLine(new BootstrapCommand()).setOut(new PrintWriter(printed));
    int code =
        bootstrap.execute("--data", data.toString(), "--sockets", sockets.toString(), "--listen", "127.0.0.1", "--port", Integer.toString(port), "--node", NODE);
    if (code != 0) {
      throw new IOException("no bootstrap");
    }
    List<String> command = new ArrayList<>(List.of(printed.toString().strip().split(" ")));
    command.set(0, binary());
    return command;
  }

  /** What dev/install-envoy.sh finds or fetches. */
  private static String binary() throws IOException, InterruptedException {
    Process install =
        new ProcessBuilder("sh", Path.of(System.getProperty("exchequer.root"), "dev/install-envoy.sh").toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String path = new String(install.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (install.waitFor() != 0) {
      throw new IOException("no Envoy");
    }
    return path;
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The official client without retries of its own, so that one call is one request. */
  OpenAIClient openai(String key) {
    return OpenAIOkHttpClient.builder().baseUrl("http://127.0.0.1:" + port + "/v1").apiKey(key).maxRetries(0).timeout(Stack.PATIENCE).build();
  }

  String adminToken() throws IOException {
    return Files.readString(service.data().resolve("admin.token")).strip();
  }

  @Override
  public void close() throws Exception {
    while (!newestFirst.isEmpty()) {
      newestFirst.pop().close();
    }
  }
}
