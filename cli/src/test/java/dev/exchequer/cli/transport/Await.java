package dev.exchequer.cli.transport;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Waits for conditions, not for time. */
final class Await {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private Await() {}

  static void until(String what, Callable<Boolean> condition) {
    until(what, condition, () -> "");
  }

  /**
   * An exception on the way is "not yet".
   *
   * @param more what a failure tells
   */
  static void until(String what, Callable<Boolean> condition, Supplier<String> more) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    @Nullable Exception last = null;
    while (System.nanoTime() < deadline) {
      try {
        if (condition.call()) {
          return;
        }
      } catch (Exception e) {
        last = e;
      }
      LockSupport.parkNanos(20_000_000);
    }
    throw new AssertionError("waited " + PATIENCE.toSeconds() + " s in vain until: " + what + "; " + more.get(), last);
  }
}
