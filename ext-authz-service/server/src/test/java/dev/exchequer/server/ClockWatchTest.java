package dev.exchequer.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.server.store.SetClock;
import org.junit.jupiter.api.Test;

/** A clock that stepped back is told until it has caught up. */
class ClockWatchTest {
  private final SetClock clock = new SetClock(10_000_000);

  @Test
  void isBehindWhatItShowed() {
    ClockWatch watch = new ClockWatch(clock, 9_000_000);
    assertThat(watch.behindMs()).isZero();
    assertThat(watch.warning()).isEmpty();
    clock.forward(-400);
    assertThat(watch.behindMs()).isEqualTo(400);
    assertThat(watch.warning()).as("a time service's correction").isEmpty();
    clock.forward(-60_000);
    assertThat(watch.warning()).hasValue("the clock of this machine is 60 s behind the ledger's time, which stands still until it has caught up");
    clock.forward(50_000);
    assertThat(watch.behindMs()).isEqualTo(10_400);
    clock.forward(10_400);
    assertThat(watch.warning()).isEmpty();
    clock.forward(5);
    assertThat(watch.behindMs()).isZero();
  }

  @Test
  void isBehindTheLedgerFromTheStart() {
    ClockWatch watch = new ClockWatch(clock, 10_090_000);
    assertThat(watch.warning()).hasValueSatisfying(warning -> assertThat(warning).contains("is 90 s behind"));
    clock.forward(90_001);
    assertThat(watch.warning()).isEmpty();
  }
}
