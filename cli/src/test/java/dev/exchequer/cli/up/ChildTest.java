package dev.exchequer.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildTest {
  @TempDir Path temp = Path.of("");
  private final ScheduledExecutorService starter = Executors.newSingleThreadScheduledExecutor();

  @AfterEach
  void end() {
    starter.shutdownNow();
  }

  private static void until(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      LockSupport.parkNanos(5_000_000);
    }
  }

  private static long pid(DataDir data) {
    try {
      Path file = data.run("it.pid");
      return Files.exists(file) ? Long.parseLong(Files.readString(file).strip()) : -1;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void whatIsKilledIsStartedAgainUntilItIsStopped() throws Exception {
    try (DataDir data = DataDir.open(temp)) {
      Child child = new Child("it", List.of("sh", "-c", "echo here; exec sleep 60"), data, starter);
      child.start();
      until(() -> pid(data) > 0 && read(data).contains("here"));
      long first = pid(data);
      ProcessHandle.of(first).orElseThrow().destroyForcibly();
      until(() -> pid(data) != first);
      long second = pid(data);
      assertThat(child.failures()).isEqualTo(1);
      until(() -> read(data).lines().count() == 2);
      child.stop(Duration.ofSeconds(5));
      assertThat(ProcessHandle.of(second).filter(ProcessHandle::isAlive)).isEmpty();
      assertThat(data.run("it.pid")).doesNotExist();
    }
  }

  private static String read(DataDir data) {
    try {
      return Files.readString(data.log("it"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void whatDoesNotListenIsKilled() throws Exception {
    try (DataDir data = DataDir.open(temp)) {
      Child child = new Child("it", List.of("sh", "-c", "trap '' TERM; echo here; while :; do sleep 1; done"), data, starter);
      child.start();
      until(() -> Files.exists(data.log("it")) && read(data).contains("here"));
      long pid = pid(data);
      child.stop(Duration.ofMillis(100));
      assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
    }
  }

  @Test
  void aProgramThatIsNotThereCountsAsFailures() throws Exception {
    try (DataDir data = DataDir.open(temp)) {
      Child child = new Child("it", List.of(temp.resolve("nothing").toString()), data, starter);
      child.start();
      until(() -> child.failures() >= 2);
      child.stop(Duration.ofSeconds(1));
    }
  }

  @Test
  void itIsGuardedWhereTheToolsAre() {
    assertThat(Child.guarded(List.of("envoy"), "/nowhere")).containsExactly("envoy");
    List<String> guarded = Child.guarded(List.of("envoy", "-c"), "/usr/bin:/bin");
    assertThat(guarded).endsWith("envoy", "-c");
  }
}
