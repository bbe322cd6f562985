package dev.exchequer.server.envoy;

import dev.exchequer.wire.EnvoyAdmin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the gateway out of service without cutting a stream. Whoever stops Envoy's container makes a file {@code drain} in the folder of the sockets and waits
 * for {@code drained}. In between
 *
 * <ul>
 *   <li>the pod is not ready at once: {@link #draining};
 *   <li>Envoy fails its health check: every connection is told to close with its next answer ({@code Connection: close}, GOAWAY), streams run on;
 *   <li>the listener of applications drains: no new connection after Envoy's drain time. The internal listener stays, as a running request may still have a
 *       hop to try;
 *   <li>{@code drained} comes when no request is active, and not before the load balancers had time to hear of it.
 * </ul>
 *
 * <p>Envoy's container may also be restarted alone: an Envoy that is fresh and does not drain ends the drain, and both files go.
 */
public final class GatewayDrain implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayDrain.class);
  private static final String ACTIVE = "http.public.downstream_rq_active";

  /**
   * @param poll how often the folder, and then Envoy, is looked at
   * @param shortest of a drain, also of an idle gateway
   */
  public record Pace(Duration poll, Duration shortest) {
    public static final Pace OF_A_POD = new Pace(Duration.ofMillis(200), Duration.ofSeconds(3));
  }

  private final EnvoyAdmin admin;
  private final Path drain;
  private final Path drained;
  private final Pace pace;
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("drain").daemon(true).factory());
  private volatile boolean draining;

  /** These three belong to the thread. */
  private boolean told;
  private boolean over;
  private long since;

  private GatewayDrain(EnvoyAdmin admin, Path sockets, Pace pace) {
    this.admin = admin;
    this.drain = sockets.resolve("drain");
    this.drained = sockets.resolve("drained");
    this.pace = pace;
  }

  /** Looks from now on. */
  public static GatewayDrain start(EnvoyAdmin admin, Path sockets, Pace pace) {
    GatewayDrain watch = new GatewayDrain(admin, sockets, pace);
    watch.thread.scheduleWithFixedDelay(watch::look, 0, pace.poll.toMillis(), TimeUnit.MILLISECONDS);
    return watch;
  }

  /** Whether the gateway should get no new connections. */
  public boolean draining() {
    return draining;
  }

  private void look() {
    try {
      if (!draining && Files.exists(drain)) {
        begin();
      }
      if (draining) {
        goOn();
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("draining: {}", e.toString());
    }
  }

  private void begin() {
    draining = true;
    told = false;
    over = Files.exists(drained); // of a service before us
    since = System.nanoTime();
    LOG.info("the gateway drains");
  }

  private void goOn() throws IOException {
    if (over) {
      if (fresh()) {
        end();
      }
      return;
    }
    try {
      if (!told) {
        admin.post("/healthcheck/fail");
        admin.post("/drain_listeners?graceful&skip_exit&inboundonly");
        told = true;
      }
      if (active() > 0) {
        return;
      }
    } catch (IOException e) {
      // Envoy is not there: nothing runs in it. One that is only slow is asked again.
      if (admin.reachable()) {
        throw e;
      }
    }
    if (System.nanoTime() - since >= pace.shortest.toNanos()) {
      Files.writeString(drained, "");
      over = true;
      LOG.info("the gateway is drained");
    }
  }

  private long active() throws IOException {
    return admin.stat(ACTIVE);
  }

  /** A process that has not been told to fail its health check. */
  private boolean fresh() {
    try {
      return admin.get("/ready").startsWith("LIVE");
    } catch (IOException e) {
      return false; // it drains, or is not there
    }
  }

  private void end() throws IOException {
    Files.deleteIfExists(drain);
    Files.deleteIfExists(drained);
    draining = false;
    LOG.info("Envoy was started again: the gateway is in service");
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
