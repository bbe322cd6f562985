package dev.exchequer.server.store;

import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.LedgerState;
import dev.exchequer.ledger.Result;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** The lane's queue and batches without its threads: whoever has it takes the turns. */
public final class SteppedLane implements LedgerLane {
  private final CommitQueue queue;

  private SteppedLane(BatchLedger ledger, LongSupplier nanos, Executor answers) {
    this.queue = new CommitQueue(ledger, nanos, GroupCommitLane.Observer.NONE, answers);
  }

  /** @param loaded sees the state before the first command */
  public static SteppedLane local(LedgerStore store, Clock clock, Decider decider, LongSupplier nanos, Executor answers, Consumer<LedgerState> loaded) {
    LocalLedger ledger = new LocalLedger(store, clock, decider);
    loaded.accept(ledger.current());
    return new SteppedLane(ledger, nanos, answers);
  }

  public static SteppedLane over(BatchLedger ledger, LongSupplier nanos, Executor answers) {
    return new SteppedLane(ledger, nanos, answers);
  }

  /** @return whether there was anything to decide */
  public boolean turn() {
    try {
      return queue.turn(0);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a simulation", e);
    }
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
}
