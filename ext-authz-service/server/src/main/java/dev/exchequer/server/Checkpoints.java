package dev.exchequer.server;

import dev.exchequer.server.store.LedgerExport;
import dev.exchequer.server.store.LedgerLane.LedgerUnavailable;
import dev.exchequer.server.store.checkpoint.CheckpointFolder;
import dev.exchequer.server.store.checkpoint.CheckpointText;
import dev.exchequer.server.store.checkpoint.Keys;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes down outside of the ledger what it has: at the start, at an interval, and when the service stops. One that cannot be written is told in the log. */
public final class Checkpoints implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

  /**
   * @param folder outside of the database, better on another machine
   * @param key Ed25519, PKCS#8 in PEM; null = they are not signed
   */
  public record Plan(Path folder, @Nullable Path key, Duration every) {
    public static final Duration USUAL = Duration.ofMinutes(15);

    public Plan {
      if (every.toMillis() < 1) {
        throw new IllegalArgumentException("no interval of checkpoints: " + every);
      }
    }
  }

  private final Plan plan;
  private final LedgerExport ledger;
  private final @Nullable PrivateKey key;
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("checkpoints").daemon().factory());

  private Checkpoints(Plan plan, LedgerExport ledger, @Nullable PrivateKey key) {
    this.plan = plan;
    this.ledger = ledger;
    this.key = key;
  }

  /** @throws IOException with what to do, if the key cannot be read */
  static Checkpoints start(Plan plan, LedgerExport ledger) throws IOException {
    Checkpoints checkpoints = new Checkpoints(plan, ledger, plan.key == null ? null : Keys.signing(plan.key));
    checkpoints.clock.scheduleWithFixedDelay(checkpoints::write, 0, plan.every.toMillis(), TimeUnit.MILLISECONDS);
    return checkpoints;
  }

  private void write() {
    try {
      Path file = CheckpointFolder.save(plan.folder, CheckpointText.of(ledger.checkpoint(), key));
      LOG.debug("checkpoint {}", file);
    } catch (IOException | LedgerUnavailable e) {
      LOG.error("no checkpoint could be written to {}: {}", plan.folder, e.toString());
    } catch (RuntimeException bug) {
      LOG.error("no checkpoint could be written to {}; the next one is tried", plan.folder, bug); // thrown on, it would have been the last
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
    try {
      if (clock.awaitTermination(5, TimeUnit.SECONDS)) {
        write();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
