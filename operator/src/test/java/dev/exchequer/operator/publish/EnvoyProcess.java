package dev.exchequer.operator.publish;

import dev.exchequer.operator.translate.EnvoyBootstrap;
import dev.exchequer.wire.EnvoyAdmin;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A real Envoy on a generated bootstrap. It is ended by its process, which nobody else has. */
final class EnvoyProcess implements AutoCloseable {
  private final EnvoyBootstrap.Settings settings;
  private final Path folder;
  private final Process process;

  private EnvoyProcess(EnvoyBootstrap.Settings settings, Path folder, Process process) {
    this.settings = settings;
    this.folder = folder;
    this.process = process;
  }

  /** @param folder short: it holds the sockets; also the bootstrap and Envoy's log */
  static EnvoyProcess start(EnvoyBootstrap.Settings settings, Path folder) throws IOException, InterruptedException {
    Path bootstrap = Files.writeString(folder.resolve("envoy.yaml"), EnvoyBootstrap.render(settings));
    Process process =
        new ProcessBuilder(EnvoyBootstrap.command(binary(), bootstrap, settings))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("envoy.log").toFile()))
            .start();
    return new EnvoyProcess(settings, folder, process);
  }

  EnvoyAdmin admin() {
    return new EnvoyAdmin(settings.adminSocket(), Duration.ofSeconds(2));
  }

  boolean alive() {
    return process.isAlive();
  }

  String log() throws IOException {
    return Files.readString(folder.resolve("envoy.log"));
  }

  /** As a crash would. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      kill();
    }
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** What dev/install-envoy.sh finds or fetches. */
  private static Path binary() throws IOException, InterruptedException {
    Path script = Path.of(System.getProperty("exchequer.root", ".."), "dev", "install-envoy.sh");
    Process install = new ProcessBuilder("sh", script.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String path = new String(install.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
    if (install.waitFor() != 0) {
      throw new IOException("no Envoy: see the output of " + script);
    }
    return Path.of(path);
  }
}
