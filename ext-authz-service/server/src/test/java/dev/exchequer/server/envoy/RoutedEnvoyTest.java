package dev.exchequer.server.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.wire.EnvoyAdmin;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoutedEnvoyTest {
  @TempDir Path folder = Path.of("");

  private RoutedEnvoy routed(Duration patience) {
    return new RoutedEnvoy(new EnvoyAdmin(folder.resolve("envoy.sock"), Duration.ofSeconds(5)), patience);
  }

  @Test
  void waitsUntilNoClusterIsCold() throws Exception {
    AtomicInteger cold = new AtomicInteger(2);
    try (FakeEnvoy envoy = new FakeEnvoy(folder.resolve("envoy.sock"), line -> "cluster_manager.warming_clusters: " + cold.get() + "\n");
        RoutedEnvoy routed = routed(Duration.ofMinutes(1))) {
      CompletableFuture<Void> done = routed.get();
      while (envoy.asked.size() < 3) {
        Thread.onSpinWait();
      }
      assertThat(done).isNotDone();
      cold.set(0);
      done.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void notForEver() throws Exception {
    try (FakeEnvoy envoy = new FakeEnvoy(folder.resolve("envoy.sock"), line -> "cluster_manager.warming_clusters: 1\n");
        RoutedEnvoy routed = routed(Duration.ofMillis(50))) {
      routed.get().get(20, TimeUnit.SECONDS);
      assertThat(envoy.asked).hasSizeGreaterThan(1);
    }
  }

  @Test
  void anEnvoyThatHasNotStartedIsNotWaitedFor() throws Exception {
    try (RoutedEnvoy routed = routed(Duration.ofHours(1))) {
      routed.get().get(20, TimeUnit.SECONDS);
    }
  }
}
