package dev.exchequer.server.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.money.Money;
import dev.exchequer.server.store.OpenLedger;
import dev.exchequer.server.store.SetClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who may write after a takeover, a failover that lost something, or a database that was set up in an unusual way. */
class TakeoverIT {
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final String url = PostgresServer.shared().database();

  private static World world() {
    World world = new World();
    world.withConsent = false;
    return world;
  }

  private OpenLedger open(String name, SetClock clock) {
    return PostgresServer.open(url, name, world(), Sessions.of(PostgresServer.settings(url, name), "writer"), clock);
  }

  /** A standby that lagged knows nothing of the last takeover. Whoever takes over there must not get the same epoch again: two would write by it. */
  @Test
  void anEpochThatAFailoverForgotIsNeverGivenAgain() {
    try (OpenLedger first = PostgresServer.open(url, "one", world())) {
      first.admit("a").join();
      long epoch = PostgresServer.number(url, "SELECT epoch FROM writers");
      try (OpenLedger second = PostgresServer.open(url, "one", world())) {
        second.admit("b").join();
        PostgresServer.execute(url, "UPDATE writers SET epoch = " + epoch);
        try (OpenLedger third = PostgresServer.open(url, "one", world())) {
          assertThatThrownBy(() -> second.admit("c").join()).hasMessageContaining("another process has taken over the name one");
          assertThat(third.admit("d").join()).isInstanceOf(Result.Held.class);
          assertThat(second.home.ended()).as("it is not ready any more").isPresent();
          assertThat(third.home.ended()).isEmpty();
        }
      }
    }
  }

  /** Nor by a row that was deleted and made again. */
  @Test
  void aWriterWhoseRowWasMadeAgainIsFenced() {
    try (OpenLedger zombie = PostgresServer.open(url, "one", world())) {
      zombie.admit("a").join();
      PostgresServer.execute(url, "DELETE FROM writers");
      try (OpenLedger successor = PostgresServer.open(url, "one", world())) {
        assertThatThrownBy(() -> zombie.admit("b").join()).hasMessageContaining("taken over");
        assertThat(successor.admit("c").join()).isInstanceOf(Result.Held.class);
      }
    }
  }

  /** Ledger time is the latest of all clocks, so it is what a restarted replica counts its first lease by, too. */
  @Test
  void noLeaseEndsSoonAfterAStartWhateverTheClockOfAnotherReplica() {
    SetClock ahead = new SetClock(System.currentTimeMillis() + 3_600_000);
    SetClock own = new SetClock(System.currentTimeMillis());
    try (OpenLedger fast = open("fast", ahead)) {
      try (OpenLedger before = open("one", own)) {
        before.admit("running").join();
      }
      ahead.forward(61_000);
      own.forward(61_000);
      fast.lane.submit(new Command.Grant(World.CREDIT, 1, "jane", "time goes on", "k1")).join();
      try (OpenLedger again = open("one", own)) {
        again.lane.submit(new Command.Sweep()).join();
        again.lane.submit(new Command.Sweep()).join();
        assertThat(again.reads.openHolds().count()).as("its journal is read first").isOne();
        ahead.forward(61_000);
        own.forward(61_000);
        fast.lane.submit(new Command.Grant(World.CREDIT, 1, "jane", "time goes on", "k2")).join();
        again.lane.submit(new Command.Sweep()).join(); // sees that time
        again.lane.submit(new Command.Sweep()).join();
        assertThat(again.reads.openHolds().count()).isZero();
      }
    }
  }

  /** Decisions are made on what is there when the locks are had, not on what was there when the transaction began. */
  @Test
  void anotherIsolationLevelOfTheDatabaseSpendsNothingTwice() {
    String name = url.substring(url.lastIndexOf('/') + 1, url.indexOf('?'));
    PostgresServer.execute(url, "ALTER DATABASE " + name + " SET default_transaction_isolation = 'repeatable read'");
    World one = tasks();
    World other = tasks();
    try (OpenLedger a = PostgresServer.open(url, "a", one);
        OpenLedger b = PostgresServer.open(url, "b", other)) {
      List<CompletableFuture<Result>> answers = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        OpenLedger ledger = i % 2 == 0 ? a : b;
        answers.add(ledger.lane.submit(new Command.Admit(ledger.world.facts("r" + i, "task" + i, null), ProviderView.ALL_WELL)));
      }
      assertThat(answers.stream().filter(answer -> answer.join() instanceof Result.Held)).as("labels that may be open").hasSize(5);
      assertThat(a.reads.balance(World.CREDIT).orElseThrow().held()).isEqualTo(5 * Money.parse("0.1011"));
    }
  }

  private static World tasks() {
    World world = world();
    world.budgets.add(world.budget("tasks", dev.exchequer.policy.Budget.Per.TASK, "CREDIT", "5", 5));
    return world;
  }

  @Test
  void replicasThatStartTogetherOnAnEmptyDatabaseMakeOneLedger() throws Exception {
    try (ExecutorService starters = Executors.newFixedThreadPool(4)) {
      List<Future<OpenLedger>> starting =
          IntStream.range(0, 4).mapToObj(i -> starters.submit(() -> PostgresServer.open(url, "r" + i, world()))).toList();
      List<OpenLedger> opened = new ArrayList<>();
      for (Future<OpenLedger> each : starting) {
        opened.add(each.get(60, TimeUnit.SECONDS));
      }
      assertThat(opened.getFirst().reads.balance(World.CREDIT).orElseThrow().posted()).as("granted once").isEqualTo(Money.parse("10"));
      opened.forEach(OpenLedger::close);
    }
  }

  /** The lane of a shared ledger sheds like any other: a database that hangs makes no hold wait, and keeps what ends something. */
  @Test
  void whileACommitHangsHoldsAreRefusedAtOnceAndSettlementsAreKept() throws Exception {
    FlakySessions sessions = new FlakySessions(url, "one");
    try (OpenLedger ledger = PostgresServer.open(url, "one", world(), sessions)) {
      ledger.admit("first").join();
      sessions.next(FlakySessions.Fault.PAUSE);
      CompletableFuture<Result> hangs = ledger.lane.submit(new Command.Grant(World.CREDIT, 5, "jane", "a gift", "k1"));
      sessions.awaitPause();
      CompletableFuture<Result> settled = ledger.settle("first");
      String id = "";
      String said = "";
      for (int i = 0; !said.contains("before this request's deadline"); i++) { // until it has hung for as long as a hold is ready to wait
        id = "late" + i;
        CompletableFuture<Result> hold =
            ledger.lane.submit(new Command.Admit(ledger.world.facts(id, "", null), ProviderView.ALL_WELL), () -> false, System.nanoTime() + PATIENCE_NANOS);
        said = hold.isCompletedExceptionally() ? String.valueOf(hold.exceptionNow().getMessage()) : "";
      }
      sessions.wake();
      assertThat(hangs.get(30, TimeUnit.SECONDS)).isInstanceOf(Result.Granted.class);
      assertThat(settled.get(30, TimeUnit.SECONDS)).isInstanceOfSatisfying(Result.Settled.class, answer -> assertThat(answer.known()).isTrue());
      assertThat(((Result.Settled) ledger.settle(id).join()).known()).as("what was refused was not held").isFalse();
    } finally {
      sessions.wake();
    }
  }
}
