package dev.exchequer.server.store.postgres;

import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.Result;
import dev.exchequer.server.store.GroupCommitLane;
import dev.exchequer.server.store.LedgerLane;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** One replica's lane to a ledger that others write too: the queue, deadlines and answers of {@link GroupCommitLane}, decisions by {@link SharedLedger}. */
final class SharedLane implements LedgerLane, AutoCloseable {
  private final SharedLedger ledger;
  private final GroupCommitLane lane;

  SharedLane(SharedLedger ledger, GroupCommitLane.Observer observer) {
    this.ledger = ledger;
    this.lane = new GroupCommitLane(ledger, observer);
  }

  @Override
  public CompletableFuture<Result> submit(Command command) {
    return lane.submit(command);
  }

  @Override
  public CompletableFuture<Result> submit(Command command, BooleanSupplier cancelled, long deadlineNanos) {
    return lane.submit(command, cancelled, deadlineNanos);
  }

  @Override
  public <T> CompletableFuture<T> ask(Question<T> question) {
    return lane.ask(question);
  }

  /** Decides what is queued, then stops. */
  @Override
  public void close() {
    lane.close();
    ledger.close();
  }
}
