package dev.exchequer.operator;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** Time as the test says. */
public final class TestClock implements InstantSource {
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-25T00:00:00Z"));

  @Override
  public Instant instant() {
    Instant is = now.get();
    if (is == null) {
      throw new IllegalStateException("no time");
    }
    return is;
  }

  public void pass(Duration time) {
    now.updateAndGet(instant -> instant.plus(time));
  }

  public void passSeconds(long seconds) {
    pass(Duration.ofSeconds(seconds));
  }
}
