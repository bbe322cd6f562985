package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.server.store.LedgerReads.EntryRow;
import dev.exchequer.server.store.proof.LedgerProof;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A clock that steps back: ledger time never does, and requests are admitted meanwhile, also by the next process. On either store. */
public abstract class ClockCases {
  private static final long NOW = 1_800_000_000_000L;
  private static final long HOUR = 3_600_000;

  private final SetClock clock = new SetClock(NOW);

  protected abstract OpenLedger open(World world, Clock at);

  protected abstract LedgerProof.Fits proof() throws Exception;

  private void served(OpenLedger ledger, String id) {
    ledger.world.now = clock.millis();
    assertThat(ledger.admit(id).join()).isInstanceOf(Result.Held.class);
    assertThat(ledger.settle(id).join()).isInstanceOf(Result.Settled.class);
  }

  private static List<Long> times(OpenLedger ledger) {
    return ledger.reads.entries(World.CREDIT, null, 100).items().reversed().stream().map(EntryRow::time).toList();
  }

  @Test
  void ledgerTimeStandsStillUntilItHasCaughtUp() throws Exception {
    try (OpenLedger ledger = open(new World(), clock)) {
      served(ledger, "a");
      clock.forward(-HOUR);
      served(ledger, "b");
      assertThat(ledger.reads.balance(World.CREDIT).orElseThrow().asOfMs()).isEqualTo(NOW);
    }
    try (OpenLedger again = open(new World(), clock)) {
      served(again, "c");
      assertThat(times(again)).isSorted().containsOnly(NOW);
      clock.forward(HOUR + 5);
      served(again, "d");
      assertThat(times(again)).isSorted().endsWith(NOW + 5);
      assertThat(again.reads.balance(World.CREDIT).orElseThrow().asOfMs()).isEqualTo(NOW + 5);
    }
    assertThat(proof().receipts()).isEqualTo(4);
  }

  /** What comes by the clock of a gateway that is behind (its own stepped back, or the ledger's time is another gateway's) falls back and is receipted as at any other time. */
  @Test
  void aRequestOfAClockThatIsBehindStillFallsBack() throws Exception {
    try (OpenLedger ledger = open(new World(), clock)) {
      served(ledger, "a");
      clock.forward(-HOUR);
      ledger.world.now = clock.millis();
      assertThat(ledger.admit("r").join()).isInstanceOf(Result.Held.class);
      Result first = ledger.lane.submit(new Command.Settle(new HoldId("r", 1), World.status(429), ProviderView.ALL_WELL)).join();
      assertThat(((Result.Settled) first).next()).isTrue();
      assertThat(ledger.lane.submit(new Command.NextAttempt(new HoldId("r", 2), ProviderView.ALL_WELL)).join()).isInstanceOf(Result.Held.class);
      ledger.lane.submit(new Command.Settle(new HoldId("r", 2), World.ok(20, 10), ProviderView.ALL_WELL)).join();
      assertThat(ledger.reads.receipt("r").orElseThrow()).contains("\"latencyMs\":0", "\"status\":\"Succeeded\"");
    }
    assertThat(proof().receipts()).isEqualTo(2);
  }
}
