package dev.exchequer.server.store.prune;

import dev.exchequer.server.store.chain.Hash;
import org.jspecify.annotations.Nullable;

/**
 * One time that details of receipts went.
 *
 * @param id dense from 1
 * @param actor who did it, as people read it after "removed by"
 * @param begunMs milliseconds since the epoch
 * @param beforeMs the limit: receipts of requests that came before it
 * @param endedMs null = it runs, or the process ended with it
 * @param receipts how many
 * @param lastTimeMs of the last of them; null = of none yet
 * @param hash over what it left
 */
public record Pruning(
    long id, String actor, long begunMs, long beforeMs, State state, @Nullable Long endedMs, long receipts, @Nullable Long lastTimeMs, @Nullable String lastReceipt, Hash hash) {
  /** How far it came. */
  public enum State {
    RUNNING("Running"),
    DONE("Done"),
    /** It ended before its limit was reached: what it left undone is the next one's. */
    BROKEN_OFF("BrokenOff");

    private final String text;

    State(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }

    static State of(String text) {
      for (State state : values()) {
        if (state.text.equals(text)) {
          return state;
        }
      }
      throw new IllegalStateException("no state of a pruning: " + text);
    }
  }

  Pruning further(long more, long timeMs, String receipt, Hash sum) {
    return new Pruning(id, actor, begunMs, beforeMs, state, endedMs, receipts + more, timeMs, receipt, sum);
  }

  Pruning ended(State as, long atMs) {
    return new Pruning(id, actor, begunMs, beforeMs, as, atMs, receipts, lastTimeMs, lastReceipt, hash);
  }
}
