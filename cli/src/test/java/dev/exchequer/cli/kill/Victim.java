package dev.exchequer.cli.kill;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** `exchequer service` as a process, on one data folder, again and again. */
final class Victim implements AutoCloseable {
  private final Path home;
  private final List<String> store;
  private final int adminPort;
  private Process process;

  /**
   * @param home its data folder, its log and its sockets: a short path
   * @param store options that say where the ledger is
   */
  Victim(Path home, List<String> store) throws IOException {
    this.home = home;
    this.store = store;
    Files.createDirectories(data().resolve("journal"));
    try (ServerSocket socket = new ServerSocket(0)) {
      this.adminPort = socket.getLocalPort();
    }
    this.process = started();
  }

  Path data() {
    return home.resolve("data");
  }

  int adminPort() {
    return adminPort;
  }

  /** Starts it anew; it does not have to answer yet. */
  void start() throws IOException {
    process = started();
  }

  private Process started() throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "--enable-native-access=ALL-UNNAMED",
                "-cp", System.getProperty("java.class.path"), "dev.exchequer.cli.Main", "service", "--data", data().toString(), "--sockets", home.toString(), "--admin-port",
                Integer.toString(adminPort)));
    command.addAll(store);
    Process begun = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve("service.log").toFile())).start();
    Runtime.getRuntime().addShutdownHook(new Thread(begun::destroyForcibly, "end-victim"));
    return begun;
  }

  /** kill -9; returns when it is dead. */
  void kill() throws InterruptedException {
    process.toHandle().destroyForcibly();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      throw new AssertionError("kill -9 did not end process " + process.pid());
    }
  }

  /** Asks for one hold until it is given, and settles it. @return nanoseconds that took */
  long awaitServing() {
    long begun = System.nanoTime();
    while (true) {
      try (Payers probe = new Payers(home)) {
        var held = probe.hold();
        if (held.isPresent()) {
          long took = System.nanoTime() - begun;
          probe.settle(held.get());
          return took;
        }
      } catch (io.grpc.StatusRuntimeException notYet) {
        // no socket yet
      }
      if (!process.isAlive() || System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(60)) {
        throw new AssertionError("the service does not serve, see " + home.resolve("service.log"));
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  /** Milliseconds of processor time that it has used since its start. */
  long cpuMs() {
    return process.info().totalCpuDuration().map(java.time.Duration::toMillis).orElse(0L);
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the service did not stop within 20 s of SIGTERM");
    }
  }
}
