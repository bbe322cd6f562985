package dev.exchequer.server.store;

import dev.exchequer.ledger.LedgerState;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.store.prune.Pruner;
import dev.exchequer.server.store.prune.SqlPruner;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The embedded ledger: a file that this process has for itself. */
public final class SqliteHome implements LedgerHome {
  private final SqliteStore store;
  private final GroupCommitLane lane;
  private final LedgerState loaded;
  private final SqliteReads reads;
  private final SqliteHistory history;
  private final SqlitePicture pictures;
  private final SqlitePruning pruning;
  private final Pruner pruner;

  private SqliteHome(SqliteStore store, Clock clock, GroupCommitLane.Observer observer) {
    List<LedgerState> first = new ArrayList<>(1);
    this.store = store;
    this.lane = new GroupCommitLane(new ObservedStore(store, observer::stored), clock, observer, first::add);
    this.loaded = first.getFirst();
    this.reads = new SqliteReads(store);
    this.history = new SqliteHistory(store);
    this.pictures = new SqlitePicture(store);
    this.pruning = new SqlitePruning(store.files());
    this.pruner = new SqlPruner(pruning, clock, SqlitePruning.RECEIPTS);
  }

  /** As {@link SqliteStore#open}. */
  public static SqliteHome open(Path data, Function<byte[], Policy> decode, Clock clock, GroupCommitLane.Observer observer) {
    SqliteStore store = SqliteStore.open(data, decode);
    try {
      return new SqliteHome(store, clock, observer);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  @Override
  public LedgerLane lane() {
    return lane;
  }

  @Override
  public LedgerState loaded() {
    return loaded;
  }

  @Override
  public LedgerReads reads() {
    return reads;
  }

  @Override
  public LedgerHistory history() {
    return history;
  }

  @Override
  public LedgerPicture.Source pictures() {
    return pictures;
  }

  SqlPruner.Door pruning() {
    return pruning;
  }

  @Override
  public Pruner pruner() {
    return pruner;
  }

  @Override
  public void remember(String digest, byte[] policy) {
    store.remember(digest, policy);
  }

  @Override
  public Optional<String> ended() {
    return store.files().place().moved();
  }

  @Override
  public void close() {
    pictures.close();
    reads.close();
    lane.close();
    store.close();
  }
}
