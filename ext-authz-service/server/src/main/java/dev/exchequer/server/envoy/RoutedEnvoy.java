package dev.exchequer.server.envoy;

import dev.exchequer.wire.EnvoyAdmin;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the Envoy beside us can route to the clusters that it has taken; asked before a policy that names them decides. The last word on a cold cluster is
 * the next hop, so the wait is bounded; and an Envoy that cannot be asked, as it has not started, takes no requests either.
 */
public final class RoutedEnvoy implements Supplier<CompletableFuture<Void>>, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RoutedEnvoy.class);
  private static final long POLL_MS = 20;

  private final EnvoyAdmin admin;
  private final Duration patience;
  private final ExecutorService thread = Executors.newSingleThreadExecutor(Thread.ofPlatform().name("routed-envoy").daemon(true).factory());

  /** @param patience 5 s; longer than a name and a secret may take (docs/design/xds.md) */
  public RoutedEnvoy(EnvoyAdmin admin, Duration patience) {
    this.admin = admin;
    this.patience = patience;
  }

  /** Done when no cluster is warming, or Envoy cannot be asked, or patience is over; never fails. */
  @Override
  public CompletableFuture<Void> get() {
    return CompletableFuture.runAsync(this::await, thread).exceptionally(stopped -> null);
  }

  private void await() {
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      int warming = admin.warmingClusters();
      while (warming > 0 && System.nanoTime() < deadline) {
        TimeUnit.MILLISECONDS.sleep(POLL_MS);
        warming = admin.warmingClusters();
      }
      if (warming > 0) {
        LOG.warn("{} clusters of Envoy are still warming after {} ms", warming, patience.toMillis());
      }
    } catch (IOException e) {
      LOG.info("Envoy cannot be asked whether its clusters are warm: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
