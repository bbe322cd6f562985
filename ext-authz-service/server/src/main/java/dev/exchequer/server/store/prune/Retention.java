package dev.exchequer.server.store.prune;

import dev.exchequer.server.store.LedgerLane.LedgerUnavailable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes details of receipts away once they are old, and when somebody orders it: one after the other, on a thread of its own. What cannot be done is told in the log, and tried an hour later. */
public final class Retention implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
  private static final Duration FIRST = Duration.ofMinutes(1);
  private static final Duration EVERY = Duration.ofHours(1);
  private static final long PATIENCE_S = 10;

  private final Pruner pruner;
  private final InstantSource clock;
  private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("retention").daemon().factory());
  private volatile boolean closing;

  private Retention(Pruner pruner, InstantSource clock) {
    this.pruner = pruner;
    this.clock = clock;
  }

  /**
   * @param keep how long receipts are kept whole, a day at least; null = for ever, unless somebody orders otherwise
   * @throws IllegalArgumentException if it is less than a day
   */
  public static Retention start(Pruner pruner, InstantSource clock, @Nullable Duration keep) {
    return start(pruner, clock, keep, FIRST, EVERY);
  }

  static Retention start(Pruner pruner, InstantSource clock, @Nullable Duration keep, Duration first, Duration every) {
    if (keep != null && keep.toMillis() < Pruner.SHORTEST_MS) {
      throw new IllegalArgumentException("receipts are kept whole for a day at least, not for " + text(keep));
    }
    Retention retention = new Retention(pruner, clock);
    if (keep != null) {
      retention.worker.scheduleWithFixedDelay(() -> retention.keep(keep), first.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    }
    return retention;
  }

  /** As people write it: 90d, 36h. */
  public static String text(Duration keep) {
    return keep.toMillis() % Duration.ofDays(1).toMillis() == 0 ? keep.toDays() + "d" : keep.toHours() + "h";
  }

  public Pruner pruner() {
    return pruner;
  }

  /** As {@link Pruner#begin}; it goes on after this returned. */
  public Optional<Pruning> order(String actor, long beforeMs) {
    Optional<Pruner.Run> run = pruner.begin(actor, beforeMs);
    Optional<Pruning> begun = run.map(Pruner.Run::pruning);
    run.ifPresent(each -> worker.execute(() -> toEnd(each)));
    return begun;
  }

  private void keep(Duration keep) {
    try {
      long limit = Math.min(clock.millis() - keep.toMillis(), pruner.latestLimit());
      pruner.begin("the retention of " + text(keep), limit).ifPresent(this::toEnd);
    } catch (Pruner.Busy e) {
      LOG.debug("another gateway removes details of receipts now");
    } catch (LedgerUnavailable e) {
      LOG.warn("details of old receipts could not be removed, and are kept for another hour: {}", e.toString());
    } catch (RuntimeException e) {
      LOG.error("details of old receipts could not be removed", e);
    }
  }

  private void toEnd(Pruner.Run run) {
    try (run) {
      Pruning ended = run.toEnd(() -> closing);
      LOG.info("details of {} receipts were removed by {} (pruning {}, {})", ended.receipts(), ended.actor(), ended.id(), ended.state().text());
    } catch (RuntimeException e) {
      LOG.error("pruning {} was broken off after {} receipts; the next one goes on", run.pruning().id(), run.pruning().receipts(), e);
    }
  }

  @Override
  public void close() {
    closing = true;
    worker.shutdown();
    try {
      if (!worker.awaitTermination(PATIENCE_S, TimeUnit.SECONDS)) {
        LOG.warn("details of receipts were still being removed when the ledger closed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
