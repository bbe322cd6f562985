package dev.exchequer.cli.admin;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Where the admin API is, and the token for it: what `up` left in its data folder, or a gateway in a cluster, unless told otherwise. */
final class AdminOptions {
  static final String TOKEN = "EXCHEQUER_TOKEN";
  private static final String NAMESPACE = "default";

  @Option(names = "--data", paramLabel = "DIR", defaultValue = ".exchequer", description = "Data folder of the running gateway (default: ${DEFAULT-VALUE}).")
  Path data = Path.of(".exchequer");

  @Option(names = "--admin-url", paramLabel = "URL", description = "Address of the admin API (default: the port that `up` wrote to DATA/run/admin-port).")
  @Nullable URI adminUrl;

  @Option(names = "--token", paramLabel = "TOKEN", description = "The admin token; others on this machine can see it, so better in --token-file or in " + TOKEN + ".")
  @Nullable String token;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "File with the admin token (default: DATA/admin.token; in Kubernetes the Secret NAME-admin-viewer or NAME-admin-treasurer of the gateway).")
  @Nullable Path tokenFile;

  @Option(names = {"-n", "--namespace"}, paramLabel = "NS", description = "Namespace of what is named without one (default: `default`; in Kubernetes the context's).")
  @Nullable String namespace;

  @Option(names = {"-o", "--output"}, paramLabel = "table|json", defaultValue = "table", description = "A table for people or the API's JSON (default: ${DEFAULT-VALUE}).")
  Output output = Output.table;

  @ArgGroup(validate = false, heading = "%nA gateway in Kubernetes:%n")
  KubeOptions kube = new KubeOptions();

  /** An open admin API. */
  record Opened(AdminClient client, String namespace) implements AutoCloseable {
    @Override
    public void close() {
      client.close();
    }
  }

  /** For commands that read. */
  Opened open() {
    return open(KubeToken.Role.VIEWER);
  }

  /** For commands that move money. */
  Opened openAsTreasurer() {
    return open(KubeToken.Role.TREASURER);
  }

  private Opened open(KubeToken.Role role) {
    Map<String, String> environment = System.getenv();
    String given = givenToken(environment);
    if (adminUrl == null && kube.wanted(environment)) {
      return inCluster(role, given);
    }
    AdminDoor door = new AdminDoor.Direct(adminUrl != null ? adminUrl : localUrl());
    return new Opened(new AdminClient(door, given != null ? given : localToken()), namespace != null ? namespace : NAMESPACE);
  }

  private Opened inCluster(KubeToken.Role role, @Nullable String given) {
    KubernetesClient cluster = kube.client();
    try {
      String context = cluster.getNamespace() == null ? NAMESPACE : cluster.getNamespace();
      String here = namespace != null ? namespace : context;
      GatewayPod pod = GatewayPod.find(cluster, kube.gateway, here);
      String secret = given != null ? given : KubeToken.read(cluster, pod, role);
      return new Opened(new AdminClient(KubeDoor.open(cluster, pod), secret), here);
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private URI localUrl() {
    Path file = data.resolve("run/admin-port");
    String port = read(file, "no gateway has run on " + data + " (no " + file + "): start one with ./exchequer up, or give --admin-url");
    try {
      return URI.create("http://127.0.0.1:" + Integer.parseInt(port));
    } catch (NumberFormatException e) {
      throw new CommandFailed(file + " does not hold a port", e);
    }
  }

  private @Nullable String givenToken(Map<String, String> environment) {
    if (token != null) {
      return token;
    }
    if (tokenFile != null) {
      return read(tokenFile, "no admin token in " + tokenFile + ": give another --token-file");
    }
    String variable = environment.getOrDefault(TOKEN, "").strip();
    return variable.isEmpty() ? null : variable;
  }

  private String localToken() {
    Path file = data.resolve("admin.token");
    return read(file, "no admin token in " + file + ": give --data or --token-file");
  }

  private static String read(Path file, String otherwise) {
    try {
      return Files.readString(file).strip();
    } catch (NoSuchFileException e) {
      throw new CommandFailed(otherwise, e);
    } catch (IOException e) {
      throw new CommandFailed("cannot read " + file + ": " + e.getMessage(), e);
    }
  }
}
