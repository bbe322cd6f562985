package dev.exchequer.server.store;

import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.LedgerState;
import dev.exchequer.ledger.Result;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The lane: a thread that decides and commits what waits in its {@link CommitQueue}, and another one that gives the answers. What cannot be committed is answered with {@link LedgerLane.LedgerUnavailable}. */
public final class GroupCommitLane implements LedgerLane, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GroupCommitLane.class);
  private static final long IDLE_MS = 100;

  /** What the lane did, for metrics. */
  public interface Observer {
    Observer NONE = (commands, nanos) -> {};

    void committed(int commands, long nanos);

    /** A change is durable, whoever caused it: calls, the journal or time. Told in order, on the lane's thread: who listens only counts. */
    default void stored(Change change) {}
  }

  private final CommitQueue queue;
  private final ExecutorService completions;
  private final Thread thread;

  /** @param loaded sees the state before the first command, on the caller's thread */
  public GroupCommitLane(LedgerStore store, Clock clock, Observer observer, Consumer<LedgerState> loaded) {
    this(store, clock, System::nanoTime, observer, loaded);
  }

  /** @param nanos as System.nanoTime */
  GroupCommitLane(LedgerStore store, Clock clock, LongSupplier nanos, Observer observer, Consumer<LedgerState> loaded) {
    this(loaded(new LocalLedger(store, clock, Decider.CORE), loaded), nanos, observer);
  }

  private static LocalLedger loaded(LocalLedger ledger, Consumer<LedgerState> loaded) {
    loaded.accept(ledger.current());
    return ledger;
  }

  /** Over a ledger that keeps its own state; it stays open when the lane is closed. */
  public GroupCommitLane(BatchLedger ledger, Observer observer) {
    this(ledger, System::nanoTime, observer);
  }

  private GroupCommitLane(BatchLedger ledger, LongSupplier nanos, Observer observer) {
    this.completions = Executors.newSingleThreadExecutor(Thread.ofPlatform().name("ledger-answers").daemon().factory());
    this.queue = new CommitQueue(ledger, nanos, observer, completions);
    this.thread = Thread.ofPlatform().name("ledger-lane").start(this::run);
  }

  @Override
  public CompletableFuture<Result> submit(Command command) {
    return queue.submit(command);
  }

  @Override
  public CompletableFuture<Result> submit(Command command, BooleanSupplier cancelled, long deadlineNanos) {
    return queue.submit(command, cancelled, deadlineNanos);
  }

  @Override
  public <T> CompletableFuture<T> ask(Question<T> question) {
    return queue.ask(question);
  }

  private void run() {
    try {
      boolean more = true;
      while (more || !queue.stopped()) {
        more = queue.turn(IDLE_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Decides what is queued, then stops. The store stays open. */
  @Override
  public void close() {
    queue.stop();
    try {
      thread.join(10_000);
      completions.shutdown();
      if (!completions.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("answers were still being given when the ledger closed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
