package dev.exchequer.cli.up;

import dev.exchequer.cli.admin.CommandFailed;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "up",
    description = {
      "Runs a gateway on this machine: Envoy, the accounting service and the operator, which follows the configuration folder.",
      "Without --config it runs the quickstart, with a mock provider that needs no key. Ctrl-C stops everything."
    },
    footer = {"", "Examples:", "  ./exchequer up", "  ./exchequer up --config my-gateway --data /var/lib/exchequer --port 80 --listen 0.0.0.0"})
public final class UpCommand implements Callable<Integer> {
  @Option(names = "--config", paramLabel = "DIR", description = "Folder of YAML files with the objects (default: examples/quickstart of this project).")
  @Nullable Path config;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NS",
      defaultValue = "default",
      description = "Namespace of the gateway: its routes may serve the keys of other namespaces (default: ${DEFAULT-VALUE}).")
  String namespace = "default";

  @Option(names = "--data", paramLabel = "DIR", defaultValue = ".exchequer", description = "Folder for the ledger, logs and the admin token (default: ${DEFAULT-VALUE}).")
  Path data = Path.of(".exchequer");

  @Option(names = "--listen", paramLabel = "ADDRESS", defaultValue = "127.0.0.1", description = "Address of the endpoint for applications (default: ${DEFAULT-VALUE}).")
  String listen = "127.0.0.1";

  @Option(names = "--port", paramLabel = "PORT", defaultValue = "8080", description = "Port of the endpoint for applications (default: ${DEFAULT-VALUE}).")
  int port = 8080;

  @Option(names = "--admin-port", paramLabel = "PORT", defaultValue = "9090", description = "Port of the admin API, on loopback (default: ${DEFAULT-VALUE}).")
  int adminPort = 9090;

  @Option(names = "--envoy", paramLabel = "FILE", description = "Envoy 1.39 or newer (default: one on the PATH, else it is fetched).")
  @Nullable Path envoy;

  @Option(
      names = "--mock-port",
      paramLabel = "PORT",
      description = "Runs the mock provider on this port (default: with the quickstart " + UpSettings.MOCK_PORT + " or, if in use, any free one; else none).")
  @Nullable Integer mockPort;

  @Mixin StoreOption store = new StoreOption();

  @Mixin CheckpointOption checkpoints = new CheckpointOption();

  @Mixin KeepOption keep = new KeepOption();

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    try {
      new Supervisor(settings(), new OperatorAdapter(), Commands::service, spec.commandLine().getOut()).run();
      return 0;
    } catch (FileSystemException e) {
      throw CommandFailed.because(e); // of the data folder: a disk that is full, or may not be written
    }
  }

  UpSettings settings() {
    Optional<Path> root = Optional.ofNullable(System.getProperty("exchequer.root")).map(Path::of);
    Path folder = config != null ? config : root.orElse(Path.of("")).resolve("examples/quickstart");
    return new UpSettings(root, folder, namespace, data, listen, port, adminPort, Optional.ofNullable(envoy), mock(), Optional.ofNullable(store.settings(spec, "local", System.getenv())), Optional.ofNullable(checkpoints.plan(spec, System.getenv())),
        Optional.ofNullable(keep.receipts(spec, System.getenv())));
  }

  private UpSettings.Mock mock() {
    if (mockPort != null) {
      return new UpSettings.Mock(UpSettings.MockChoice.EXACTLY, mockPort);
    }
    return config == null ? new UpSettings.Mock(UpSettings.MockChoice.PREFERABLY, UpSettings.MOCK_PORT) : UpSettings.Mock.NONE;
  }
}
