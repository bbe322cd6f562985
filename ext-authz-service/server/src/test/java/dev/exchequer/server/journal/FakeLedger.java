package dev.exchequer.server.journal;

import dev.exchequer.ledger.Command.JournalEvent;
import dev.exchequer.ledger.Command.JournalPosition;
import dev.exchequer.ledger.Result;
import dev.exchequer.server.store.LedgerLane.LedgerUnavailable;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Keeps what was asked and what it accepted. Fails while it is told to. */
final class FakeLedger implements JournalTailer.Applier {
  record Applied(JournalPosition after, JournalEvent event) {}

  final List<Applied> asked = new CopyOnWriteArrayList<>();
  final List<Applied> applied = new CopyOnWriteArrayList<>();
  volatile boolean down;
  volatile boolean downAtOnce;
  volatile @Nullable String undecidable;

  @Override
  public CompletableFuture<Result> apply(JournalPosition after, JournalEvent event) {
    Applied now = new Applied(after, event);
    asked.add(now);
    if (downAtOnce) {
      throw new LedgerUnavailable("closed");
    }
    if (down) {
      return CompletableFuture.failedFuture(new LedgerUnavailable("disk full"));
    }
    String bad = undecidable;
    if (bad != null && event.toString().contains(bad)) {
      return CompletableFuture.failedFuture(new IllegalStateException("a bug"));
    }
    applied.add(now);
    return CompletableFuture.completedFuture(new Result.Done());
  }

  void has(int lines) {
    Eventually.is(() -> applied.size() >= lines);
  }

  List<String> requests() {
    return applied.stream().map(a -> a.event() instanceof JournalEvent.RequestEnd end ? end.request() : "-").toList();
  }
}
