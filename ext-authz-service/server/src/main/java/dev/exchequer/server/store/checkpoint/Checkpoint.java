package dev.exchequer.server.store.checkpoint;

import dev.exchequer.server.store.chain.Hash;
import java.util.List;

/**
 * Where every chain of a ledger ended at a moment, and what every balance came to.
 *
 * @param ledger its id, made once for each ledger
 * @param timeMs ledger time of its last commit then, milliseconds since the epoch
 */
public record Checkpoint(String ledger, long timeMs, List<Head> heads, List<Sum> sums) {
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
}
