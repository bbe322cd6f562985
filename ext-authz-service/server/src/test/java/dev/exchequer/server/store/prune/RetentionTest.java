package dev.exchequer.server.store.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.server.store.LedgerLane.LedgerUnavailable;
import dev.exchequer.server.store.chain.Hash;
import java.time.Duration;
import java.time.InstantSource;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** When details are removed by themselves, and that nothing ends that. */
class RetentionTest {
  private static final long NOW = 1_800_000_000_000L;
  private static final Duration SOON = Duration.ofMillis(1);

  private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
  private final Deque<Supplier<Optional<Pruner.Run>>> answers = new ArrayDeque<>();
  private long latest = NOW;

  private final Pruner pruner =
      new Pruner() {
        @Override
        public Preview preview(long beforeMs) {
          throw new UnsupportedOperationException("nobody looks");
        }

        @Override
        public List<Pruning> prunings(int limit) {
          throw new UnsupportedOperationException("nobody looks");
        }

        @Override
        public long latestLimit() {
          return latest;
        }

        @Override
        public Optional<Run> begin(String actor, long beforeMs) {
          asked.add(actor + " before " + (NOW - beforeMs) / 3_600_000 + "h");
          Supplier<Optional<Run>> answer = answers.poll();
          return answer == null ? Optional.empty() : answer.get();
        }
      };

  private Retention start(Duration keep) {
    return Retention.start(pruner, InstantSource.fixed(Instant.ofEpochMilli(NOW)), keep, SOON, SOON);
  }

  private String next() throws InterruptedException {
    return String.valueOf(asked.poll(20, TimeUnit.SECONDS));
  }

  @Test
  void itGoesOnWhateverHappens() throws Exception {
    answers.add(() -> {
      throw new Pruner.Busy();
    });
    answers.add(() -> {
      throw new LedgerUnavailable("the disk is full");
    });
    answers.add(() -> {
      throw new IllegalStateException("what is stored as a receipt is none");
    });
    answers.add(() -> Optional.of(new FailingRun()));
    try (Retention retention = start(Duration.ofDays(90))) {
      assertThat(retention.pruner()).isSameAs(pruner);
      for (int i = 0; i < 6; i++) {
        assertThat(next()).isEqualTo("the retention of 90d before 2160h");
      }
    }
  }

  /** An idle ledger's time is behind: nothing is removed by the clock alone. */
  @Test
  void theLedgersTimeCounts() throws Exception {
    latest = NOW - Duration.ofHours(100).toMillis();
    try (Retention retention = start(Duration.ofHours(36))) {
      assertThat(retention.pruner()).isSameAs(pruner);
      assertThat(next()).isEqualTo("the retention of 36h before 100h");
    }
  }

  @Test
  void lessThanADayIsRefused() {
    assertThatThrownBy(() -> start(Duration.ofHours(23))).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("a day at least, not for 23h");
  }

  private static final class FailingRun implements Pruner.Run {
    @Override
    public Pruning pruning() {
      return new Pruning(1, "me", NOW, NOW, Pruning.State.RUNNING, null, 0, null, null, Hash.of(new byte[Hash.LENGTH]));
    }

    @Override
    public Pruning toEnd(BooleanSupplier stop) {
      throw new LedgerUnavailable("the disk is full");
    }

    @Override
    public void close() {}
  }
}
