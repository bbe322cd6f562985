package dev.exchequer.server.admin;

import dev.exchequer.server.store.chain.Hash;
import dev.exchequer.server.store.prune.Pruner;
import dev.exchequer.server.store.prune.Pruning;
import dev.exchequer.server.store.prune.Retention;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;

/** Receipts that are as old as a test says; what is ordered goes at once. */
final class FakePruner implements Pruner {
  static final long LATEST = 1_767_225_600_000L;

  final List<Pruning> prunings = new ArrayList<>();
  final CountDownLatch ended = new CountDownLatch(1);
  volatile long receipts;
  volatile boolean busy;

  static Retention retention(FakePruner pruner) {
    return Retention.start(pruner, Clock.systemUTC(), null);
  }

  @Override
  public Preview preview(long beforeMs) {
    return receipts == 0 ? new Preview(beforeMs, 0, null, null) : new Preview(beforeMs, receipts, LATEST - 9, LATEST - 1);
  }

  @Override
  public List<Pruning> prunings(int limit) {
    return List.copyOf(prunings);
  }

  @Override
  public long latestLimit() {
    return LATEST;
  }

  @Override
  public Optional<Run> begin(String actor, long beforeMs) {
    if (busy) {
      throw new Busy();
    }
    if (beforeMs > LATEST) {
      throw new IllegalArgumentException("details are kept for a day at least");
    }
    if (receipts == 0) {
      return Optional.empty();
    }
    Pruning begun = new Pruning(prunings.size() + 1, actor, LATEST, beforeMs, Pruning.State.RUNNING, null, 0, null, null, Hash.of(new byte[Hash.LENGTH]));
    prunings.add(begun);
    return Optional.of(
        new Run() {
          @Override
          public Pruning pruning() {
            return begun;
          }

          @Override
          public Pruning toEnd(BooleanSupplier stop) {
            return new Pruning(begun.id(), actor, LATEST, beforeMs, Pruning.State.DONE, LATEST + 1, receipts, LATEST - 1, "r1", begun.hash());
          }

          @Override
          public void close() {
            ended.countDown();
          }
        });
  }
}
