package dev.exchequer.helm;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.helm.Cluster.Caller;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The operator as the chart's Deployment starts it: its arguments, its certificates, its account; only on this machine and on other ports. */
final class OperatorProcess implements AutoCloseable {
  private static final Path PROGRAM = Chart.ROOT.resolve("cli/target");

  private final Process process;
  private final Path log;

  private OperatorProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * @param deployment as it is in the cluster
   * @param tls its Secret
   */
  static OperatorProcess start(JsonNode deployment, JsonNode tls, Caller account, Path folder) throws IOException {
    if (!Files.exists(PROGRAM.resolve("exchequer-cli.jar"))) {
      throw new IllegalStateException("no program to run: mvn -pl cli -am package -DskipTests");
    }
    Path certificates = Files.createDirectories(folder.resolve("tls"));
    for (Map.Entry<String, JsonNode> file : tls.path("data").properties()) {
      Files.write(certificates.resolve(file.getKey()), Base64.getDecoder().decode(file.getValue().asText()));
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx512m", "--enable-native-access=ALL-UNNAMED",
                "-cp", PROGRAM.resolve("exchequer-cli.jar") + ":" + PROGRAM.resolve("lib") + "/*", "dev.exchequer.cli.Main"));
    for (String argument : Chart.texts(Chart.container(deployment.at("/spec/template/spec"), "operator").path("args"))) {
      command.add(here(argument, certificates));
    }
    command.add("--grpc-listen=127.0.0.1");
    Path kubeconfig = Files.writeString(folder.resolve("kubeconfig"), account.kubeconfig());
    Path log = folder.resolve("operator.log");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("KUBECONFIG", kubeconfig.toString());
    builder.environment().put("POD_NAME", "exchequer-operator-0");
    builder.environment().put("POD_NAMESPACE", deployment.at("/metadata/namespace").asText());
    return new OperatorProcess(builder.start(), log);
  }

  private static String here(String argument, Path certificates) throws IOException {
    return switch (argument.replaceAll("=.*", "")) {
      case "--tls" -> "--tls=" + certificates;
      case "--grpc-port", "--health-port" -> argument.replaceAll("=.*", "=" + freePort());
      default -> argument;
    };
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  boolean runs() {
    return process.isAlive();
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}
