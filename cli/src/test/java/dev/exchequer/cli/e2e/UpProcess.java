package dev.exchequer.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.wire.EnvoyAdmin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** `exchequer up` as a process of its own, on free ports, known only by its command line, its files and its HTTP interfaces. */
final class UpProcess {
  private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final Process process;
  private final Path data;
  private final int port;
  private final int adminPort;
  private final Path output;

  private UpProcess(Process process, Path data, int port, int adminPort, Path output) {
    this.process = process;
    this.data = data;
    this.port = port;
    this.adminPort = adminPort;
    this.output = output;
  }

  /**
   * @param config null = the default one, with its mock provider
   * @param more options
   */
  static UpProcess start(@Nullable Path config, Path data, String... more) throws IOException {
    int port = freePort();
    int adminPort = freePort();
    Path output = data.resolveSibling("up.out");
    List<String> command = new ArrayList<>(
        List.of(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            "-Dexchequer.root=" + System.getProperty("exchequer.root"),
            "dev.exchequer.cli.Main",
            "up",
            "--data",
            data.toString(),
            "--port",
            Integer.toString(port),
            "--admin-port",
            Integer.toString(adminPort)));
    if (config != null) {
      command.addAll(List.of("--config", config.toString()));
    }
    command.addAll(List.of(more));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    return new UpProcess(process, data, port, adminPort, output);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  int adminPort() {
    return adminPort;
  }

  Path data() {
    return data;
  }

  String printed() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void awaitReady() {
    Await.until("the stack is ready; it printed:\n" + printed(), () -> {
      assertThat(process.isAlive()).as(() -> "up ended: " + printed()).isTrue();
      return ready();
    });
  }

  boolean ready() {
    try {
      return HTTP.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + "/readyz")).build(), HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  HttpResponse<String> admin(String method, String path, @Nullable String body, String... headers) {
    try {
      String token = Files.readString(data.resolve("admin.token")).strip();
      HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + path)).header("authorization", "Bearer " + token);
      return send(request, method, body, headers);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  HttpResponse<String> adminWithToken(String token, String path) {
    try {
      return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + path)).header("authorization", "Bearer " + token), "GET", null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A request to the gateway that the official client would not make. */
  HttpResponse<String> raw(String method, String path, @Nullable String body, String... headers) {
    try {
      return send(HttpRequest.newBuilder(URI.create(endpoint() + path)), method, body, headers);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HttpResponse<String> send(HttpRequest.Builder request, String method, @Nullable String body, String... headers) throws IOException {
    if (headers.length > 0) {
      request.headers(headers);
    }
    request.method(method, body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
    try {
      return HTTP.send(request.timeout(Stack.PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** @param child "service" or "envoy" */
  long pid(String child) {
    try {
      return Long.parseLong(Files.readString(data.resolve("run/" + child + ".pid")).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** kill -9 by process id; the supervisor starts another. Returns when the old one is gone. */
  void kill9(String child) {
    ProcessHandle handle = ProcessHandle.of(pid(child)).orElseThrow();
    handle.destroyForcibly();
    Await.until(child + " is dead", () -> !handle.isAlive());
  }

  /** Stops a process where it is (SIGSTOP), or lets it go on (SIGCONT). */
  void signal(String child, String signal) {
    try {
      assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(pid(child))).start().waitFor()).isZero();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  void stop() throws IOException, InterruptedException {
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("up did not stop within 30 s of SIGTERM: " + printed());
    }
  }

  /** Sum of Envoy's counters of Lua errors. */
  long luaErrors() {
    return stat(Pattern.compile("(?m)^[^\\n]*lua[^\\n]*errors: (\\d+)$"));
  }

  private long stat(Pattern pattern) {
    Matcher lines = pattern.matcher(envoy("/stats"));
    long sum = 0;
    boolean seen = false;
    while (lines.find()) {
      seen = true;
      sum += Long.parseLong(lines.group(1));
    }
    assertThat(seen).as("Envoy has a counter " + pattern).isTrue();
    return sum;
  }

  /** GET on Envoy's admin socket. */
  String envoy(String path) {
    try {
      Path socket = Path.of(Files.readString(data.resolve("run/sockets")).strip(), "envoy.sock");
      return new EnvoyAdmin(socket, Stack.PATIENCE).get(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
