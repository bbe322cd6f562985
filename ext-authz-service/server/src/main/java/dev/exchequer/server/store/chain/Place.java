package dev.exchequer.server.store.chain;

/**
 * Where a record stands: nothing can stand there but it. Also the head of a chain: where its last record stands.
 *
 * @param chain which one, an id within its ledger
 * @param number dense from 1; 0 = before the first
 */
public record Place(int chain, long number, Hash hash) {
  public Place {
    if (number < 0) {
      throw new IllegalArgumentException("no number of a chain: " + number);
    }
  }
}
