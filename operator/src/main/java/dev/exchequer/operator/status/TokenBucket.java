package dev.exchequer.operator.status;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Lets so many things happen at once, and then one in every interval. Not for several threads. */
public final class TokenBucket {
  private final int burst;
  private final Duration interval;
  private final InstantSource clock;
  private Instant full;

  /** Starts full. */
  public TokenBucket(int burst, Duration interval, InstantSource clock) {
    this.burst = burst;
    this.interval = interval;
    this.clock = clock;
    this.full = clock.instant();
  }

  /** Whether one may happen now; it is counted. */
  public boolean take() {
    Instant now = clock.instant();
    Instant from = full.isBefore(now) ? now : full;
    // the bucket is full again `burst` intervals after it was emptied
    if (from.plus(interval).isAfter(now.plus(interval.multipliedBy(burst)))) {
      return false;
    }
    full = from.plus(interval);
    return true;
  }
}
