package dev.exchequer.cli.kill;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Five kills for each store; `dev/kill-ledger` has a hundred. The seed is printed with what went wrong. */
class KillLedgerIT {
  private static final int KILLS = Integer.getInteger("kill.times", 5);

  /** Milliseconds until it serves again. The target is 2,000 on a machine that does nothing else: {@code -Dkill.within=2000}. Beside other builds a JVM takes far longer. */
  private static final long WITHIN_MS = Long.getLong("kill.within", 60_000);

  @ParameterizedTest
  @EnumSource(KillLedger.Store.class)
  void nothingAcknowledgedIsLost(KillLedger.Store store) throws Exception {
    KillLedger.Report report = KillLedger.run(store, KILLS, Long.getLong("kill.seed", System.nanoTime()), soFar -> {});
    assertThat(report.held()).isGreaterThan(KILLS);
    assertThat(report.settled()).isPositive();
    assertThat(KillLedger.Report.most(report.servingMs(), 1)).as("milliseconds until it served again: %s", report).isLessThan(WITHIN_MS);
  }
}
