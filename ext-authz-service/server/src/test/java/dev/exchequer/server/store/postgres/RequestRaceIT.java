package dev.exchequer.server.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.money.Money;
import dev.exchequer.server.store.OpenLedger;
import dev.exchequer.server.store.SetClock;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A request that was promised another attempt, which comes after two leases, in the moment in which another replica closes what did not come: what its row's lock is
 * for. Read without it, the one that waits decides by the request as it was before the other one.
 */
class RequestRaceIT {
  private static final long LEASE_MS = 60_000;

  private final String url = PostgresServer.shared().database();
  private final SetClock clock = new SetClock(System.currentTimeMillis());
  private final FlakySessions ownersSessions = new FlakySessions(url, "owner");
  private final FlakySessions sweepersSessions = new FlakySessions(url, "sweeper");
  private final OpenLedger owner = PostgresServer.open(url, "owner", world(), ownersSessions, clock);
  private final OpenLedger sweeper = PostgresServer.open(url, "sweeper", world(), sweepersSessions, clock);

  /** Envoy may be told to try for so long. */
  private static World world() {
    World world = new World();
    world.giveUpAfterMs = 900_000;
    return world;
  }

  @BeforeEach
  void promised() {
    owner.world.now = clock.millis();
    assertThat(owner.admit("r").join()).isInstanceOf(Result.Held.class);
    Result settled = owner.lane.submit(new Command.Settle(new HoldId("r", 1), World.status(503), ProviderView.ALL_WELL)).join();
    assertThat(((Result.Settled) settled).next()).isTrue();
    clock.forward(2 * LEASE_MS);
  }

  @AfterEach
  void close() {
    ownersSessions.wake();
    sweepersSessions.wake();
    owner.close();
    sweeper.close();
  }

  private CompletableFuture<Result> next() {
    return owner.lane.submit(new Command.NextAttempt(new HoldId("r", 2), ProviderView.ALL_WELL));
  }

  private CompletableFuture<Result> sweep() {
    return sweeper.lane.submit(new Command.Sweep());
  }

  /** A session waits for a row; the one that has it is stopped before its COMMIT. */
  private void awaitWaiting() {
    String waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    for (long until = System.nanoTime() + 2_500_000_000L; PostgresServer.number(url, waiting) == 0; Thread.onSpinWait()) {
      assertThat(System.nanoTime()).as("somebody waits for a row").isLessThan(until);
    }
  }

  @Test
  void anAttemptThatCameFirstIsNotClosed() throws Exception {
    ownersSessions.next(FlakySessions.Fault.PAUSE);
    CompletableFuture<Result> next = next();
    ownersSessions.awaitPause();
    CompletableFuture<Result> sweep = sweep();
    awaitWaiting();
    ownersSessions.wake();
    assertThat(next.join()).isInstanceOf(Result.Held.class);
    assertThat(sweep.join()).isInstanceOf(Result.Done.class);

    assertThat(sweeper.reads.receipt("r")).as("it runs").isEmpty();
    Result settled = owner.lane.submit(new Command.Settle(new HoldId("r", 2), World.ok(20, 10), ProviderView.ALL_WELL)).join();
    assertThat(((Result.Settled) settled).chargeNanos()).isEqualTo(Money.parse("0.10003"));
    assertThat(owner.reads.receipt("r").orElseThrow()).contains("\"status\":\"Succeeded\"");
    assertThat(owner.reads.balances()).allSatisfy(balance -> assertThat(balance.held()).isZero());
  }

  @Test
  void anAttemptThatComesAfterTheEndIsRefused() throws Exception {
    sweepersSessions.next(FlakySessions.Fault.PAUSE);
    CompletableFuture<Result> sweep = sweep();
    sweepersSessions.awaitPause();
    CompletableFuture<Result> next = next();
    awaitWaiting();
    sweepersSessions.wake();
    assertThat(sweep.join()).isInstanceOf(Result.Done.class);
    assertThat(next.join()).isInstanceOfSatisfying(Result.Refused.class, refused -> assertThat(refused.ending().code()).isEqualTo("accounting_restarted"));

    assertThat(owner.reads.receipt("r").orElseThrow()).contains("\"status\":\"Failed\"");
    assertThat(owner.reads.balances()).allSatisfy(balance -> assertThat(balance.held()).isZero());
    assertThat(PostgresServer.number(url, "SELECT count(*) FROM holds")).isOne();
  }
}
