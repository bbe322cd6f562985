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

/** An open ledger with the tests' small world as its policy. */
public final class OpenLedger implements AutoCloseable {
  public final World world;
  public final LedgerHome home;
  public final LedgerLane lane;
  public final LedgerReads reads;

  /** In a folder, on SQLite. */
  public OpenLedger(Path data, World world) {
    this(data, world, Clock.systemUTC());
  }

  public OpenLedger(Path data, World world, Clock clock) {
    this(data, world, world.policy(), clock);
  }

  private OpenLedger(Path data, World world, Policy policy, Clock clock) {
    this(SqliteHome.open(data, bytes -> policy, clock, GroupCommitLane.Observer.NONE), world, policy);
  }

  /** @param policy what the home decodes every policy to */
  public OpenLedger(LedgerHome home, World world, Policy policy) {
    this.world = world;
    this.home = home;
    this.lane = home.lane();
    this.reads = home.reads();
    home.remember(policy.digest(), policy.digest().getBytes(StandardCharsets.UTF_8));
    lane.submit(new Command.Activate(policy)).join();
    world.apply(new Command.Activate(policy));
    world.now = System.currentTimeMillis();
  }

  public LedgerState loaded() {
    return home.loaded();
  }

  public CompletableFuture<Result> admit(String id) {
    return lane.submit(new Command.Admit(world.facts(id, "", null), ProviderView.ALL_WELL));
  }

  public CompletableFuture<Result> settle(String id) {
    return lane.submit(new Command.Settle(new HoldId(id, 1), World.ok(20, 10), ProviderView.ALL_WELL));
  }

  @Override
  public void close() {
    home.close();
  }
}
