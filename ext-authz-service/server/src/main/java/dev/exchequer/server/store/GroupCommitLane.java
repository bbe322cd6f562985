package dev.exchequer.server.store;

import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.Decision;
import dev.exchequer.ledger.LedgerCore;
import dev.exchequer.ledger.LedgerState;
import dev.exchequer.ledger.Result;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lane over one store: a batch is whatever queued during the last commit, no lingering. A batch that cannot be committed is answered with {@link
 * LedgerLane.LedgerUnavailable} and the state is read again from the store, so that memory never says more than the disk.
 *
 * <p>What opens something (admissions, holds, refusals, grants, questions) is turned away when too much of it waits, and a hold also when its answer would come
 * after its deadline. What ends something is always taken: there is no more of it than there are holds.
 */
public final class GroupCommitLane implements LedgerLane, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GroupCommitLane.class);
  private static final int LARGEST_BATCH = 1024;
  private static final int LARGEST_QUEUE = 20_000;

  /** What the lane did, for metrics. */
  public interface Observer {
    Observer NONE = (commands, nanos) -> {};

    void committed(int commands, long nanos);
  }

  private final LedgerStore store;
  private final Clock clock;
  private final LongSupplier nanos;
  private final Observer observer;
  private final LinkedBlockingQueue<Work> queue = new LinkedBlockingQueue<>();
  private final Backlog backlog;
  private final ExecutorService completions;
  private final Thread thread;
  private volatile boolean stopping;
  private @Nullable LedgerState state;
  private long lastTimeMs;

  private sealed interface Work {
    CompletableFuture<?> answer();

    /** Whether it may be turned away. */
    boolean opens();
  }

  private record Asked<T>(Question<T> question, CompletableFuture<T> answer) implements Work {
    @Override
    public boolean opens() {
      return true;
    }
  }

  private record Pending(Command command, @Nullable BooleanSupplier cancelled, long deadlineNanos, CompletableFuture<Result> answer) implements Work {
    @Override
    public boolean opens() {
      return switch (command) {
        case Command.Admit admit -> true;
        case Command.NextAttempt next -> true;
        case Command.Deny deny -> true;
        case Command.Grant grant -> true;
        case Command.Settle settle -> false;
        case Command.Abandon abandon -> false;
        case Command.Journal journal -> false;
        case Command.Sweep sweep -> false;
        case Command.Activate activate -> false;
      };
    }

    boolean given(long nowNanos) {
      return cancelled != null && (cancelled.getAsBoolean() || nowNanos - deadlineNanos > 0);
    }
  }

  private record Answered(Pending pending, Result result) {}

  /** @param loaded sees the state before the first command, on the caller's thread */
  public GroupCommitLane(LedgerStore store, Clock clock, Observer observer, Consumer<LedgerState> loaded) {
    this(store, clock, System::nanoTime, observer, loaded);
  }

  /** @param nanos as System.nanoTime */
  GroupCommitLane(LedgerStore store, Clock clock, LongSupplier nanos, Observer observer, Consumer<LedgerState> loaded) {
    this.store = store;
    this.clock = clock;
    this.nanos = nanos;
    this.backlog = new Backlog(LARGEST_BATCH, LARGEST_QUEUE, nanos);
    this.observer = observer;
    LedgerState first = store.load(clock.millis());
    this.state = first;
    this.lastTimeMs = store.lastTimeMs();
    loaded.accept(first);
    this.completions = Executors.newSingleThreadExecutor(Thread.ofPlatform().name("ledger-answers").daemon().factory());
    this.thread = Thread.ofPlatform().name("ledger-lane").start(this::run);
  }

  @Override
  public CompletableFuture<Result> submit(Command command) {
    Pending pending = new Pending(command, null, 0, new CompletableFuture<>());
    enqueue(pending);
    return pending.answer;
  }

  @Override
  public CompletableFuture<Result> submit(Command command, BooleanSupplier cancelled, long deadlineNanos) {
    Pending pending = new Pending(command, cancelled, deadlineNanos, new CompletableFuture<>());
    if (pending.opens() && backlog.waitNanos() > deadlineNanos - nanos.getAsLong()) {
      pending.answer.completeExceptionally(new LedgerUnavailable("the ledger has more to do than it can before this request's deadline"));
    } else {
      enqueue(pending);
    }
    return pending.answer;
  }

  @Override
  public <T> CompletableFuture<T> ask(Question<T> question) {
    Asked<T> asked = new Asked<>(question, new CompletableFuture<>());
    enqueue(asked);
    return asked.answer;
  }

  private void enqueue(Work work) {
    if (stopping) {
      work.answer().completeExceptionally(new LedgerUnavailable("the ledger is closing"));
    } else if (work.opens() && backlog.isFull()) {
      work.answer().completeExceptionally(new LedgerUnavailable("the ledger has more to do than it can queue"));
    } else {
      backlog.added();
      queue.add(work);
    }
  }

  private void run() {
    List<Work> batch = new ArrayList<>(LARGEST_BATCH);
    while (true) {
      try {
        Work first = queue.poll(100, TimeUnit.MILLISECONDS);
        if (first == null) {
          if (stopping) {
            return;
          }
          continue;
        }
        batch.add(first);
        queue.drainTo(batch, LARGEST_BATCH - 1);
        backlog.begun(batch.size());
        process(batch);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (RuntimeException e) {
        LOG.error("the ledger failed; it is read again from its store", e);
        state = null;
        fail(batch, e);
      } finally {
        if (!batch.isEmpty()) {
          backlog.ended();
          batch.clear();
        }
      }
    }
  }

  private void process(List<Work> batch) {
    List<Pending> wanted = new ArrayList<>(batch.size());
    long nowNanos = nanos.getAsLong();
    for (Work work : batch) {
      switch (work) {
        // Before the batch is decided: the state says what is committed, and no more.
        case Asked<?> asked -> look(asked);
        case Pending pending -> {
          if (pending.given(nowNanos)) {
            answer(() -> pending.answer.completeExceptionally(new LedgerUnavailable("nobody waits for this any more")));
          } else {
            wanted.add(pending);
          }
        }
      }
    }
    while (!wanted.isEmpty()) {
      Pending poison = decideAndCommit(wanted);
      if (poison == null) {
        return;
      }
      wanted.remove(poison);
    }
  }

  private <T> void look(Asked<T> asked) {
    try {
      T seen = asked.question.of(current(), Math.max(lastTimeMs, clock.millis()));
      answer(() -> asked.answer.complete(seen));
    } catch (RuntimeException e) {
      answer(() -> asked.answer.completeExceptionally(e));
    }
  }

  /** @return a command that cannot be decided: a bug; the batch was not committed and is to be decided again without it */
  private @Nullable Pending decideAndCommit(List<Pending> wanted) {
    long started = System.nanoTime();
    LedgerState current = current();
    long now = Math.max(lastTimeMs, clock.millis());
    List<Change> changes = new ArrayList<>(wanted.size() * 6);
    List<Answered> answers = new ArrayList<>(wanted.size());
    for (Pending pending : wanted) {
      try {
        Decision decision = LedgerCore.apply(current, pending.command, now);
        changes.addAll(decision.changes());
        answers.add(new Answered(pending, decision.result()));
      } catch (RuntimeException bug) {
        LOG.error("a command that cannot be decided: {}", pending.command.getClass().getSimpleName(), bug);
        state = null;
        answer(() -> pending.answer.completeExceptionally(bug));
        return pending;
      }
    }
    if (!changes.isEmpty()) {
      store.commit(changes, now);
    }
    lastTimeMs = now;
    observer.committed(wanted.size(), System.nanoTime() - started);
    answer(() -> answers.forEach(this::complete));
    return null;
  }

  private LedgerState current() {
    LedgerState known = state;
    if (known == null) {
      known = store.load(clock.millis());
      state = known;
    }
    return known;
  }

  private void complete(Answered answered) {
    Pending pending = answered.pending;
    if (pending.cancelled != null && pending.cancelled.getAsBoolean() && answered.result instanceof Result.Held held) {
      submit(new Command.Abandon(held.id()));
      pending.answer.cancel(false);
      return;
    }
    pending.answer.complete(answered.result);
  }

  private void fail(List<Work> batch, RuntimeException cause) {
    LedgerUnavailable unavailable = cause instanceof LedgerUnavailable known ? known : new LedgerUnavailable("the ledger failed", cause);
    List<Work> failed = List.copyOf(batch);
    answer(() -> failed.forEach(work -> work.answer().completeExceptionally(unavailable)));
  }

  private void answer(Runnable completion) {
    completions.execute(
        () -> {
          try {
            completion.run();
          } catch (RuntimeException e) {
            LOG.error("an answer could not be given", e);
          }
        });
  }

  /** Decides what is queued, then stops. The store stays open. */
  @Override
  public void close() {
    stopping = true;
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
