package dev.exchequer.server.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Many seeds, each a run of its own (docs/design/simulator.md). `-Dsim.seed=N` replays one with a trace, `-Dsim.seeds=N` runs another number of them from
 * `-Dsim.from=`, `-Dsim.minutes=N` goes on for so long.
 */
class SimulatorTest {
  @Test
  void everySeedKeepsTheInvariants() throws Exception {
    Seeds.onVirtualThread(SimulatorTest::seeds);
  }

  private static void seeds() {
    Seeds runs = new Seeds();
    Long one = Long.getLong("sim.seed");
    if (one != null) {
      runs.run(one, true);
      return;
    }
    long from = Long.getLong("sim.from", 1);
    long seeds = Long.getLong("sim.seeds", 10_000);
    long started = System.nanoTime();
    long until = started + Long.getLong("sim.minutes", 0) * 60_000_000_000L;
    long seed = from;
    long told = started;
    for (; seed < from + seeds || System.nanoTime() < until; seed++) {
      runs.run(seed, false);
      if (until > started && System.nanoTime() - told > 20_000_000_000L) {
        told = System.nanoTime();
        System.out.printf("simulator: seeds %d to %d held, %.0f s%n", from, seed, (told - started) / 1e9);
      }
    }
    System.out.printf("simulator: seeds %d to %d in %.1f s: %s%n", from, seed - 1, (System.nanoTime() - started) / 1e9, runs.counts());
    if (seeds >= 1_000) {
      assertThat(runs.counts().keySet())
          .as("everything happened: %s", runs.counts())
          .contains("hold SETTLED", "hold ESTIMATED", "hold VOIDED", "hold LEASE_VOIDED", "receipt Succeeded", "receipt Failed", "receipt Denied")
          .contains("killed: decided, nothing written", "killed: on the disk, nobody was answered", "killed from outside", "stopped and continued")
          .contains("a clock jumps back", "a clock jumps ahead", "an Envoy dies", "a message is lost", "a message comes twice", "the disk is full");
    }
  }
}
