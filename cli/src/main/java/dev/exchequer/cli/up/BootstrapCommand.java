package dev.exchequer.cli.up;

import dev.exchequer.operator.translate.EnvoyBootstrap;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "bootstrap",
    description = {
      "Writes bootstrap.yaml, which Envoy starts with, into the folder of the sockets, and prints the command line that belongs to it.",
      "For a gateway's pod: Envoy takes its routes from xds.sock, which `service --operator` opens. `up` does it by itself."
    },
    footer = {"", "Examples:", "  ./exchequer bootstrap --data /var/lib/exchequer --sockets /run/exchequer --listen 0.0.0.0 --port 8080 --node gateway-0"})
public final class BootstrapCommand implements Callable<Integer> {
  @Spec CommandSpec spec = CommandSpec.create();

  @Option(names = "--data", required = true, paramLabel = "DIR", description = "Envoy writes its journal to DIR/journal.")
  Path data = Path.of("");

  @Option(names = "--sockets", required = true, paramLabel = "DIR", description = "Folder of the Unix sockets, at most " + Sockets.MAX_LENGTH + " characters.")
  Path sockets = Path.of("");

  @Option(names = "--listen", paramLabel = "ADDRESS", defaultValue = "0.0.0.0", description = "Where Envoy takes requests (default: ${DEFAULT-VALUE}).")
  String listen = "0.0.0.0";

  @Option(names = "--port", paramLabel = "PORT", defaultValue = "8080", description = "Where Envoy takes requests (default: ${DEFAULT-VALUE}).")
  int port = 8080;

  @Option(names = "--node", paramLabel = "NAME", defaultValue = "${env:POD_NAME:-local}", description = "Who this is to the operator; the same as the service's (default: POD_NAME, else local).")
  String node = "local";

  @Option(names = "--concurrency", paramLabel = "N", defaultValue = "2", description = "Worker threads of Envoy (default: ${DEFAULT-VALUE}).")
  int concurrency = 2;

  @Option(names = "--drain-seconds", paramLabel = "N", defaultValue = "30", description = "How long new connections are still taken when the gateway drains (default: ${DEFAULT-VALUE}).")
  int drainSeconds = 30;

  @Option(names = "--max-request-bytes", paramLabel = "N", defaultValue = "33554432", description = "A longer body is refused; the same as the service's (default: ${DEFAULT-VALUE}).")
  long maxRequestBytes = 32L << 20;

  @Override
  public Integer call() throws Exception {
    EnvoyBootstrap.Settings envoy = settings();
    Files.createDirectories(envoy.journalDir());
    Path file = EnvoyBootstrap.write(envoy);
    PrintWriter out = spec.commandLine().getOut();
    out.println(String.join(" ", EnvoyBootstrap.command(Path.of("envoy"), file, envoy)));
    out.flush();
    return 0;
  }

  private EnvoyBootstrap.Settings settings() {
    try {
      EnvoyBootstrap.Settings defaults =
          EnvoyBootstrap.Settings.defaults(node, listen, port, sockets.toAbsolutePath(), data.toAbsolutePath().resolve("journal"), EnvoyBootstrap.meter());
      return new EnvoyBootstrap.Settings(
          node, listen, port, defaults.socketsDir(), defaults.journalDir(), defaults.meter(), maxRequestBytes, defaults.checkTimeoutMs(), concurrency, drainSeconds,
          defaults.maxConnections(), defaults.maxHeapBytes());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }
}
