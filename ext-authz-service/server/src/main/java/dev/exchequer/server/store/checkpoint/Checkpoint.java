package dev.exchequer.server.store.checkpoint;

import dev.exchequer.server.store.chain.Hash;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where every chain of a ledger ended at a moment, what every balance came to, and how far details of old receipts had been removed.
 *
 * @param ledger its id, made once for each ledger
 * @param timeMs ledger time of its last commit then, milliseconds since the epoch
 * @param pruned null = nothing was removed, or it was written by a version that did not write it down
 */
public record Checkpoint(String ledger, long timeMs, List<Head> heads, List<Sum> sums, @Nullable Pruned pruned) {
  public Checkpoint {
    heads = List.copyOf(heads);
    sums = List.copyOf(sums);
  }

  /** @param number of its last record, 0 = it had none */
  public record Head(int chain, String writer, long epoch, long number, Hash hash) {}

  /**
   * @param sequence of the balance's last entry, 0 = it had none
   * @param posted nano-units after it
   */
  public record Sum(String balance, String unit, long sequence, long posted) {}

  /**
   * The last pruning, over or not: its hash covers those before it.
   *
   * @param pruning its number
   * @param receipts how many it had shortened by then
   * @param hash over what it had left by then
   */
  public record Pruned(long pruning, long receipts, Hash hash) {}
}
