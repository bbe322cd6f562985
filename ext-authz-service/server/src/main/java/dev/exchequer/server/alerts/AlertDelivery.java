package dev.exchequer.server.alerts;

import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.Command;
import dev.exchequer.server.store.LedgerHistory;
import dev.exchequer.server.store.LedgerHistory.AlertRow;
import dev.exchequer.server.store.LedgerLane;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells alerts that are committed and were not told yet, the oldest first, on a thread of its own. What became of an attempt goes into the ledger like everything
 * else. Where it does not get there at once it is written down later, and nothing is told again for that; only of a process that ended before, or of another
 * replica, a receiver may hear twice, with the same id.
 */
public final class AlertDelivery implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AlertDelivery.class);
  /** News that is a week old is none. */
  static final long GIVEN_UP_MS = TimeUnit.DAYS.toMillis(7);
  private static final int AT_ONCE = 50;
  private static final long PATIENCE_SECONDS = 10;

  /** For metrics. */
  public enum Outcome {
    DELIVERED,
    FAILED,
    GIVEN_UP
  }

  /** What is counted. */
  public interface Observer {
    void tried(Outcome outcome);
  }

  /**
   * In milliseconds.
   *
   * @param period between two looks
   * @param firstWait after the first attempt that failed; doubled by each
   * @param longestWait between two attempts
   */
  public record Pace(long period, long firstWait, long longestWait) {
    public static final Pace USUAL = new Pace(1_000, 5_000, 3_600_000);

    long after(int attempts) {
      return Math.min(longestWait, firstWait << Math.min(attempts - 1, 20));
    }
  }

  private final LedgerHistory history;
  private final LedgerLane lane;
  private final Supplier<Optional<Webhook>> target;
  private final InstantSource clock;
  private final Pace pace;
  private final Observer observer;
  private final WebhookSender sender = new WebhookSender();
  /** What became of attempts that the ledger could not take yet, by alert; on the thread. */
  private final Map<String, Change.AlertTried> unwritten = new HashMap<>();
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("alerts").daemon(true).factory());

  private AlertDelivery(LedgerHistory history, LedgerLane lane, Supplier<Optional<Webhook>> target, InstantSource clock, Pace pace, Observer observer) {
    this.history = history;
    this.lane = lane;
    this.target = target;
    this.clock = clock;
    this.pace = pace;
    this.observer = observer;
  }

  /** @param target as it is now; while there is none, alerts wait */
  public static AlertDelivery start(
      LedgerHistory history, LedgerLane lane, Supplier<Optional<Webhook>> target, InstantSource clock, Pace pace, Observer observer) {
    AlertDelivery delivery = new AlertDelivery(history, lane, target, clock, pace, observer);
    delivery.thread.scheduleWithFixedDelay(delivery::look, pace.period, pace.period, TimeUnit.MILLISECONDS);
    return delivery;
  }

  private void look() {
    try {
      Optional<Webhook> webhook = target.get();
      if (webhook.isPresent()) {
        List<AlertRow> due = history.alertsDue(clock.millis(), AT_ONCE);
        unwritten.keySet().retainAll(due.stream().map(row -> row.alert().id()).toList());
        for (AlertRow row : due) {
          tell(webhook.get(), row);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | ExecutionException | TimeoutException e) {
      LOG.warn("alerts could not be told, they wait: {}", e.toString());
    }
  }

  private void tell(Webhook webhook, AlertRow row) throws InterruptedException, ExecutionException, TimeoutException {
    String id = row.alert().id();
    Change.AlertTried tried = unwritten.get(id);
    if (tried == null) {
      tried = attempt(webhook, row);
      unwritten.put(id, tried);
    }
    lane.submit(new Command.AlertTried(tried)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    unwritten.remove(id);
  }

  /** @return what became of it */
  private Change.AlertTried attempt(Webhook webhook, AlertRow row) throws InterruptedException {
    String id = row.alert().id();
    Optional<String> failure = sender.send(webhook, id, clock.millis() / 1000, AlertJson.event(row.alert()));
    long now = clock.millis();
    int attempts = row.attempts() + 1;
    boolean givenUp = failure.isPresent() && now - row.alert().timeMs() >= GIVEN_UP_MS;
    long next = failure.isEmpty() || givenUp ? 0 : now + pace.after(attempts);
    if (failure.isPresent()) {
      LOG.warn("alert {} was not told to {} (attempt {}{}): {}", id, webhook, attempts, givenUp ? ", given up" : "", failure.get());
    }
    observer.tried(failure.isEmpty() ? Outcome.DELIVERED : givenUp ? Outcome.GIVEN_UP : Outcome.FAILED);
    return new Change.AlertTried(id, attempts, next, failure.isEmpty() ? now : 0, failure.orElse(null));
  }

  @Override
  public void close() {
    thread.shutdownNow();
    sender.close();
    try {
      if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("an alert was still being told");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
