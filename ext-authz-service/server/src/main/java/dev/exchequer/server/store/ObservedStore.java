package dev.exchequer.server.store;

import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.LedgerState;
import java.util.Collection;
import java.util.function.Consumer;

/** A store that tells of what it made durable: {@link GroupCommitLane.Observer#stored}. */
final class ObservedStore implements LedgerStore {
  private final LedgerStore store;
  private final Consumer<Change> stored;

  /** @param stored sees each change after its commit, in order */
  ObservedStore(LedgerStore store, Consumer<Change> stored) {
    this.store = store;
    this.stored = stored;
  }

  @Override
  public LedgerState load(long nowMs) {
    return store.load(nowMs);
  }

  @Override
  public long lastTimeMs() {
    return store.lastTimeMs();
  }

  @Override
  public void commit(Collection<Change> changes, long nowMs) {
    store.commit(changes, nowMs);
    changes.forEach(stored);
  }

  @Override
  public void close() {
    store.close();
  }
}
