package dev.exchequer.server.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.wire.EnvoyAdmin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order of a drain, and what may come in between. That Envoy does what it is told is DrainIT's, in the command line. */
class GatewayDrainTest {
  private static final GatewayDrain.Pace QUICK = new GatewayDrain.Pace(Duration.ofMillis(10), Duration.ZERO);

  @TempDir Path folder = Path.of("");
  private final AtomicInteger active = new AtomicInteger(1);
  private volatile boolean live;

  private GatewayDrain start(GatewayDrain.Pace pace) {
    return GatewayDrain.start(new EnvoyAdmin(folder.resolve("envoy.sock"), Duration.ofSeconds(5)), folder, pace);
  }

  private FakeEnvoy envoy() throws IOException {
    return new FakeEnvoy(
        folder.resolve("envoy.sock"),
        line -> line.equals("GET /ready") ? (live ? "LIVE\n" : "") : line.startsWith("GET /stats") ? "http.public.downstream_rq_active: " + active.get() + "\n" : "OK\n");
  }

  private void ask() throws IOException {
    Files.writeString(folder.resolve("drain"), "");
  }

  private boolean drained() {
    return Files.exists(folder.resolve("drained"));
  }

  @Test
  void drainedWhenNoRequestIsActive() throws Exception {
    try (FakeEnvoy envoy = envoy();
        GatewayDrain drain = start(QUICK)) {
      assertThat(drain.draining()).isFalse();
      ask();
      await(() -> envoy.asked.size() > 4);
      assertThat(drain.draining()).isTrue();
      assertThat(envoy.asked.subList(0, 2)).containsExactly("POST /healthcheck/fail", "POST /drain_listeners?graceful&skip_exit&inboundonly");
      assertThat(drained()).isFalse();
      active.set(0);
      await(this::drained);
      assertThat(drain.draining()).isTrue();
      live = true;
      await(() -> !drain.draining());
      assertThat(Files.exists(folder.resolve("drain")) || drained()).isFalse();
    }
  }

  @Test
  void notBeforeItsTime() throws Exception {
    active.set(0);
    try (FakeEnvoy envoy = envoy();
        GatewayDrain drain = start(new GatewayDrain.Pace(Duration.ofMillis(10), Duration.ofHours(1)))) {
      ask();
      await(() -> envoy.asked.size() > 5);
      assertThat(drain.draining()).isTrue();
      assertThat(drained()).isFalse();
    }
  }

  @Test
  void withoutEnvoyThereIsNothingToWaitFor() throws Exception {
    try (GatewayDrain drain = start(QUICK)) {
      ask();
      await(this::drained);
      assertThat(drain.draining()).isTrue();
    }
  }

  @Test
  void aServiceThatStartsAfterwardsSeesWhetherEnvoyIsAFreshOne() throws Exception {
    ask();
    Files.writeString(folder.resolve("drained"), "");
    try (FakeEnvoy envoy = envoy();
        GatewayDrain drain = start(QUICK)) {
      await(() -> envoy.asked.size() > 2);
      assertThat(drain.draining()).isTrue();
      live = true;
      await(() -> !drain.draining());
      assertThat(envoy.asked).containsOnly("GET /ready");
    }
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("waited 20 s in vain");
      }
      LockSupport.parkNanos(5_000_000);
    }
  }
}
