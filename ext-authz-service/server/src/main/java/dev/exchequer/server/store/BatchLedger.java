package dev.exchequer.server.store;

import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.Result;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a lane decides its batches with: one state in memory over a store of its own, or rows of a database that replicas share. Used by the lane's thread only. */
public interface BatchLedger {

  /**
   * Decides commands in this order and makes them durable. What is given is committed; of what failed nothing is.
   *
   * @return an answer for each command, in the same order
   */
  List<Answer> decide(List<Command> commands);

  /**
   * Looks at what is committed.
   *
   * @throws LedgerLane.LedgerUnavailable if it cannot be read
   */
  <T> T ask(LedgerLane.Question<T> question);

  /** Something failed that should not have: nothing in memory is believed any more. */
  void forget();

  /** Exactly one of the two: the durable result, or why there is none. */
  record Answer(@Nullable Result result, @Nullable RuntimeException failure) {
    public Answer {
      if ((result == null) == (failure == null)) {
        throw new IllegalArgumentException("an answer is a result or a failure");
      }
    }

    public static Answer given(Result result) {
      return new Answer(result, null);
    }

    public static Answer failed(RuntimeException failure) {
      return new Answer(null, failure);
    }
  }
}
