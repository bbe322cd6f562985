package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.LedgerState;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.policy.Policy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that hangs: what opens something is refused at once, what ends something is kept. */
class GroupCommitLaneTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final int MOST_WAITING = 20_000;

  @TempDir Path data;

  private final World world = new World();
  private final AtomicLong nanos = new AtomicLong();

  @Test
  void aHoldThatWouldComeTooLateIsRefusedAtOnceAndASettlementNever() throws Exception {
    try (SqliteStore sqlite = open();
        Gate gate = new Gate(sqlite);
        GroupCommitLane lane = lane(gate)) {
      activate(sqlite, lane);
      Result held = admit(lane, "first", 2 * SECOND).join();
      assertThat(held).isInstanceOf(Result.Held.class);

      gate.shut();
      CompletableFuture<Result> granted = grant(lane, "k1");
      gate.awaitCommit();
      nanos.addAndGet(10 * SECOND);

      CompletableFuture<Result> late = admit(lane, "late", 2 * SECOND);
      assertThat(late).as("nobody waits for the disk").isCompletedExceptionally();
      assertThatThrownBy(late::join).hasRootCauseInstanceOf(LedgerLane.LedgerUnavailable.class).hasMessageContaining("before this request's deadline");
      CompletableFuture<Result> settled = lane.submit(new Command.Settle(new HoldId("first", 1), World.ok(20, 10), ProviderView.ALL_WELL));
      assertThat(settled).isNotDone();
      CompletableFuture<Result> patient = admit(lane, "patient", 100 * SECOND);
      assertThat(patient).as("there is time for it").isNotDone();

      gate.open();
      assertThat(granted.get(30, TimeUnit.SECONDS)).isInstanceOf(Result.Granted.class);
      assertThat(settled.get(30, TimeUnit.SECONDS)).isInstanceOfSatisfying(Result.Settled.class, answer -> assertThat(answer.known()).isTrue());
      assertThat(patient.get(30, TimeUnit.SECONDS)).isInstanceOf(Result.Held.class);
    }
  }

  @Test
  void aDiskThatHungAndIsWellAgainIsUsedAtOnce() throws Exception {
    try (SqliteStore sqlite = open();
        Gate gate = new Gate(sqlite);
        GroupCommitLane lane = lane(gate)) {
      activate(sqlite, lane);
      gate.shut();
      CompletableFuture<Result> granted = grant(lane, "k1");
      gate.awaitCommit();
      nanos.addAndGet(60 * SECOND);
      gate.open();
      granted.get(30, TimeUnit.SECONDS);
      lane.submit(new Command.Sweep()).get(30, TimeUnit.SECONDS); // the batch before this one is over, this one is answered and may still be ending
      assertThat(heldOnceIdle(lane)).isInstanceOf(Result.Held.class);
    }
  }

  /** An answer is given just before its batch ends: asks again until the lane has nothing to do. */
  private Result heldOnceIdle(GroupCommitLane lane) throws Exception {
    long end = System.nanoTime() + 30 * SECOND;
    while (true) {
      try {
        return admit(lane, "after", 2 * SECOND).get(30, TimeUnit.SECONDS);
      } catch (java.util.concurrent.ExecutionException turnedAway) {
        if (System.nanoTime() > end) {
          throw turnedAway;
        }
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void withAFullQueueWhatOpensIsRefusedAndWhatEndsIsKept() throws Exception {
    try (SqliteStore sqlite = open();
        Gate gate = new Gate(sqlite);
        GroupCommitLane lane = lane(gate)) {
      activate(sqlite, lane);
      assertThat(admit(lane, "first", 2 * SECOND).join()).isInstanceOf(Result.Held.class);
      gate.shut();
      CompletableFuture<Result> granted = grant(lane, "k1");
      gate.awaitCommit();
      for (int i = 0; i < MOST_WAITING; i++) {
        assertThat(lane.ask((state, nowMs) -> nowMs)).isNotDone();
      }
      for (CompletableFuture<?> opens : List.of(lane.ask((state, nowMs) -> nowMs), grant(lane, "k2"), admit(lane, "second", 1_000 * SECOND))) {
        assertThatThrownBy(opens::join).hasRootCauseInstanceOf(LedgerLane.LedgerUnavailable.class).hasMessageContaining("more to do than it can queue");
      }
      CompletableFuture<Result> settled = lane.submit(new Command.Settle(new HoldId("first", 1), World.ok(20, 10), ProviderView.ALL_WELL));
      CompletableFuture<Result> line = lane.submit(new Command.Journal(new Command.JournalPosition("hops.jsonl", 1, 1, 1), new Command.JournalEvent.Nothing()));
      CompletableFuture<Result> swept = lane.submit(new Command.Sweep());
      CompletableFuture<Result> abandoned = lane.submit(new Command.Abandon(new HoldId("first", 1)));

      gate.open();
      assertThat(granted.get(30, TimeUnit.SECONDS)).isInstanceOf(Result.Granted.class);
      assertThat(settled.get(30, TimeUnit.SECONDS)).isInstanceOfSatisfying(Result.Settled.class, answer -> assertThat(answer.known()).isTrue());
      for (CompletableFuture<Result> ends : List.of(line, swept, abandoned)) {
        assertThat(ends.get(30, TimeUnit.SECONDS)).isInstanceOf(Result.Done.class);
      }
    }
  }

  private SqliteStore open() {
    Policy policy = world.policy();
    return SqliteStore.open(data, bytes -> policy);
  }

  private GroupCommitLane lane(LedgerStore store) {
    return new GroupCommitLane(store, Clock.systemUTC(), nanos::get, GroupCommitLane.Observer.NONE, state -> {});
  }

  private void activate(SqliteStore sqlite, GroupCommitLane lane) {
    Policy policy = world.policy();
    sqlite.remember(policy.digest(), policy.digest().getBytes(StandardCharsets.UTF_8));
    lane.submit(new Command.Activate(policy)).join();
    world.apply(new Command.Activate(policy));
    world.now = System.currentTimeMillis();
  }

  private static CompletableFuture<Result> grant(GroupCommitLane lane, String key) {
    return lane.submit(new Command.Grant(World.CREDIT, 5, "jane", "a gift", key));
  }

  private CompletableFuture<Result> admit(GroupCommitLane lane, String id, long patience) {
    return lane.submit(new Command.Admit(world.facts(id, "", null), ProviderView.ALL_WELL), () -> false, nanos.get() + patience);
  }

  /** A store whose commits wait while it is shut. */
  private static final class Gate implements LedgerStore {
    private final LedgerStore store;
    private final CountDownLatch entered = new CountDownLatch(1);
    private volatile CountDownLatch gate = new CountDownLatch(0);

    Gate(LedgerStore store) {
      this.store = store;
    }

    void shut() {
      gate = new CountDownLatch(1);
    }

    void open() {
      gate.countDown();
    }

    void awaitCommit() throws InterruptedException {
      assertThat(entered.await(30, TimeUnit.SECONDS)).isTrue();
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
      CountDownLatch now = gate;
      if (now.getCount() > 0) {
        entered.countDown();
        try {
          assertThat(now.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      store.commit(changes, nowMs);
    }

    @Override
    public void close() {
      open();
    }
  }
}
