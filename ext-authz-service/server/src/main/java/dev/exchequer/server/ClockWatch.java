package dev.exchequer.server;

import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the machine's clock stepped back. The ledger's time never does: it stands still until the clock has caught up, and requests are admitted meanwhile. But windows,
 * expiries and receipts stand still with it, so somebody should know.
 */
final class ClockWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ClockWatch.class);

  /** What a time service corrects without anybody noticing. */
  private static final long TOLD_MS = 1_000;

  private final InstantSource clock;
  private long latestMs;
  private boolean told;

  /** @param ledgerMs the ledger's time at the start, milliseconds since the epoch */
  ClockWatch(InstantSource clock, long ledgerMs) {
    this.clock = clock;
    this.latestMs = ledgerMs;
  }

  /** By how much the clock is behind the latest time that it, or the ledger at the start, has shown; 0 = it is not. To be called now and then: what nobody sees is not known. */
  synchronized long behindMs() {
    long now = clock.millis();
    latestMs = Math.max(latestMs, now);
    long behind = latestMs - now;
    if (behind >= TOLD_MS && !told) {
      LOG.warn("the clock of this machine went back by {} ms: the ledger's time stands still until it has caught up", behind);
    } else if (behind == 0 && told) {
      LOG.info("the clock of this machine has caught up with the ledger's time");
    }
    told = behind >= TOLD_MS || told && behind > 0;
    return behind;
  }

  /** In words, where it is more than a time service's correction. */
  Optional<String> warning() {
    long behind = behindMs();
    return behind < TOLD_MS
        ? Optional.empty()
        : Optional.of("the clock of this machine is " + behind / 1_000 + " s behind the ledger's time, which stands still until it has caught up");
  }
}
