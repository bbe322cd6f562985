package dev.exchequer.cli.e2e;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Waits for conditions, not for time. */
final class Await {
  private Await() {}

  static void until(String what, BooleanSupplier condition) {
    value(what, () -> condition.getAsBoolean() ? Boolean.TRUE : null);
  }

  static <T> T value(String what, Supplier<@Nullable T> look) {
    long deadline = System.nanoTime() + Stack.PATIENCE.toNanos();
    while (true) {
      T found = look.get();
      if (found != null) {
        return found;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("waited " + Stack.PATIENCE.toSeconds() + " s in vain until: " + what);
      }
      LockSupport.parkNanos(20_000_000);
    }
  }
}
