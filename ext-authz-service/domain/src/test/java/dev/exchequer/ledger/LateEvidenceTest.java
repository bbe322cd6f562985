package dev.exchequer.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command.JournalEvent;
import dev.exchequer.money.Money;
import dev.exchequer.pricing.Usage;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long an uncertain hold waits for what the provider reports, and how long its policy stays for that. */
class LateEvidenceTest {
  private static final long HOUR_MS = 3_600_000;
  private static final long USED = Money.parse("0.10003");

  private final World world = new World();

  private void supersede() {
    world.pricePerRequest += Money.parse("5");
    world.apply(new Command.Activate(world.policy()));
  }

  private Hold hold(String id) {
    return Objects.requireNonNull(world.everyHold.get(new HoldId(id, 1)));
  }

  @ParameterizedTest(name = "running {0}, {1} ms after the last thing that named it: may go {2}")
  @CsvSource({"false, 3599999, false", "false, 3600000, true", "false, 99000000, true", "true, 99000000, false"})
  void whenAPolicyMayGo(boolean runs, long afterMs, boolean mayGo) {
    assertThat(LateEvidence.mayDrop(runs, World.START, World.START + afterMs)).isEqualTo(mayGo);
  }

  /** To the millisecond: the first moment in which it is too late is an hour after its lease, whether its policy is still there or not. */
  @ParameterizedTest(name = "superseded {0}, {1} ms after the end of the lease: {2}")
  @CsvSource({
    "false, 3599999, CORRECTED", "false, 3600000, ESTIMATED", "true, 3599999, CORRECTED", "true, 3600000, ESTIMATED",
  })
  void anEstimateIsCorrectedForAnHourAfterItsLease(boolean superseded, long afterMs, Hold.State state) {
    world.start();
    world.admit("r");
    Result.Settled first = world.settle("r", 1, World.cut(false, Usage.NOTHING, 40));
    long estimated = world.posted(World.CREDIT);
    if (superseded) {
      supersede();
    }
    for (long at = hold("r").leaseUntilMs(); at < hold("r").leaseUntilMs() + afterMs; at += 600_000) {
      world.now = at;
      world.apply(new Command.Sweep());
    }
    world.now = hold("r").leaseUntilMs() + afterMs;
    world.apply(new Command.Sweep());
    assertThat(world.settle("r", 1, World.ok(20, 10))).as("the first answer, whatever becomes of it").isEqualTo(first);
    assertThat(hold("r").state()).isEqualTo(state);
    boolean corrected = state == Hold.State.CORRECTED;
    assertThat(world.posted(World.CREDIT)).isEqualTo(corrected ? Money.parse("10") - USED : estimated);
    assertThat(world.unused).isEqualTo(corrected ? "" : "r/1 too_late");
  }

  /** A process that was away for hours ends what is open when it is back: that is when the hour begins. */
  @Test
  void whatEndedLongAfterItsLeaseIsCorrectedForAnHourFromThere() {
    world.start();
    world.admit("sent");
    world.journal(new JournalEvent.HopProgress(new HoldId("sent", 1), World.cut(false, Usage.NOTHING, 0)));
    supersede();
    world.now += 5 * HOUR_MS;
    world.apply(new Command.Sweep());
    assertThat(hold("sent").state()).isEqualTo(Hold.State.EXPIRED);
    world.now += HOUR_MS - 1;
    world.apply(new Command.Sweep());
    world.settle("sent", 1, World.ok(20, 10));
    assertThat(hold("sent").state()).isEqualTo(Hold.State.CORRECTED);
    assertThat(world.posted(World.CREDIT)).isEqualTo(Money.parse("10") - USED);
  }

  /** Also one that nothing is uncertain about: its receipt names it. */
  @Test
  void aPolicyStaysForAnHourAfterTheLastHoldThatNamedIt() {
    world.start();
    world.admit("r");
    supersede();
    for (int minute = 0; minute < 120; minute++) {
      world.now += 60_000;
      world.journal(new JournalEvent.HopProgress(new HoldId("r", 1), World.cut(false, Usage.NOTHING, 0)));
      world.apply(new Command.Sweep());
    }
    world.settle("r", 1, World.ok(20, 10));
    world.now = hold("r").leaseUntilMs() + HOUR_MS - 1;
    world.apply(new Command.Sweep());
    assertThat(world.state.policies()).hasSize(2);
    world.now++;
    world.apply(new Command.Sweep());
    assertThat(world.state.policies()).hasSize(1);
  }

  /** No store does that; whoever took it out of the database did. Nothing moves, everybody else goes on. */
  @Test
  void withoutItsPolicyNothingIsChargedAndNothingIsStopped() {
    world.start();
    world.admit("estimated");
    Result.Settled first = world.settle("estimated", 1, World.cut(false, Usage.NOTHING, 40));
    world.admit("open");
    String gone = hold("open").planDigest();
    supersede();
    world.admit("other");
    world.state.apply(new Change.PolicyDropped(gone));
    long posted = world.posted(World.CREDIT);

    assertThat(world.settle("estimated", 1, World.ok(20, 10))).isEqualTo(first);
    assertThat(world.unused).isEqualTo("estimated/1 policy_missing");
    assertThat(world.settle("open", 1, World.ok(20, 10)).known()).isFalse();
    assertThat(world.unused).isEqualTo("open/1 policy_missing");
    world.apply(new Command.Abandon(new HoldId("open", 1)));
    world.journal(new JournalEvent.HopEnd(new HoldId("open", 1), World.ok(20, 10)));
    world.now += 200_000;
    world.apply(new Command.Sweep());
    assertThat(hold("open").active()).as("held until somebody looks").isTrue();
    assertThat(hold("other").active()).as("its lease ends").isFalse();
    assertThat(world.posted(World.CREDIT)).isEqualTo(posted);
  }
}
