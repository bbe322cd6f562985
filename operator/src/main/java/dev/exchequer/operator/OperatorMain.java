package dev.exchequer.operator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.exchequer.operator.metrics.OperatorMetrics;
import dev.exchequer.operator.model.GatewayIdentity;
import dev.exchequer.operator.reconcile.KubernetesOperator;
import dev.exchequer.operator.reconcile.KubernetesOperator.LeaseName;
import dev.exchequer.operator.translate.EnvoyBootstrap;
import dev.exchequer.wire.MutualTls;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
 *   <li>EXCHEQUER_GRPC_PORT, EXCHEQUER_GRPC_LISTEN: where gateways connect, by mTLS; no port, 0.0.0.0
 *   <li>EXCHEQUER_TLS: the folder of tls.crt, tls.key and ca.crt; needed with a port
 *   <li>EXCHEQUER_GATEWAY_NAME: the DNS name in the certificate of a gateway; exchequer-gateway
 *   <li>EXCHEQUER_TOKEN_GATEWAY: the TokenGateway of this release, in POD_NAMESPACE (else EXCHEQUER_LEASE_NAMESPACE, else that of the service account);
 *       absent, or not there: the oldest
 *   <li>EXCHEQUER_TOKEN_GATEWAY_SPEC: JSON, its spec: the operator makes that TokenGateway where there is none, and changes in it what changed here; absent: it
 *       makes none
 *   <li>EXCHEQUER_SOCKETS: the folder that it shares with an Envoy and accounting service beside it, for sockets and {@code bootstrap.yaml};
 *       /run/exchequer without EXCHEQUER_GRPC_PORT, else none: nobody is beside it
 *   <li>EXCHEQUER_JOURNAL: where Envoy writes its journal; /var/lib/exchequer/journal
 *   <li>EXCHEQUER_NODE: the name of this pod; HOSTNAME
 *   <li>EXCHEQUER_LISTEN, EXCHEQUER_PORT: where Envoy takes requests, the first also for health; 0.0.0.0, 8080
 *   <li>EXCHEQUER_HEALTH_PORT: of /healthz (the watches stand, or are being begun), /readyz (there is a plan to serve; without EXCHEQUER_GRPC_PORT: Envoy and
 *       the service hold the newest) and /metrics; 8081
 *   <li>EXCHEQUER_LEADER_ELECTION: true where there are several replicas; false
 *   <li>POD_NAMESPACE: the gateway's, whose routes may serve the keys of other namespaces; EXCHEQUER_LEASE_NAMESPACE, else that of the service account
 *   <li>EXCHEQUER_LEASE, EXCHEQUER_LEASE_NAMESPACE: where they elect; exchequer-operator, the namespace of the service account
 * </ul>
 */
public final class OperatorMain implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OperatorMain.class);

  private static final int WATCH_AGAIN_MS = 100;

  /** What is closed, the last first. */
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  private final HttpServer health;
  private final Activation activation;
  private final OperatorMetrics metrics = new OperatorMetrics();
  /** Null = it is being started, and the API server may not be there. */
  private volatile @Nullable KubernetesOperator operator;

  private OperatorMain(Map<String, String> environment, KubernetesClient client) throws IOException {
    try {
      EnvoyBootstrap.Settings beside = beside(environment);
      KubernetesOperator.Settings settings = kubernetes(environment, client.getNamespace());
      int port = number(environment, "EXCHEQUER_HEALTH_PORT", 8081);
      if (beside != null) {
        EnvoyBootstrap.write(beside);
      }
      this.activation = keep(Activation.start(new Doors(beside, remote(environment))));
      this.health = HttpServer.create(new InetSocketAddress(text(environment, "EXCHEQUER_LISTEN", "0.0.0.0"), port), 0);
      ExecutorService answers = Executors.newFixedThreadPool(2, Thread.ofPlatform().name("health-", 0).daemon().factory());
      keep(answers::shutdownNow);
      health.setExecutor(answers); // a probe does not wait for somebody who reads metrics
      keep(() -> health.stop(0));
      health.createContext("/healthz", exchange -> answer(exchange, this::healthy));
      health.createContext("/readyz", exchange -> answer(exchange, beside == null ? activation::serves : activation::ready));
      health.createContext("/metrics", this::answerMetrics);
      KubernetesOperator.Serving serving = new MeasuredServing(activation, KubernetesOperator.by(activation), metrics);
      metrics.polled("exchequer_operator_leader", "1 where this replica writes the statuses.", () -> leads() ? 1L : 0L);
      health.start();
      this.operator = keep(PatientStart.of(client.getMasterUrl().toString(), () -> KubernetesOperator.start(client, settings, serving)));
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private boolean healthy() {
    KubernetesOperator started = operator;
    return started == null || started.healthy();
  }

  private boolean leads() {
    KubernetesOperator started = operator;
    return started != null && started.leads();
  }

  private <T extends AutoCloseable> T keep(T part) {
    parts.push(part);
    return part;
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
    // a watch that broke is tried again after 0.1 s, then twice that, at most 3.2 s: with the client's own second, a change could wait for half a minute
    Config config = new ConfigBuilder(Config.autoConfigure(null)).withWatchReconnectInterval(WATCH_AGAIN_MS).build();
    KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
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

  /** Where gateways connect. */
  int grpcPort() {
    return activation.port();
  }

  /** Null = nobody is. */
  static EnvoyBootstrap.@Nullable Settings beside(Map<String, String> environment) {
    boolean remote = !text(environment, "EXCHEQUER_GRPC_PORT", "").isEmpty();
    return remote && text(environment, "EXCHEQUER_SOCKETS", "").isEmpty() ? null : envoy(environment);
  }

  private Doors.@Nullable Remote remote(Map<String, String> environment) throws IOException {
    if (text(environment, "EXCHEQUER_GRPC_PORT", "").isEmpty()) {
      return null;
    }
    String folder = text(environment, "EXCHEQUER_TLS", "");
    if (folder.isEmpty()) {
      throw new IllegalArgumentException("EXCHEQUER_GRPC_PORT needs EXCHEQUER_TLS: gateways are served by mTLS only");
    }
    MutualTls certificates = keep(MutualTls.load(Path.of(folder), text(environment, "EXCHEQUER_GATEWAY_NAME", "exchequer-gateway")));
    String listen = text(environment, "EXCHEQUER_GRPC_LISTEN", "0.0.0.0");
    return new Doors.Remote(new InetSocketAddress(listen, number(environment, "EXCHEQUER_GRPC_PORT", 0)), certificates);
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
    String namespace = text(environment, "POD_NAMESPACE", text(environment, "EXCHEQUER_LEASE_NAMESPACE", own == null ? "default" : own));
    String gateway = text(environment, "EXCHEQUER_TOKEN_GATEWAY", "");
    return new KubernetesOperator.Settings(
        namespaces, lease, true, new GatewayIdentity(namespace, gateway.isEmpty() ? null : gateway), node(environment), InstantSource.system(), tokenGateway(environment));
  }

  private static @Nullable ObjectNode tokenGateway(Map<String, String> environment) {
    String spec = text(environment, "EXCHEQUER_TOKEN_GATEWAY_SPEC", "");
    try {
      JsonNode read = spec.isEmpty() ? null : Serialization.jsonMapper().readTree(spec);
      if (read != null && !read.isObject()) {
        throw new IllegalArgumentException("EXCHEQUER_TOKEN_GATEWAY_SPEC must be a JSON object");
      }
      return (ObjectNode) read;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("EXCHEQUER_TOKEN_GATEWAY_SPEC must be a JSON object: " + e.getOriginalMessage(), e);
    }
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
    boolean is = good.getAsBoolean();
    answer(exchange, is ? 200 : 503, is ? "ok\n" : "not yet\n");
  }

  private void answerMetrics(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", TextFormat.CONTENT_TYPE_004);
    answer(exchange, 200, metrics.text());
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    try (exchange) {
      byte[] body = text.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    LOG.info("stops");
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        LOG.warn("closing: {}", e.toString());
      }
    }
  }
}
