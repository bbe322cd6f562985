package dev.exchequer.ledger;

import dev.exchequer.fallback.Ending;
import dev.exchequer.receipt.Receipt;
import dev.exchequer.selection.RequestFacts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request between its admission and its receipt.
 *
 * @param attempt the latest
 * @param position of the hop of the latest attempt
 * @param sinceMs when the phase began
 * @param hops what its receipt will say: skipped hops and attempts that ended, in the order of the walk
 * @param lastEnding how it ends if no further attempt comes; null while its first attempt runs
 */
public record RunningRequest(
    RequestFacts facts, Phase phase, int attempt, int position, long sinceMs, List<Receipt.Hop> hops, @Nullable Ending lastEnding, @Nullable Long firstByteMs) {

  public enum Phase {
    /** The attempt's hold is active. */
    SENT,
    /** The attempt ended with next: attempt + 1 may be held. */
    MOVING_ON
  }

  public RunningRequest {
    hops = List.copyOf(hops);
  }
}
