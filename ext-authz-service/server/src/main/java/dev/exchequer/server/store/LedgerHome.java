package dev.exchequer.server.store;

import dev.exchequer.ledger.LedgerState;
import dev.exchequer.server.store.prune.Pruner;
import java.util.List;
import java.util.Optional;

/** A ledger that is open, in whichever store: the lane that changes it and what is read beside it. Closed as a whole, when nobody asks any more. */
public interface LedgerHome extends AutoCloseable {
  LedgerLane lane();

  /** What the process before this one left for it: policies, attempts under way, places in the journal. Seen once, at the start. */
  LedgerState loaded();

  LedgerReads reads();

  LedgerHistory history();

  LedgerPicture.Source pictures();

  Pruner pruner();

  /** A policy's bytes, to be stored when it is activated. */
  void remember(String digest, byte[] policy);

  /** Why this process will never write again, though it runs: another one has its name. Empty while it may write. */
  default Optional<String> ended() {
    return Optional.empty();
  }

  /** What somebody has to know although it may write, in words. */
  default List<String> warnings() {
    return List.of();
  }

  @Override
  void close();
}
