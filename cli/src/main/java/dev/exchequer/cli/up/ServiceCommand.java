package dev.exchequer.cli.up;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "service",
    description = "Runs only the accounting service: it admits requests, holds and settles money, and serves the admin API. `up` starts it by itself.",
    footer = {"", "Examples:", "  ./exchequer service --data /var/lib/exchequer --sockets /run/exchequer --admin-port 9090"})
public final class ServiceCommand implements Callable<Integer> {
  @Option(names = "--data", required = true, paramLabel = "DIR", description = "Folder of the ledger, the journal and the admin token.")
  Path data = Path.of("");

  @Option(names = "--sockets", required = true, paramLabel = "DIR", description = "Folder of the Unix sockets, at most " + Sockets.MAX_LENGTH + " characters.")
  Path sockets = Path.of("");

  @Option(names = "--admin-port", paramLabel = "PORT", defaultValue = "9090", description = "Port of the admin API (default: ${DEFAULT-VALUE}).")
  int adminPort = 9090;

  @Option(names = "--listen", paramLabel = "ADDRESS", defaultValue = "127.0.0.1", description = "Address of the admin API (default: ${DEFAULT-VALUE}).")
  String listen = "127.0.0.1";

  @Override
  public Integer call() throws Exception {
    Logs.toStandardOutput();
    new ServiceAdapter().run(new ServiceRuntime.Settings(data, sockets, listen, adminPort));
    return 0;
  }
}
