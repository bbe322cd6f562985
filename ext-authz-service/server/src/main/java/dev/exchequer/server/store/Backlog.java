package dev.exchequer.server.store;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * What waits in a lane, and how long something new would wait: as many commits as it takes to get to it, each as long as commits took lately, or as the one that
 * runs already takes. So a disk that hangs is noticed before its commit ends. Counted by any thread, begun and ended by the lane's.
 */
final class Backlog {
  /** A commit counts an eighth, as in the smoothing of round-trip times (RFC 6298). */
  private static final int SMOOTHING = 8;

  private final int largestBatch;
  private final int largest;
  private final LongSupplier nanos;
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile long commitNanos;
  private volatile long begunAt;
  private volatile boolean running;

  /**
   * @param largestBatch works of one commit
   * @param largest works that may wait
   * @param nanos as System.nanoTime
   */
  Backlog(int largestBatch, int largest, LongSupplier nanos) {
    this.largestBatch = largestBatch;
    this.largest = largest;
    this.nanos = nanos;
  }

  void added() {
    waiting.incrementAndGet();
  }

  boolean isFull() {
    return waiting.get() >= largest;
  }

  /** A batch of so many works leaves the queue. */
  void begun(int works) {
    waiting.addAndGet(-works);
    begunAt = nanos.getAsLong();
    running = true;
  }

  /** It was committed, or it failed. */
  void ended() {
    long took = nanos.getAsLong() - begunAt;
    long before = commitNanos;
    commitNanos = before == 0 ? took : before + (took - before) / SMOOTHING;
    running = false;
  }

  /** About how long until something that comes now is answered. */
  long waitNanos() {
    long usual = commitNanos;
    long batches = 1 + waiting.get() / largestBatch;
    if (!running) {
      return batches * usual;
    }
    long runs = nanos.getAsLong() - begunAt;
    // the one that runs still needs what is left of a usual one; one that is late needs about as long again as it has taken
    long left = runs < usual ? usual - runs : runs;
    return left + batches * Math.max(usual, runs);
  }
}
