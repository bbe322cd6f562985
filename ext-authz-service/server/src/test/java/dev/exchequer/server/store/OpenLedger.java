package dev.exchequer.server.store;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.LedgerState;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.policy.Policy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/** A ledger in a folder with the tests' small world as its policy. */
final class OpenLedger implements AutoCloseable {
  final World world;
  final SqliteStore store;
  final GroupCommitLane lane;
  final SqliteReads reads;
  private final AtomicReference<LedgerState> loaded = new AtomicReference<>();

  OpenLedger(Path data, World world) {
    this.world = world;
    Policy policy = world.policy();
    this.store = SqliteStore.open(data, bytes -> policy);
    this.lane = new GroupCommitLane(store, Clock.systemUTC(), GroupCommitLane.Observer.NONE, loaded::set);
    this.reads = new SqliteReads(store);
    store.remember(policy.digest(), policy.digest().getBytes(StandardCharsets.UTF_8));
    lane.submit(new Command.Activate(policy)).join();
    world.apply(new Command.Activate(policy));
    world.now = System.currentTimeMillis();
  }

  LedgerState loaded() {
    return java.util.Objects.requireNonNull(loaded.get());
  }

  CompletableFuture<Result> admit(String id) {
    return lane.submit(new Command.Admit(world.facts(id, "", null), ProviderView.ALL_WELL));
  }

  CompletableFuture<Result> settle(String id) {
    return lane.submit(new Command.Settle(new HoldId(id, 1), World.ok(20, 10), ProviderView.ALL_WELL));
  }

  @Override
  public void close() {
    reads.close();
    lane.close();
    store.close();
  }
}
