package dev.exchequer.cli.up;

import dev.exchequer.server.ServiceSettings;
import dev.exchequer.server.link.OperatorLink;
import dev.exchequer.server.store.postgres.PostgresSettings;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "service",
    description = "Runs only the accounting service: it admits requests, holds and settles money, and serves the admin API. `up` starts it by itself.",
    footer = {
      "", "Examples:", "  ./exchequer service --data /var/lib/exchequer --sockets /run/exchequer --admin-port 9090",
      "  ./exchequer service --data /var/lib/exchequer --sockets /run/exchequer --operator exchequer-operator:18000 --tls /etc/exchequer/tls \\",
      "      --operator-name exchequer-operator"
    })
public final class ServiceCommand implements Callable<Integer> {
  @Spec CommandSpec spec = CommandSpec.create();

  @Option(names = "--data", required = true, paramLabel = "DIR", description = "Folder of the ledger, the journal and the admin token.")
  Path data = Path.of("");

  @Option(names = "--sockets", required = true, paramLabel = "DIR", description = "Folder of the Unix sockets, at most " + Sockets.MAX_LENGTH + " characters.")
  Path sockets = Path.of("");

  @Option(names = "--admin-port", paramLabel = "PORT", defaultValue = "9090", description = "Port of the admin API (default: ${DEFAULT-VALUE}).")
  int adminPort = 9090;

  @Option(names = "--listen", paramLabel = "ADDRESS", defaultValue = "127.0.0.1", description = "Address of the admin API (default: ${DEFAULT-VALUE}).")
  String listen = "127.0.0.1";

  @Option(names = "--node", paramLabel = "NAME", defaultValue = "${env:POD_NAME:-local}", description = "Who this is to the operator, as in Envoy's bootstrap (default: POD_NAME, else local).")
  String node = "local";

  @Option(names = "--max-request-bytes", paramLabel = "N", defaultValue = "33554432", description = "Largest body that Envoy admits (default: ${DEFAULT-VALUE}).")
  int maxRequestBytes = 32 << 20;

  @Mixin StoreOption store = new StoreOption();

  @Mixin CheckpointOption checkpoints = new CheckpointOption();

  @Mixin KeepOption keep = new KeepOption();

  @ArgGroup(exclusive = false, heading = "An operator elsewhere (default: it is on this machine and opens feed.sock):%n")
  @Nullable RemoteOperator operator;

  /** These three belong together. */
  static final class RemoteOperator {
    @Option(
        names = "--operator", required = true, paramLabel = "HOST:PORT",
        description = "Takes policies from there by mTLS, and opens xds.sock, which relays ADS for the Envoy beside it.")
    String address = "";

    @Option(names = "--tls", required = true, paramLabel = "DIR", description = "Folder of tls.crt, tls.key and ca.crt; read again when they change.")
    Path tls = Path.of("");

    @Option(names = "--operator-name", required = true, paramLabel = "DNSNAME", description = "DNS name in the operator's certificate.")
    String name = "";
  }

  @Override
  public Integer call() throws Exception {
    Logs.toStandardOutput();
    new ServiceAdapter().run(settings());
    return 0;
  }

  ServiceSettings settings() {
    // room for the headers that come with a body
    int messages = Math.addExact(maxRequestBytes, 1 << 20);
    long lease = ServiceSettings.DEFAULT_LEASE_MS;
    ServiceSettings settings =
        operator == null
            ? new ServiceSettings(data, sockets, listen, adminPort, node, lease, messages)
            : new ServiceSettings(data, sockets, listen, adminPort, node, lease, messages, remote(operator));
    PostgresSettings database = store.settings(spec, node, System.getenv());
    return settings.with(database == null ? null : database.as(ReplicaName.of(node, data))).with(checkpoints.plan(spec, System.getenv())).with(keep.receipts(spec, System.getenv()));
  }

  private OperatorLink.Remote remote(RemoteOperator given) {
    int colon = given.address.lastIndexOf(':');
    try {
      return new OperatorLink.Remote(given.address.substring(0, Math.max(colon, 0)), Integer.parseInt(given.address.substring(colon + 1)), given.tls, given.name);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--operator must be HOST:PORT, not " + given.address, e);
    }
  }
}
