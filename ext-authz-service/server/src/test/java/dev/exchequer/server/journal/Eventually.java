package dev.exchequer.server.journal;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Asks again until a deadline. */
final class Eventually {
  private static final long DEADLINE_S = 20;

  private Eventually() {}

  static void is(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(DEADLINE_S)) {
        throw new AssertionError("not within " + DEADLINE_S + " s");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
    }
  }
}
