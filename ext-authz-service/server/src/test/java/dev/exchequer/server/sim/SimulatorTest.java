package dev.exchequer.server.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Many seeds, each a run of its own (docs/design/simulator.md). `-Dsim.seed=N` replays one with a trace, `-Dsim.seeds=N` runs another number of them from
 * `-Dsim.from=`, `-Dsim.minutes=N` goes on for so long.
 */
class SimulatorTest {
  @Test
  void everySeedKeepsTheInvariants() throws Exception {
    Long one = Long.getLong("sim.seed");
    if (one != null) {
      Seeds.onVirtualThread(() -> new Seeds().run(one, true));
      return;
    }
    long from = Long.getLong("sim.from", 1);
    long seeds = Long.getLong("sim.seeds", 10_000);
    long started = System.nanoTime();
    long until = started + Long.getLong("sim.minutes", 0) * 60_000_000_000L;
    AtomicLong told = new AtomicLong(started);
    Seeds.Ran ran = Seeds.from(from, seed -> {
      long now = System.nanoTime();
      long last = told.get();
      if (until > started && now - last > 20_000_000_000L && told.compareAndSet(last, now)) {
        System.out.printf("simulator: seeds %d to about %d held, %.0f s%n", from, seed, (now - started) / 1e9);
      }
      return seed < from + seeds || now < until;
    });
    System.out.printf("simulator: seeds %d to %d in %.1f s: %s%n", from, from + ran.seeds() - 1, (System.nanoTime() - started) / 1e9, ran.counts());
    if (seeds >= 1_000) {
      assertThat(ran.counts().keySet())
          .as("everything happened: %s", ran.counts())
          .contains("hold SETTLED", "hold ESTIMATED", "hold VOIDED", "hold LEASE_VOIDED", "receipt Succeeded", "receipt Failed", "receipt Denied")
          .contains("killed: decided, nothing written", "killed: on the disk, nobody was answered", "killed from outside", "stopped and continued")
          .contains("a clock jumps back", "a clock jumps ahead", "an Envoy dies", "a message is lost", "a message comes twice", "the disk is full")
          .contains("late usage corrects", "usage comes too late");
    }
  }
}
