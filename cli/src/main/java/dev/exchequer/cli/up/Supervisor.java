package dev.exchequer.cli.up;

import dev.exchequer.cli.admin.AdminClient;
import dev.exchequer.cli.admin.BalancesCommand;
import dev.exchequer.cli.admin.CommandFailed;
import dev.exchequer.cli.mock.MockProvider;
import dev.exchequer.server.store.postgres.PostgresSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The main path of `up`, from the lock to the first screen; everything that was started is stopped in the opposite order. */
final class Supervisor {
  private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);
  private static final Duration DRAIN = Duration.ofSeconds(5);
  private static final Duration ENVOY_PATIENCE = Duration.ofSeconds(3);
  private static final Duration SERVICE_PATIENCE = Duration.ofSeconds(8);

  private final UpSettings settings;
  private final OperatorRuntime operators;
  private final Commands.Service service;
  private final PrintWriter out;
  private final SecureRandom random = new SecureRandom();
  private final Started started = new Started();

  Supervisor(UpSettings settings, OperatorRuntime operators, Commands.Service service, PrintWriter out) {
    this.settings = settings;
    this.operators = operators;
    this.service = service;
    this.out = out;
  }

  /** Starts everything, shows the first screen and stays until the process is asked to end. */
  void run() throws Exception {
    Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
    try {
      start();
      new CountDownLatch(1).await();
    } finally {
      stop();
    }
  }

  private void start() throws Exception {
    if (!Files.isDirectory(settings.config())) {
      throw new CommandFailed("no such folder: " + settings.config() + " (--config)");
    }
    DataDir data = started.add(DataDir.open(settings.data()));
    Logs.toFile(data.log("up"));
    Ports.refuseIfInUse("--port", "the endpoint for applications", settings.listen(), settings.port());
    Ports.refuseIfInUse("--admin-port", "the admin API", "127.0.0.1", settings.adminPort());
    Path binary = EnvoyBinary.find(settings.envoy(), settings.root(), System.getenv().getOrDefault("PATH", ""));
    Sockets sockets = sockets(data);
    String token = AdminToken.ensure(data.path(), random);
    int mockPort = mock();

    OperatorRuntime.Running operator = started.add(operators.start(operatorSettings(data, sockets, mockPort), this::tell));
    refuseDemoKeyInPublic(operator.summary());
    Path bootstrap = data.bootstrap(operator.bootstrap());

    // Not closed by a pool's own idea of idleness: see Child about the thread that forks.
    ScheduledExecutorService starter = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("children").factory());
    // in its environment, not on its command line: the URL may have a password in it
    Map<String, String> environment = new HashMap<>(settings.store().map(PostgresSettings::environment).orElse(Map.of()));
    settings.checkpoints().ifPresent(plan -> environment.putAll(CheckpointOption.environment(plan)));
    settings.keepReceipts().ifPresent(keep -> environment.putAll(KeepOption.environment(keep)));
    Child accounting = new Child("service", service.commandLine(data, sockets, settings.adminPort()), data, starter, environment);
    started.add(() -> accounting.stop(SERVICE_PATIENCE));
    Child envoy = new Child("envoy", Commands.envoy(binary, bootstrap, data.log("envoy")), data, starter);
    started.add(() -> envoy.stop(ENVOY_PATIENCE));
    started.add(() -> new EnvoyDrain(sockets.socket("envoy")).drain(DRAIN));
    data.write("admin-port", Integer.toString(settings.adminPort()));
    accounting.start();
    envoy.start();

    new Readiness(settings.adminPort(), operator, List.of(accounting, envoy), data).await(out);
    OperatorRuntime.Summary summary = operator.summary();
    out.print(FirstScreen.text(settings, summary, balances(summary, token), mockPort));
    out.flush();
  }

  private Sockets sockets(DataDir data) throws IOException {
    Sockets.removeLeftOver(data.run("sockets"));
    Sockets sockets = started.add(Sockets.make(System.getenv("XDG_RUNTIME_DIR"), Path.of("/tmp"), random));
    data.write("sockets", sockets.path().toString());
    return sockets;
  }

  /** @return 0 where there is no mock provider */
  private int mock() throws IOException {
    UpSettings.Mock mock = settings.mock();
    switch (mock.choice()) {
      case NONE -> {
        return 0;
      }
      case EXACTLY -> Ports.refuseIfInUse("--mock-port", "the mock provider", "127.0.0.1", mock.port());
      case PREFERABLY -> {
        if (!Ports.free("127.0.0.1", mock.port())) {
          return started.add(MockProvider.start(0)).port();
        }
      }
    }
    return started.add(MockProvider.start(mock.port())).port();
  }

  private OperatorRuntime.Settings operatorSettings(DataDir data, Sockets sockets, int mockPort) {
    return new OperatorRuntime.Settings(settings.config(), settings.namespace(), data.path(), sockets.path(), settings.listen(), settings.port(), mockPort);
  }

  private void tell(List<Finding> findings) {
    for (Finding finding : findings) {
      out.println(finding.text());
      LOG.warn("{}", finding.text());
    }
    out.flush();
  }

  private void refuseDemoKeyInPublic(OperatorRuntime.Summary summary) {
    if (summary.demoKey().isPresent() && !settings.loopbackOnly()) {
      throw new CommandFailed("the configuration lets in the quickstart's demo key, which everybody knows: make a key with `exchequer keys create`, or listen on loopback");
    }
  }

  private List<String> balances(OperatorRuntime.Summary summary, String token) {
    try (AdminClient client = new AdminClient(URI.create("http://127.0.0.1:" + settings.adminPort()), token)) {
      return summary.namespaces().stream().map(namespace -> BalancesCommand.table(client, namespace)).toList();
    }
  }

  private void stop() {
    if (started.close(problem -> LOG.warn("while stopping", problem))) {
      LOG.info("stopped");
    }
  }
}
