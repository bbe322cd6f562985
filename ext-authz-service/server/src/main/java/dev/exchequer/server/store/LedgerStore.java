package dev.exchequer.server.store;

import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.LedgerState;
import java.util.Collection;

/** Where the ledger is kept. One writer at a time; used by the lane's thread only. The seam for stores that replicas share. */
public interface LedgerStore extends AutoCloseable {

  /**
   * Reads the state as the last commit left it.
   *
   * @param nowMs wall clock; the state's time is never before what was stored
   */
  LedgerState load(long nowMs);

  /** Ledger time of the last commit. */
  long lastTimeMs();

  /**
   * Writes the changes of a batch in one transaction. When it returns they survive any crash; when it throws, none of them is stored.
   *
   * @param nowMs ledger time of the batch
   */
  void commit(Collection<Change> changes, long nowMs);

  @Override
  void close();
}
