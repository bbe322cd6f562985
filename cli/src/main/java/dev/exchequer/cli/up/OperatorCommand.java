package dev.exchequer.cli.up;

import dev.exchequer.operator.OperatorMain;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "operator",
    description = {
      "Runs only the operator, in Kubernetes: follows the resources of the cluster, configures the Envoy and the accounting service beside it, writes conditions.",
      "It finds the API server as kubectl does, or by its service account. On one machine `up` runs the operator by itself, from files."
    },
    footer = {"", "Examples:", "  ./exchequer operator --data /var/lib/exchequer --sockets /run/exchequer --lease exchequer"})
public final class OperatorCommand implements Callable<Integer> {
  @Option(names = "--data", required = true, paramLabel = "DIR", description = "Envoy writes its journal to DIR/journal.")
  Path data = Path.of("");

  @Option(names = "--sockets", required = true, paramLabel = "DIR", description = "Shared folder of the Unix sockets and of bootstrap.yaml, which Envoy starts with.")
  Path sockets = Path.of("");

  @Option(names = "--listen", paramLabel = "ADDRESS", defaultValue = "0.0.0.0", description = "Where Envoy takes requests (default: ${DEFAULT-VALUE}).")
  String listen = "0.0.0.0";

  @Option(names = "--port", paramLabel = "PORT", defaultValue = "8080", description = "Where Envoy takes requests (default: ${DEFAULT-VALUE}).")
  int port = 8080;

  @Option(names = "--health-port", paramLabel = "PORT", defaultValue = "8081", description = "Of /healthz and /readyz (default: ${DEFAULT-VALUE}).")
  int healthPort = 8081;

  @Option(names = "--namespaces", paramLabel = "A,B", defaultValue = "", description = "Namespaces to watch (default: all).")
  String namespaces = "";

  @Option(names = "--lease", paramLabel = "NAME", defaultValue = "", description = "Lease by which replicas elect who writes conditions (default: no election).")
  String lease = "";

  @Override
  public Integer call() throws Exception {
    Logs.toStandardOutput();
    OperatorMain.run(environment(System.getenv()));
    return 0;
  }

  /** The options as the operator's own variables, over what the pod was given. */
  Map<String, String> environment(Map<String, String> given) {
    Map<String, String> environment = new TreeMap<>(given);
    environment.put("EXCHEQUER_SOCKETS", sockets.toString());
    environment.put("EXCHEQUER_JOURNAL", data.resolve("journal").toString());
    environment.put("EXCHEQUER_LISTEN", listen);
    environment.put("EXCHEQUER_PORT", Integer.toString(port));
    environment.put("EXCHEQUER_HEALTH_PORT", Integer.toString(healthPort));
    environment.put("EXCHEQUER_NAMESPACES", namespaces);
    environment.put("EXCHEQUER_LEADER_ELECTION", Boolean.toString(!lease.isEmpty()));
    environment.put("EXCHEQUER_LEASE", lease.isEmpty() ? "exchequer-operator" : lease);
    environment.putIfAbsent("EXCHEQUER_NODE", given.getOrDefault("POD_NAME", given.getOrDefault("HOSTNAME", "exchequer")));
    String namespace = given.get("POD_NAMESPACE");
    if (namespace != null) {
      environment.putIfAbsent("EXCHEQUER_LEASE_NAMESPACE", namespace);
    }
    return environment;
  }
}
