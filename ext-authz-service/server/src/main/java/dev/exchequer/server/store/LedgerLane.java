package dev.exchequer.server.store;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.LedgerState;
import dev.exchequer.ledger.Result;
import dev.exchequer.selection.RequestFacts;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The one way to change the ledger: commands queue, a batch is decided and committed together, and an answer is given only after COMMIT.
 *
 * <p>Never blocks the caller. A future completes on the lane's completion thread: continue with non-blocking work only.
 */
public interface LedgerLane {

  /**
   * @return completes with the durable result, or exceptionally with {@link LedgerUnavailable} when the store cannot commit or the lane is shut down
   */
  CompletableFuture<Result> submit(Command command);

  /**
   * As {@link #submit(Command)}, for a caller that may leave: when `cancelled` is true before the batch is decided the command is dropped (nothing
   * happens, the future is cancelled); when it is true only after COMMIT, a Held result is followed by its own Abandon.
   *
   * @param deadlineNanos by System.nanoTime(); a hold that would be decided later is dropped with {@link LedgerUnavailable}
   */
  CompletableFuture<Result> submit(Command command, BooleanSupplier cancelled, long deadlineNanos);

  /** Looks at what is committed, on the thread that owns the state; changes nothing and keeps nothing of it. */
  interface Question<T> {
    /** @param nowMs ledger time */
    T of(LedgerState state, long nowMs);

    /** The request that it is about. A ledger that is not in memory as a whole answers only what is about a request or a balance. */
    default @Nullable RequestFacts about() {
      return null;
    }

    /** The balance that it is about. */
    default @Nullable ObjectName balance() {
      return null;
    }
  }

  /**
   * Asks without writing.
   *
   * @return completes with the answer, or exceptionally with {@link LedgerUnavailable}
   */
  default <T> CompletableFuture<T> ask(Question<T> question) {
    return CompletableFuture.failedFuture(new LedgerUnavailable("this ledger answers commands only"));
  }

  /** The ledger cannot answer now; nothing was acknowledged. */
  final class LedgerUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LedgerUnavailable(String message, Throwable cause) {
      super(message, cause);
    }

    public LedgerUnavailable(String message) {
      super(message);
    }
  }
}
