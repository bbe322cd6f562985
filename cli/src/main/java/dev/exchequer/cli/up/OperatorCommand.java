package dev.exchequer.cli.up;

import dev.exchequer.operator.OperatorMain;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "operator",
    description = {
      "Runs only the operator, in Kubernetes: follows the resources of the cluster, configures gateways, writes conditions.",
      "Gateways connect to --grpc-port by mTLS; an Envoy and an accounting service beside it may use --sockets.",
      "It finds the API server as kubectl does, or by its service account. On one machine `up` runs the operator by itself, from files."
    },
    footer = {
      "", "Examples:", "  ./exchequer operator --grpc-port 18000 --tls /etc/exchequer/tls --lease exchequer",
      "  ./exchequer operator --data /var/lib/exchequer --sockets /run/exchequer"
    })
public final class OperatorCommand implements Callable<Integer> {
  @Spec CommandSpec spec = CommandSpec.create();

  @Option(names = "--grpc-port", paramLabel = "PORT", description = "Where gateways connect, by mTLS.")
  @Nullable Integer grpcPort;

  @Option(names = "--grpc-listen", paramLabel = "ADDRESS", defaultValue = "0.0.0.0", description = "Address of --grpc-port (default: ${DEFAULT-VALUE}).")
  String grpcListen = "0.0.0.0";

  @Option(names = "--tls", paramLabel = "DIR", description = "Folder of tls.crt, tls.key and ca.crt for --grpc-port; read again when they change.")
  @Nullable Path tls;

  @Option(
      names = "--gateway-name", paramLabel = "DNSNAME", defaultValue = "exchequer-gateway",
      description = "DNS name in the certificate of a gateway; others are refused (default: ${DEFAULT-VALUE}).")
  String gatewayName = "exchequer-gateway";

  @Option(names = "--sockets", paramLabel = "DIR", description = "Folder of the Unix sockets, and of bootstrap.yaml, for an Envoy beside it.")
  @Nullable Path sockets;

  @Option(names = "--data", paramLabel = "DIR", description = "With --sockets: that Envoy writes its journal to DIR/journal.")
  @Nullable Path data;

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

  @Option(
      names = "--gateway",
      paramLabel = "NAME",
      defaultValue = "",
      description = "The TokenGateway of this installation, in the namespace of POD_NAMESPACE (default: the oldest there is).")
  String gateway = "";

  @Option(
      names = "--gateway-spec",
      paramLabel = "JSON",
      defaultValue = "",
      description = "With --gateway: makes it with this spec where there is none, and changes in it what changed here since (default: people make it).")
  String gatewaySpec = "";

  @Override
  public Integer call() throws Exception {
    Logs.toStandardOutput();
    OperatorMain.run(environment(System.getenv()));
    return 0;
  }

  /**
   * The options as the operator's own variables, over what the pod was given.
   *
   * @throws ParameterException if nobody could reach the operator
   */
  Map<String, String> environment(Map<String, String> given) {
    Map<String, String> environment = new TreeMap<>(given);
    if (grpcPort == null && sockets == null) {
      throw new ParameterException(spec.commandLine(), "give it --grpc-port and --tls for gateways, or --sockets and --data for an Envoy beside it");
    }
    if (grpcPort != null) {
      environment.put("EXCHEQUER_GRPC_PORT", Integer.toString(grpcPort));
      environment.put("EXCHEQUER_GRPC_LISTEN", grpcListen);
      environment.put("EXCHEQUER_TLS", together("--grpc-port", "--tls", tls).toString());
      environment.put("EXCHEQUER_GATEWAY_NAME", gatewayName);
    }
    if (sockets != null) {
      environment.put("EXCHEQUER_SOCKETS", sockets.toString());
      environment.put("EXCHEQUER_JOURNAL", together("--sockets", "--data", data).resolve("journal").toString());
    }
    environment.put("EXCHEQUER_LISTEN", listen);
    environment.put("EXCHEQUER_PORT", Integer.toString(port));
    environment.put("EXCHEQUER_HEALTH_PORT", Integer.toString(healthPort));
    environment.put("EXCHEQUER_NAMESPACES", namespaces);
    environment.put("EXCHEQUER_LEADER_ELECTION", Boolean.toString(!lease.isEmpty()));
    environment.put("EXCHEQUER_LEASE", lease.isEmpty() ? "exchequer-operator" : lease);
    if (!gateway.isEmpty()) {
      environment.put("EXCHEQUER_TOKEN_GATEWAY", gateway);
    }
    if (!gatewaySpec.isEmpty()) {
      if (gateway.isEmpty()) {
        throw new ParameterException(spec.commandLine(), "--gateway-spec needs --gateway");
      }
      environment.put("EXCHEQUER_TOKEN_GATEWAY_SPEC", gatewaySpec);
    }
    environment.putIfAbsent("EXCHEQUER_NODE", given.getOrDefault("POD_NAME", given.getOrDefault("HOSTNAME", "exchequer")));
    String namespace = given.get("POD_NAMESPACE");
    if (namespace != null) {
      environment.putIfAbsent("EXCHEQUER_LEASE_NAMESPACE", namespace);
    }
    return environment;
  }

  private Path together(String given, String needed, @Nullable Path value) {
    if (value == null) {
      throw new ParameterException(spec.commandLine(), given + " needs " + needed);
    }
    return value;
  }
}
