package dev.exchequer.cli.up;

import dev.exchequer.operator.FileOperator;
import dev.exchequer.operator.ir.ClusterPlan;
import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.translate.EnvoyBootstrap;
import dev.exchequer.policy.ApiKey;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.ModelPattern;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The operator of this build. */
public final class OperatorAdapter implements OperatorRuntime {
  /** The quickstart's key: fixed, so that the first screen can be pasted; refused off loopback. */
  static final String DEMO_KEY = "exq-demo-quickstart-key-not-a-secret-0001";

  /** Chat before other endpoints, more hops before fewer: what the first screen suggests to try comes first. */
  private static final Comparator<dev.exchequer.policy.Route> FIRST_TO_TRY =
      Comparator.comparing((dev.exchequer.policy.Route route) -> !route.endpoints().contains(Endpoint.CHAT_COMPLETIONS))
          .thenComparing(route -> -route.hops().size())
          .thenComparing(dev.exchequer.policy.Route::name);

  @Override
  public Running start(Settings settings, Consumer<List<Finding>> findings) throws IOException {
    Path journal = Files.createDirectories(settings.data().resolve("journal"));
    EnvoyBootstrap.Settings envoy =
        EnvoyBootstrap.Settings.defaults("local", settings.listen(), settings.port(), settings.sockets(), journal.toAbsolutePath(), EnvoyBootstrap.meter());
    FileOperator.Settings operator = new FileOperator.Settings(settings.config(), settings.namespace(), envoy, System.getenv(), mockOn(settings.mockPort()));
    return new Serving(FileOperator.start(operator, diagnostics -> findings.accept(findings(settings.config(), diagnostics))));
  }

  /** Upstreams on the quickstart's mock address mean the port on which the mock really listens. */
  private static UnaryOperator<GatewayPlan> mockOn(int port) {
    int written = URI.create(QUICKSTART_MOCK).getPort();
    if (port == 0 || port == written) {
      return UnaryOperator.identity();
    }
    return plan ->
        new GatewayPlan(
            plan.projects(), plan.keys(), plan.balances(), plan.priceSheets(), plan.budgets(), plan.providers(), plan.routes(), plan.gateway(),
            plan.clusters().stream().map(cluster -> isMock(cluster, written) ? onPort(cluster, port) : cluster).toList(), plan.secrets());
  }

  private static boolean isMock(ClusterPlan cluster, int written) {
    return cluster.host().equals("127.0.0.1") && cluster.port() == written;
  }

  private static ClusterPlan onPort(ClusterPlan c, int port) {
    return new ClusterPlan(
        c.name(), c.provider(), c.tls(), c.host(), port, c.serverName(), c.connectTimeoutMs(), c.caCertificates(), c.secret(), c.credentialHeader(), c.headers());
  }

  private static List<Finding> findings(Path config, List<Diagnostic> diagnostics) {
    return diagnostics.stream()
        .map(
            d ->
                new Finding(
                    Finding.Severity.valueOf(d.severity().name()), d.code(), d.object(), d.file() == null ? config.toString() : d.file(), d.line(), d.field(), d.message()))
        .toList();
  }

  private record Serving(FileOperator operator) implements Running {
    @Override
    public String bootstrap() {
      return operator.bootstrap();
    }

    @Override
    public boolean ready() {
      return operator.ready();
    }

    @Override
    public Summary summary() {
      GatewayPlan plan = operator.plan();
      List<Route> routes =
          plan.routes().stream()
              .sorted(FIRST_TO_TRY)
              .map(
                  route ->
                      new Route(
                          route.name().toString(),
                          route.models().stream().map(ModelPattern::text).toList(),
                          route.hops().stream().map(hop -> hop.name() + " (" + hop.routeClass().text() + ")").toList()))
              .toList();
      List<String> namespaces = plan.balances().stream().map(balance -> balance.name().namespace()).distinct().sorted().toList();
      return new Summary(routes, namespaces, demoKey(plan));
    }

    private static Optional<String> demoKey(GatewayPlan plan) {
      String digest = sha256(DEMO_KEY);
      boolean known = plan.keys().stream().map(ApiKey::credentials).flatMap(List::stream).anyMatch(credential -> credential.sha256().equals(digest));
      return known ? Optional.of(DEMO_KEY) : Optional.empty();
    }

    private static String sha256(String text) {
      try {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has SHA-256", e);
      }
    }

    @Override
    public void close() {
      operator.close();
    }
  }
}
