package dev.exchequer.server.store;

import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits for a ledger, and the batches that are made of it: a batch is whatever queued during the last commit, no lingering. Anybody adds; one thread takes
 * turns. {@link GroupCommitLane} gives it that thread.
 *
 * <p>What opens something (admissions, holds, refusals, grants, questions) is turned away when too much of it waits, and a hold also when its answer would come
 * after its deadline. What ends something is always taken: there is no more of it than there are holds.
 */
final class CommitQueue implements LedgerLane {
  private static final Logger LOG = LoggerFactory.getLogger(CommitQueue.class);
  private static final int LARGEST_BATCH = 1024;
  private static final int LARGEST_QUEUE = 20_000;

  private final BatchLedger ledger;
  private final LongSupplier nanos;
  private final GroupCommitLane.Observer observer;
  private final Executor completions;
  private final LinkedBlockingQueue<Work> queue = new LinkedBlockingQueue<>();
  private final Backlog backlog;
  private final List<Work> batch = new ArrayList<>(LARGEST_BATCH);
  private volatile boolean stopping;

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
        case Command.Administer administer -> true;
        case Command.AlertTried tried -> true;
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

  /**
   * @param nanos as System.nanoTime
   * @param completions where answers are given, in this order
   */
  CommitQueue(BatchLedger ledger, LongSupplier nanos, GroupCommitLane.Observer observer, Executor completions) {
    this.ledger = ledger;
    this.nanos = nanos;
    this.observer = observer;
    this.completions = completions;
    this.backlog = new Backlog(LARGEST_BATCH, LARGEST_QUEUE, nanos);
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

  /**
   * Decides one batch of what waits.
   *
   * @param patienceMs how long to wait for something
   * @return whether there was anything
   */
  boolean turn(long patienceMs) throws InterruptedException {
    Work first = queue.poll(patienceMs, TimeUnit.MILLISECONDS);
    if (first == null) {
      return false;
    }
    try {
      batch.add(first);
      queue.drainTo(batch, LARGEST_BATCH - 1);
      backlog.begun(batch.size());
      process();
    } catch (RuntimeException e) {
      LOG.error("the ledger failed", e);
      ledger.forget();
      backlog.ended();
      fail(batch, e);
    } finally {
      backlog.ended();
      batch.clear();
    }
    return true;
  }

  /** Nothing is taken any more; what waits is still decided. */
  void stop() {
    stopping = true;
  }

  boolean stopped() {
    return stopping;
  }

  private void process() {
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
    if (!wanted.isEmpty()) {
      decide(wanted);
    }
  }

  private <T> void look(Asked<T> asked) {
    try {
      T seen = ledger.ask(asked.question);
      answer(() -> asked.answer.complete(seen));
    } catch (RuntimeException e) {
      answer(() -> asked.answer.completeExceptionally(e));
    }
  }

  private void decide(List<Pending> wanted) {
    long started = nanos.getAsLong();
    List<BatchLedger.Answer> answers = ledger.decide(wanted.stream().map(Pending::command).toList());
    backlog.ended(); // before the answers: who gets one may come back at once
    int decided = (int) answers.stream().filter(answer -> answer.result() != null).count();
    if (decided > 0) {
      observer.committed(decided, nanos.getAsLong() - started);
    }
    answer(
        () -> {
          for (int i = 0; i < wanted.size(); i++) {
            complete(wanted.get(i), answers.get(i));
          }
        });
  }

  private void complete(Pending pending, BatchLedger.Answer answer) {
    Result result = answer.result();
    if (result == null) {
      pending.answer.completeExceptionally(Objects.requireNonNull(answer.failure()));
    } else if (pending.cancelled != null && pending.cancelled.getAsBoolean() && result instanceof Result.Held held) {
      submit(new Command.Abandon(held.id()));
      pending.answer.cancel(false);
    } else {
      pending.answer.complete(result);
    }
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
}
