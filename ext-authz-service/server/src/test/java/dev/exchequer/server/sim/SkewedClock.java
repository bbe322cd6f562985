package dev.exchequer.server.sim;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** The wall clock of one machine: true time, wrong by something that jumps. */
final class SkewedClock extends Clock {
  private final Scheduler scheduler;
  private long wrongByMs;

  SkewedClock(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  void jump(long byMs) {
    wrongByMs += byMs;
  }

  void right() {
    wrongByMs = 0;
  }

  @Override
  public long millis() {
    return scheduler.nowMs() + wrongByMs;
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("milliseconds only");
  }
}
