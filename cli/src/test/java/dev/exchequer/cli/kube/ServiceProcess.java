package dev.exchequer.cli.kube;

import dev.exchequer.operator.kube.RealApi;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * `exchequer service` as a process of its own.
 *
 * @param data its data folder
 * @param sockets where its sockets are, and those of the operator and Envoy
 */
public record ServiceProcess(@Nullable Process process, Path data, Path sockets, int adminPort) {
  public static final ServiceProcess NONE = new ServiceProcess(null, Path.of(""), Path.of(""), 0);

  /** Returns when its admin API answers. */
  public static ServiceProcess start(Path home) throws IOException {
    Path data = Files.createDirectories(home.resolve("data"));
    Files.createDirectories(data.resolve("journal"));
    // a Unix socket's path is short
    return start(home, data, Files.createTempDirectory(Path.of("/tmp"), "exq-it"), List.of());
  }

  /** @param more options of the command */
  public static ServiceProcess start(Path home, Path data, Path sockets, List<String> more) throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED",
                "-cp", System.getProperty("java.class.path"), "dev.exchequer.cli.Main", "service", "--data", data.toString(), "--sockets", sockets.toString(),
                "--admin-port", Integer.toString(port)));
    command.addAll(more);
    Path log = home.resolve("service.log");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "stop-service"));
    ServiceProcess service = new ServiceProcess(process, data, sockets, port);
    RealApi.await("the service answers, see " + log, () -> service.answers("/healthz"));
    return service;
  }

  /** Whether it says 200. */
  public boolean answers(String path) {
    try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + path)).build();
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Lets in a named token, as a mounted Secret would: a hidden folder and a link into it. */
  public void token(String name, String role, String token) throws IOException {
    Path mounted = Files.createDirectories(data.resolve("tokens/..data"));
    Files.writeString(mounted.resolve(name), "role: " + role + "\nsha256: " + sha256(token) + "\n");
    Files.createSymbolicLink(data.resolve("tokens").resolve(name), Path.of("..data", name));
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  public void stop() throws InterruptedException {
    if (process != null) {
      process.destroy();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("the service did not stop within 20 s of SIGTERM");
      }
    }
  }
}
