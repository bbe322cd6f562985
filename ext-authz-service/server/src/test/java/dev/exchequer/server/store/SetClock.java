package dev.exchequer.server.store;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that a test moves. */
public final class SetClock extends Clock {
  private volatile long ms;

  public SetClock(long ms) {
    this.ms = ms;
  }

  public void set(long toMs) {
    ms = toMs;
  }

  public void forward(long byMs) {
    ms += byMs;
  }

  @Override
  public long millis() {
    return ms;
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(ms);
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
