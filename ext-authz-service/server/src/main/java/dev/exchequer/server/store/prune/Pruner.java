package dev.exchequer.server.store.prune;

import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Takes the details of old receipts away, beside a ledger in use. Blocking: not for gRPC threads. */
public interface Pruner {
  /** The shortest time for which receipts are kept whole: a request may run for long, and support asks about yesterday. */
  long SHORTEST_MS = 24L * 60 * 60 * 1000;

  /**
   * What would go; nothing is changed.
   *
   * @param beforeMs receipts of requests that came before it, milliseconds since the epoch
   */
  Preview preview(long beforeMs);

  /** Newest first. */
  List<Pruning> prunings(int limit);

  /** The latest limit that may be asked for: a day before now, by the clock or by ledger time, whichever is earlier. */
  long latestLimit();

  /**
   * Begins to take them away. The record of it is durable when this returns, also if nothing has gone yet.
   *
   * @param actor as people read it after "removed by"
   * @return empty if there is nothing to take away
   * @throws Busy if somebody else does it now
   * @throws IllegalArgumentException if the limit is later than {@link #latestLimit}
   * @throws dev.exchequer.server.store.LedgerLane.LedgerUnavailable if the ledger cannot be read or written
   */
  Optional<Run> begin(String actor, long beforeMs);

  /** One that was begun; closed when it is over. */
  interface Run extends AutoCloseable {
    /** As it is recorded now. */
    Pruning pruning();

    /**
     * Goes on until the limit is reached.
     *
     * @param stop asked before each batch: what went until then stays gone, and the rest is the next one's
     * @return how it ended
     * @throws dev.exchequer.server.store.LedgerLane.LedgerUnavailable if the ledger cannot be written: a batch is gone whole or not at all
     */
    Pruning toEnd(BooleanSupplier stop);

    @Override
    void close();
  }

  /** @param oldestMs when the request of the oldest came; null = there is none */
  record Preview(long beforeMs, long receipts, @Nullable Long oldestMs, @Nullable Long newestMs) {}

  /** Somebody else does it now. */
  final class Busy extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Busy() {
      super("details of receipts are being removed already: ask again when that is done");
    }
  }
}
