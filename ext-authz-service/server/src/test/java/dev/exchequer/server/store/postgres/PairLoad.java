package dev.exchequer.server.store.postgres;

import dev.exchequer.ledger.Result;
import dev.exchequer.server.store.OpenLedger;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** Pairs of a hold and its settlement, both answered after COMMIT, on one hot balance. */
final class PairLoad {
  static final AtomicLong IDS = new AtomicLong();

  private final List<OpenLedger> ledgers;

  /** @param ledgers replicas, asked in turn */
  PairLoad(List<OpenLedger> ledgers) {
    this.ledgers = ledgers;
  }

  /** As many as it takes, so many at once. @return pairs a second */
  double saturated(int inFlight, long seconds) throws InterruptedException {
    LongAdder done = new LongAdder();
    CountDownLatch over = new CountDownLatch(inFlight);
    long started = System.nanoTime();
    long until = started + TimeUnit.SECONDS.toNanos(seconds);
    for (int i = 0; i < inFlight; i++) {
      again(ledgers.get(i % ledgers.size()), done, over, until);
    }
    over.await();
    return done.sum() * 1e9 / (System.nanoTime() - started);
  }

  private static void again(OpenLedger ledger, LongAdder done, CountDownLatch over, long until) {
    pair(ledger)
        .whenComplete((settled, failure) -> {
          if (failure != null) {
            failure.printStackTrace();
            over.countDown();
            return;
          }
          done.increment();
          if (System.nanoTime() < until) {
            again(ledger, done, over, until);
          } else {
            over.countDown();
          }
        });
  }

  private static CompletableFuture<Result> pair(OpenLedger ledger) {
    String id = "r" + IDS.incrementAndGet();
    return ledger
        .admit(id)
        .thenCompose(admitted -> {
          if (!(admitted instanceof Result.Held)) {
            throw new IllegalStateException("not admitted: " + admitted);
          }
          return ledger.settle(id);
        });
  }

  /**
   * What an open loop saw.
   *
   * @param perSecond pairs that were answered
   * @param refused that were not
   * @param sortedNanos from when a pair was due, not from when it could be sent
   */
  record Latency(double perSecond, int refused, long[] sortedNanos) {
    double ms(double share) {
      int last = sortedNanos.length - 1;
      return last < 0 ? Double.NaN : sortedNanos[(int) Math.min(last, Math.ceil(share * sortedNanos.length) - 1)] / 1e6;
    }
  }

  /** So many a second, whether or not the ones before are answered. */
  Latency open(int perSecond, long seconds) throws InterruptedException {
    int count = Math.toIntExact(perSecond * seconds);
    long[] nanos = new long[count];
    AtomicInteger answered = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    CountDownLatch over = new CountDownLatch(count);
    long started = System.nanoTime();
    for (int i = 0; i < count; i++) {
      long due = started + i * 1_000_000_000L / perSecond;
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      pair(ledgers.get(i % ledgers.size()))
          .whenComplete((settled, failure) -> {
            if (failure == null) {
              nanos[answered.getAndIncrement()] = System.nanoTime() - due;
            } else {
              refused.incrementAndGet();
            }
            over.countDown();
          });
    }
    over.await();
    double rate = answered.get() * 1e9 / (System.nanoTime() - started);
    long[] sorted = Arrays.copyOf(nanos, answered.get());
    Arrays.sort(sorted);
    return new Latency(rate, refused.get(), sorted);
  }
}
