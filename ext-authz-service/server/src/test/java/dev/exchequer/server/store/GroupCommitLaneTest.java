package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that hangs: what opens something is refused at once, what ends something is kept. */
class GroupCommitLaneTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  @TempDir Path data;

  private final World world = new World();
  private final AtomicLong nanos = new AtomicLong();

  @Test
  void aHoldThatWouldComeTooLateIsRefusedAtOnceAndASettlementNever() throws Exception {
    Policy policy = world.policy();
    try (SqliteStore sqlite = SqliteStore.open(data, bytes -> policy);
        Gate gate = new Gate(sqlite);
        GroupCommitLane lane = new GroupCommitLane(gate, Clock.systemUTC(), nanos::get, GroupCommitLane.Observer.NONE, state -> {})) {
      sqlite.remember(policy.digest(), policy.digest().getBytes(StandardCharsets.UTF_8));
      lane.submit(new Command.Activate(policy)).join();
      world.apply(new Command.Activate(policy));
      world.now = System.currentTimeMillis();
      Result held = admit(lane, "first", 2 * SECOND).join();
      assertThat(held).isInstanceOf(Result.Held.class);

      gate.shut();
      ObjectName wallet = policy.balances().keySet().iterator().next();
      CompletableFuture<Result> granted = lane.submit(new Command.Grant(wallet, 5, "jane", "a gift", "k1"));
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
