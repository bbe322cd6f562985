package dev.exchequer.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Envoy's preStop, run by bash as the kubelet has it run in the container; only the folder is another one. */
class DrainTest {
  @TempDir Path run;

  @Test
  void asksForTheDrainAndEndsWhenItIsDone() throws Exception {
    Process hook = start(60);
    try {
      while (!Files.exists(run.resolve("drain"))) {
        assertThat(hook.isAlive()).isTrue();
        Thread.onSpinWait();
      }
      assertThat(hook.waitFor(700, TimeUnit.MILLISECONDS)).as("it waits for the service").isFalse();
      Files.createFile(run.resolve("drained"));
      assertThat(hook.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(hook.exitValue()).isZero();
    } finally {
      hook.destroyForcibly();
    }
  }

  @Test
  void waitsNoLongerThanTheDrainMayTake() throws Exception {
    long began = System.nanoTime();
    Process hook = start(1);

    assertThat(hook.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(hook.exitValue()).isZero();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
    assertThat(run.resolve("drain")).exists();
  }

  private Process start(int drainSeconds) throws IOException {
    List<JsonNode> objects = Chart.documents(Chart.text(command -> command.set("envoy.drainSeconds", drainSeconds)));
    List<String> hook = Chart.texts(Chart.container(Chart.gateway(objects), "envoy").at("/lifecycle/preStop/exec/command"));
    return new ProcessBuilder(hook.stream().map(word -> word.replace("/run/exchequer", run.toString())).toList()).inheritIO().start();
  }
}
