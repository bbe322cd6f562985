package dev.exchequer.server.store.postgres;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.money.Money;
import dev.exchequer.server.store.LedgerLane;
import dev.exchequer.server.store.LedgerReads;
import dev.exchequer.server.store.OpenLedger;
import dev.exchequer.server.store.SetClock;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The row of a writer: who may write, and what of it arrived. */
class WriterIT {
  private static final long HOLD = Money.parse("0.1011");
  private static final long CHARGE = Money.parse("0.10003");

  private final String url = PostgresServer.shared().database();
  private final FlakySessions sessions = new FlakySessions(url, "one");

  private static World world() {
    World world = new World();
    world.withConsent = false;
    return world;
  }

  private OpenLedger open() {
    return PostgresServer.open(url, "one", world(), sessions);
  }

  /** After a first request: the anchors are there, and the next COMMIT is a batch's. */
  private static OpenLedger warm(OpenLedger ledger) {
    ledger.lane.submit(new Command.Abandon(((Result.Held) ledger.admit("warm").join()).id())).join();
    return ledger;
  }

  private static long held(OpenLedger ledger) {
    return ledger.reads.balance(World.CREDIT).orElseThrow().held();
  }

  @Test
  void aCommitWhoseAnswerIsLostIsAnsweredAndNotRepeated() {
    try (OpenLedger ledger = warm(open())) {
      sessions.next(FlakySessions.Fault.ANSWER_LOST);
      assertThat(ledger.admit("a").join()).isInstanceOf(Result.Held.class);
      assertThat(held(ledger)).isEqualTo(HOLD);
      sessions.next(FlakySessions.Fault.ANSWER_LOST);
      assertThat(((Result.Settled) ledger.settle("a").join()).chargeNanos()).isEqualTo(CHARGE);
      assertThat(ledger.reads.entries(World.CREDIT, null, 10).items()).hasSize(2);
      assertThat(held(ledger)).isZero();
    }
  }

  @Test
  void aCommitThatDidNotArriveIsDecidedAgain() {
    try (OpenLedger ledger = warm(open())) {
      sessions.next(FlakySessions.Fault.COMMIT_LOST);
      assertThat(ledger.admit("a").join()).isInstanceOf(Result.Held.class);
      sessions.next(FlakySessions.Fault.COMMIT_LOST);
      assertThat(((Result.Settled) ledger.settle("a").join()).chargeNanos()).isEqualTo(CHARGE);
      assertThat(ledger.reads.entries(World.CREDIT, null, 10).items()).hasSize(2);
      assertThat(held(ledger)).isZero();
    }
  }

  @Test
  void aCommitOfAnchorsMayBeLostEitherWay() {
    try (OpenLedger ledger = open()) {
      sessions.next(FlakySessions.Fault.COMMIT_LOST);
      assertThat(ledger.admit("a").join()).isInstanceOf(Result.Held.class);
    }
    String other = PostgresServer.shared().database();
    FlakySessions flaky = new FlakySessions(other, "one");
    try (OpenLedger ledger = PostgresServer.open(other, "one", world(), flaky)) {
      flaky.next(FlakySessions.Fault.ANSWER_LOST);
      assertThat(ledger.admit("a").join()).isInstanceOf(Result.Held.class);
      assertThat(held(ledger)).isEqualTo(HOLD);
    }
  }

  /** A standby that lagged was promoted, or a copy was put back: the row says less than was acknowledged. */
  @Test
  void aDatabaseThatLostWhatWasAcknowledgedIsToldUntilTheProcessEnds() {
    try (OpenLedger ledger = warm(open())) {
      ledger.admit("a").join();
      assertThat(ledger.home.warnings()).isEmpty();
      long batch = PostgresServer.number(url, "SELECT batch FROM writers WHERE id = 'one'");
      PostgresServer.execute(url, "UPDATE writers SET batch = batch - 2 WHERE id = 'one'");
      ledger.admit("b").join();
      ledger.admit("c").join();
      assertThat(ledger.home.warnings()).hasSize(1).first(as(STRING))
          .contains("it has batch " + (batch - 2) + " of one as its last, and " + batch + " was committed")
          .contains("exchequer verify --checkpoints");
    }
  }

  @Test
  void aSessionThatBreaksBetweenBatchesIsReplaced() {
    try (OpenLedger ledger = open()) {
      ledger.admit("a").join();
      PostgresServer.execute(url, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
      assertThat(((Result.Settled) ledger.settle("a").join()).chargeNanos()).isEqualTo(CHARGE);
      assertThat(held(ledger)).isZero();
    }
  }

  @Test
  void whoWasTakenOverNeverWritesAgain() {
    try (OpenLedger zombie = open()) {
      zombie.admit("a").join();
      try (OpenLedger successor = PostgresServer.open(url, "one", world())) {
        assertThatThrownBy(() -> zombie.admit("b").join())
            .hasCauseInstanceOf(LedgerLane.LedgerUnavailable.class)
            .hasMessageContaining("another process has taken over the name one");
        assertThat(((Result.Settled) successor.settle("a").join()).chargeNanos()).isEqualTo(CHARGE);
        assertThatThrownBy(() -> zombie.settle("a").join()).hasMessageContaining("taken over");
        assertThat(successor.loaded().activeHolds()).as("what the zombie left under way").hasSize(1);
      }
      assertThatThrownBy(() -> zombie.admit("c").join()).as("for ever").hasMessageContaining("taken over");
    }
  }

  /** Its transaction holds the writer's row and the balance: the server ends it, the successor waits that long, and COMMIT finds nothing to commit. */
  @Test
  void aZombieThatStoppedBeforeCommitCommitsNothing() throws Exception {
    try (OpenLedger zombie = warm(open())) {
      sessions.next(FlakySessions.Fault.PAUSE);
      CompletableFuture<Result> lost = zombie.admit("a");
      sessions.awaitPause();
      try (OpenLedger successor = PostgresServer.open(url, "one", world())) {
        assertThat(successor.admit("b").join()).isInstanceOf(Result.Held.class);
        sessions.wake();
        assertThatThrownBy(lost::join).hasCauseInstanceOf(LedgerLane.LedgerUnavailable.class).hasMessageContaining("taken over");
        assertThat(held(successor)).isEqualTo(HOLD);
        assertThat(((Result.Settled) successor.settle("a").join()).known()).isFalse();
      }
    } finally {
      sessions.wake();
    }
  }

  @Test
  void ledgerTimeIsNeverBeforeWhatAnotherReplicaWrote() {
    SetClock ahead = new SetClock(System.currentTimeMillis() + 3_600_000);
    try (OpenLedger fast = PostgresServer.open(url, "fast", world(), Sessions.of(PostgresServer.settings(url, "fast"), "writer"), ahead);
        OpenLedger slow = open()) {
      fast.lane.submit(new Command.Grant(World.CREDIT, 1, "jane", "from the future", "k1")).join();
      slow.lane.submit(new Command.Grant(World.CREDIT, 1, "jane", "from the past", "k2")).join();
      LedgerReads.Page<LedgerReads.EntryRow> entries = slow.reads.entries(World.CREDIT, null, 10);
      assertThat(entries.items().stream().map(LedgerReads.EntryRow::time).distinct()).as("newest first").isSortedAccordingTo(java.util.Comparator.reverseOrder());
      assertThat(entries.items().getFirst().reason()).isEqualTo("from the past");
      assertThat(entries.items().getFirst().time()).isGreaterThanOrEqualTo(ahead.millis());
    }
  }

  @Test
  void aLeaseOfAnotherReplicaIsLeftToItForOneMoreLease() {
    SetClock clock = new SetClock(System.currentTimeMillis());
    try (OpenLedger sweeper = PostgresServer.open(url, "sweeper", world(), Sessions.of(PostgresServer.settings(url, "sweeper"), "writer"), clock)) {
      try (OpenLedger owner = PostgresServer.open(url, "owner", world(), Sessions.of(PostgresServer.settings(url, "owner"), "writer"), clock)) {
        owner.admit("theirs").join();
      }
      sweeper.admit("own").join();
      clock.forward(61_000);
      sweeper.lane.submit(new Command.Sweep()).join();
      assertThat(sweeper.reads.receipt("own")).isPresent();
      assertThat(sweeper.reads.receipt("theirs")).isEmpty();
      clock.forward(60_000);
      sweeper.lane.submit(new Command.Sweep()).join();
      assertThat(sweeper.reads.receipt("theirs").orElseThrow()).contains("\"status\":\"Failed\"");
      assertThat(held(sweeper)).isZero();
      // late evidence still charges, once
      sweeper.lane.submit(new Command.Journal(new Command.JournalPosition("hops.jsonl", 1, 1, 1), new Command.JournalEvent.HopEnd(new HoldId("theirs", 1), World.ok(20, 10)))).join();
      sweeper.lane.submit(new Command.Journal(new Command.JournalPosition("hops.jsonl", 1, 1, 2), new Command.JournalEvent.HopEnd(new HoldId("theirs", 1), World.ok(20, 10)))).join();
      assertThat(sweeper.reads.balance(World.CREDIT).orElseThrow().posted()).isEqualTo(Money.parse("10") - CHARGE);
    }
  }

  @Test
  void aPolicyIsDroppedAnHourAfterTheLastReplicaUsedIt() {
    SetClock clock = new SetClock(System.currentTimeMillis());
    World world = world();
    try (OpenLedger ledger = PostgresServer.open(url, "one", world, sessions, clock)) {
      ledger.admit("pins").join();
      String first = world.facts("x", "", null).planDigest();
      var next = world.policy();
      clock.forward(1);
      ledger.home.remember(next.digest(), next.digest().getBytes(java.nio.charset.StandardCharsets.UTF_8));
      ledger.lane.submit(new Command.Activate(next)).join();
      String count = "SELECT count(*) FROM policies WHERE digest = '" + first + "'";
      clock.forward(3_700_000);
      ledger.lane.submit(new Command.Journal(new Command.JournalPosition("h", 1, 1, 1), new Command.JournalEvent.HopProgress(new HoldId("pins", 1), World.ok(0, 0)))).join();
      ledger.lane.submit(new Command.Sweep()).join();
      assertThat(PostgresServer.number(url, count)).as("a running request names it").isOne();
      ledger.settle("pins").join();
      clock.forward(3_700_000);
      ledger.lane.submit(new Command.Sweep()).join();
      assertThat(PostgresServer.number(url, count)).isZero();
      assertThat(PostgresServer.number(url, "SELECT count(*) FROM policies")).isOne();
    }
  }

  /** Cut off for longer than a policy is kept for it, while another one went on to the next policy and tidied up. */
  @Test
  void aReplicaThatWasAwayStoresItsPolicyAgainBeforeAnythingNamesIt() {
    SetClock clock = new SetClock(System.currentTimeMillis());
    World old = world();
    try (OpenLedger away = PostgresServer.open(url, "away", old, Sessions.of(PostgresServer.settings(url, "away"), "writer"), clock)) {
      String first = old.facts("x", "", null).planDigest();
      String count = "SELECT count(*) FROM policies WHERE digest = '" + first + "'";
      clock.forward(1);
      World next = world();
      next.policy();
      try (OpenLedger other = PostgresServer.open(url, "other", next, Sessions.of(PostgresServer.settings(url, "other"), "writer"), clock)) {
        clock.forward(3_660_000);
        other.lane.submit(new Command.Sweep()).join();
        assertThat(PostgresServer.number(url, count)).as("nothing has named it for an hour").isZero();
        assertThat(away.admit("late").join()).isInstanceOf(Result.Held.class);
        assertThat(PostgresServer.number(url, count)).as("a hold names it").isOne();
        assertThat(PostgresServer.number(url, "SELECT count(*) FROM writers WHERE id = 'away' AND plan = '" + first + "'")).isOne();
        clock.forward(130_000);
        other.lane.submit(new Command.Sweep()).join();
        assertThat(other.reads.receipt("late").orElseThrow()).contains("\"status\":\"Failed\"");
        assertThat(held(other)).isZero();
      }
    }
  }

  @Test
  void attemptsInFlightAreCountedForThisReplica() {
    World world = world();
    world.maxInFlight = 2;
    try (OpenLedger ledger = PostgresServer.open(url, "one", world, sessions)) {
      assertThat(ledger.admit("a").join()).isInstanceOf(Result.Held.class);
      assertThat(ledger.admit("b").join()).isInstanceOf(Result.Held.class);
      assertThat(((Result.Refused) ledger.admit("c").join()).ending().code()).isEqualTo("provider_unavailable");
      ledger.settle("a").join();
      assertThat(ledger.admit("d").join()).isInstanceOf(Result.Held.class);
      ledger.lane.submit(new Command.Sweep()).join();
      assertThat(((Result.Refused) ledger.admit("e").join()).ending().code()).isEqualTo("provider_unavailable");
    }
  }

  @Test
  void requestsAMinuteAreCountedForThisReplica() {
    World world = world();
    world.requestsPerMinute = 2;
    SetClock clock = new SetClock(System.currentTimeMillis());
    try (OpenLedger ledger = PostgresServer.open(url, "one", world, sessions, clock)) {
      ledger.admit("a").join();
      ledger.admit("b").join();
      assertThat(((Result.Refused) ledger.admit("c").join()).ending().code()).isEqualTo("rate_limited");
      clock.forward(60_001);
      assertThat(ledger.admit("d").join()).isInstanceOf(Result.Held.class);
    }
  }
}
