package dev.exchequer.operator;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.exchequer.operator.reconcile.KubernetesOperator;
import dev.exchequer.operator.reconcile.KubernetesOperator.LeaseName;
import dev.exchequer.operator.translate.EnvoyBootstrap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operator's container. It is told by environment variables:
 *
 * <ul>
 *   <li>EXCHEQUER_NAMESPACES: to watch, separated by commas; absent = all
 *   <li>EXCHEQUER_SOCKETS: the folder that it shares with Envoy and the accounting service, for sockets and {@code bootstrap.yaml}; /run/exchequer
 *   <li>EXCHEQUER_JOURNAL: where Envoy writes its journal; /var/lib/exchequer/journal
 *   <li>EXCHEQUER_NODE: the name of this pod; HOSTNAME
 *   <li>EXCHEQUER_LISTEN, EXCHEQUER_PORT: where Envoy takes requests, the first also for health; 0.0.0.0, 8080
 *   <li>EXCHEQUER_HEALTH_PORT: of /healthz (the watches stand) and /readyz (Envoy and the service hold the newest plan); 8081
 *   <li>EXCHEQUER_LEADER_ELECTION: true where there are several replicas; false
 *   <li>EXCHEQUER_LEASE, EXCHEQUER_LEASE_NAMESPACE: where they elect; exchequer-operator, the namespace of the service account
 * </ul>
 */
public final class OperatorMain implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OperatorMain.class);

  private final Activation activation;
  private final KubernetesOperator operator;
  private final HttpServer health;

  private OperatorMain(Map<String, String> environment, KubernetesClient client) throws IOException {
    EnvoyBootstrap.Settings envoy = envoy(environment);
    int port = number(environment, "EXCHEQUER_HEALTH_PORT", 8081);
    KubernetesOperator.Settings settings = kubernetes(environment, client.getNamespace());
    Files.createDirectories(envoy.socketsDir());
    bootstrap(envoy);
    this.activation = Activation.start(envoy);
    try {
      this.operator = KubernetesOperator.start(client, settings, KubernetesOperator.by(activation));
    } catch (RuntimeException e) {
      activation.close();
      throw e;
    }
    try {
      this.health = HttpServer.create(new InetSocketAddress(text(environment, "EXCHEQUER_LISTEN", "0.0.0.0"), port), 0);
    } catch (IOException e) {
      operator.close();
      activation.close();
      throw e;
    }
    health.createContext("/healthz", exchange -> answer(exchange, operator::healthy));
    health.createContext("/readyz", exchange -> answer(exchange, activation::ready));
    health.start();
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    run(System.getenv());
  }

  /**
   * Runs until SIGTERM.
   *
   * @param environment see the class
   * @throws IllegalArgumentException if a variable has a value that cannot be
   */
  public static void run(Map<String, String> environment) throws IOException, InterruptedException {
    KubernetesClient client = new KubernetesClientBuilder().build();
    OperatorMain main = start(environment, client);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  main.close();
                  client.close();
                  stopped.countDown();
                },
                "stop"));
    stopped.await();
  }

  /**
   * @param environment see the class
   * @param client stays open when this is closed
   * @throws IllegalArgumentException if a variable has a value that cannot be
   */
  static OperatorMain start(Map<String, String> environment, KubernetesClient client) throws IOException {
    return new OperatorMain(environment, client);
  }

  /** Where /healthz answers. */
  int healthPort() {
    return health.getAddress().getPort();
  }

  static EnvoyBootstrap.Settings envoy(Map<String, String> environment) {
    return EnvoyBootstrap.Settings.defaults(
        node(environment),
        text(environment, "EXCHEQUER_LISTEN", "0.0.0.0"),
        number(environment, "EXCHEQUER_PORT", 8080),
        Path.of(text(environment, "EXCHEQUER_SOCKETS", "/run/exchequer")),
        Path.of(text(environment, "EXCHEQUER_JOURNAL", "/var/lib/exchequer/journal")),
        EnvoyBootstrap.meter());
  }

  /** @param own the namespace of the service account, null = unknown */
  static KubernetesOperator.Settings kubernetes(Map<String, String> environment, @Nullable String own) {
    Set<String> namespaces =
        Arrays.stream(text(environment, "EXCHEQUER_NAMESPACES", "").split(",", -1)).map(String::trim).filter(name -> !name.isEmpty()).collect(Collectors.toSet());
    String elect = text(environment, "EXCHEQUER_LEADER_ELECTION", "false");
    if (!elect.equals("true") && !elect.equals("false")) {
      throw new IllegalArgumentException("EXCHEQUER_LEADER_ELECTION must be true or false");
    }
    LeaseName lease =
        elect.equals("true")
            ? new LeaseName(
                text(environment, "EXCHEQUER_LEASE_NAMESPACE", own == null ? "default" : own),
                text(environment, "EXCHEQUER_LEASE", "exchequer-operator"),
                node(environment))
            : null;
    return new KubernetesOperator.Settings(namespaces, lease, true);
  }

  /** Envoy's container waits for this file. */
  private static void bootstrap(EnvoyBootstrap.Settings envoy) throws IOException {
    Path file = envoy.socketsDir().resolve("bootstrap.yaml");
    Path next = Files.writeString(envoy.socketsDir().resolve("bootstrap.yaml.next"), EnvoyBootstrap.render(envoy));
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String node(Map<String, String> environment) {
    return text(environment, "EXCHEQUER_NODE", environment.getOrDefault("HOSTNAME", "exchequer"));
  }

  private static String text(Map<String, String> environment, String name, String absent) {
    String value = environment.getOrDefault(name, "");
    return value.isBlank() ? absent : value;
  }

  private static int number(Map<String, String> environment, String name, int absent) {
    try {
      return Integer.parseInt(text(environment, name, String.valueOf(absent)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + " must be a number", e);
    }
  }

  private static void answer(HttpExchange exchange, BooleanSupplier good) throws IOException {
    try (exchange) {
      boolean is = good.getAsBoolean();
      byte[] body = (is ? "ok\n" : "not yet\n").getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(is ? 200 : 503, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    LOG.info("stops");
    health.stop(0);
    operator.close();
    activation.close();
  }
}
