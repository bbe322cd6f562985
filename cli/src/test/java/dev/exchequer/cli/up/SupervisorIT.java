package dev.exchequer.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process `up` and its children live and die as they should; what they do in life is for the tests in e2e. */
class SupervisorIT {
  @TempDir Path temp = Path.of("");
  private final List<Process> processes = new ArrayList<>();
  private int port;
  private int adminPort;

  @BeforeEach
  void prepare() throws IOException {
    port = freePort();
    adminPort = freePort();
    Files.createDirectories(temp.resolve("config"));
    Path envoy = Files.writeString(temp.resolve("envoy"), "#!/bin/sh\n[ \"$1\" = --version ] && { echo 'envoy  version: 0/1.40.0/Clean/RELEASE/x'; exit; }\nexec sleep 100\n");
    Files.setPosixFilePermissions(envoy, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterEach
  void end() {
    processes.forEach(Process::destroyForcibly);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private Process up(String listen) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(), "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), FakeUp.class.getName(),
                temp.resolve("config").toString(), temp.resolve("data").toString(), listen, Integer.toString(port), Integer.toString(adminPort), temp.resolve("envoy").toString())
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("out" + processes.size()).toFile())
            .start();
    processes.add(process);
    return process;
  }

  private String printed(int up) {
    try {
      return Files.readString(temp.resolve("out" + up));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void until(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(() -> "in time; up printed " + printed(0)).isLessThan(deadline);
      LockSupport.parkNanos(20_000_000);
    }
  }

  private ProcessHandle child(String name) throws IOException {
    return ProcessHandle.of(Long.parseLong(Files.readString(temp.resolve("data/run/" + name + ".pid")).strip())).orElseThrow();
  }

  @Test
  void fromTheFirstScreenToTheEnd() throws Exception {
    Process up = up("127.0.0.1");
    until(() -> printed(0).contains("Ctrl-C stops everything."));
    assertThat(printed(0)).contains("x.yaml:3: error", "127.0.0.1:" + port + "/v1", "default/wallet", "only (Pool)", "Bearer exq-demo");
    Path sockets = Path.of(Files.readString(temp.resolve("data/run/sockets")).strip());
    assertThat(sockets).isDirectory();
    ProcessHandle service = child("service");
    ProcessHandle envoy = child("envoy");

    Process second = up("127.0.0.1");
    assertThat(second.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(second.exitValue()).isEqualTo(1);
    assertThat(printed(1)).contains("already runs").contains("process " + up.pid());

    up.destroy();
    assertThat(up.waitFor(15, TimeUnit.SECONDS)).isTrue();
    assertThat(service.isAlive()).isFalse();
    assertThat(envoy.isAlive()).isFalse();
    assertThat(sockets).doesNotExist();
    assertThat(temp.resolve("data/run")).isDirectoryNotContaining(file -> file.toString().endsWith(".pid"));
  }

  @Test
  void noChildOutlivesAnUpThatIsKilled() throws Exception {
    Process up = up("127.0.0.1");
    until(() -> printed(0).contains("Ctrl-C stops everything."));
    ProcessHandle service = child("service");
    ProcessHandle envoy = child("envoy");
    up.destroyForcibly();
    if (Child.guarded(List.of(), System.getenv("PATH")).contains("setpriv")) {
      until(() -> !service.isAlive() && !envoy.isAlive());
    }
    service.destroyForcibly();
    envoy.destroyForcibly();
  }

  @Test
  void theDemoKeyIsNotForTheWorld() throws Exception {
    Process up = up("0.0.0.0");
    assertThat(up.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(up.exitValue()).isEqualTo(1);
    assertThat(printed(0)).contains("demo key").contains("keys create");
  }
}
