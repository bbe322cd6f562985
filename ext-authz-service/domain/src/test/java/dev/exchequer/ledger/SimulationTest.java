package dev.exchequer.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The invariants hold whatever comes in whatever order. A failure names its seed: the same seed gives the same run. */
class SimulationTest {
  private static final int SEEDS = 20;
  private static final int STEPS = 4_000;

  @Test
  void invariantsHoldWhateverComesInWhateverOrder() {
    Map<String, Long> tally = new TreeMap<>();
    AtomicReference<@Nullable AssertionError> failure = new AtomicReference<>();
    // no two seeds share anything, so as many at once as there are processors
    List<Map<String, Long>> each = LongStream.rangeClosed(1, SEEDS).parallel().mapToObj(seed -> run(seed, failure)).toList();
    AssertionError failed = failure.get();
    if (failed != null) {
      throw failed;
    }
    each.forEach(one -> one.forEach((what, times) -> tally.merge(what, times, Long::sum)));
    assertThat(tally.keySet())
        .as("everything happened: %s", tally)
        .contains("SETTLED", "ESTIMATED", "VOIDED", "LEASE_VOIDED", "EXPIRED", "CORRECTED", "Succeeded", "Failed", "Denied", "InDoubt")
        .contains("Grant", "Charge", "Correction", "Adjustment", "Refund", "Expiry", "Refund accepted", "Refund refund_exceeds_charge", "Refund attempt_not_charged")
        .contains("VoidGrant accepted", "Adjust accepted", "Adjust balance_insufficient", "Stand accepted")
        .contains("late usage corrected", "usage came too late", "cross_balance_forbidden", "budget_exceeded", "balance_insufficient", "balance_suspended", "provider_busy", "provider_cooling_down");
  }

  /** @param failure the first that there is */
  private static Map<String, Long> run(long seed, AtomicReference<@Nullable AssertionError> failure) {
    Simulation simulation = new Simulation(seed);
    try {
      simulation.run(STEPS);
    } catch (AssertionError e) {
      failure.compareAndSet(null, new AssertionError("seed " + seed + " " + e.getMessage(), e));
    }
    return simulation.tally();
  }
}
