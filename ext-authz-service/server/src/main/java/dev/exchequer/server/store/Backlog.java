package dev.exchequer.server.store;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * What waits in a lane, and how long something new would wait: as many commits as it takes to get to it, each as long as commits took lately, or as the one that
 * runs already takes. So a disk that hangs is noticed before its commit ends. And one that is well again is noticed at once: nobody is turned away from a lane
 * that has nothing to do, and one good commit is believed. Counted by any thread, begun and ended by the lane's.
 */
final class Backlog {
  /** A commit counts an eighth, as in the smoothing of round-trip times (RFC 6298). */
  private static final int SMOOTHING = 8;

  private final int largestBatch;
  private final int largest;
  private final LongSupplier nanos;
  private final AtomicInteger waiting = new AtomicInteger();
  /** The lower of the smoothed time of a commit and the time of the last one: a slow one among good ones is no rule, and a good one after slow ones is news. */
  private volatile long usualNanos;

  private long smoothedNanos;
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

  /** It was committed, or it failed. Nothing if that was said. */
  void ended() {
    if (!running) {
      return;
    }
    long took = nanos.getAsLong() - begunAt;
    smoothedNanos = smoothedNanos == 0 ? took : smoothedNanos + (took - smoothedNanos) / SMOOTHING;
    usualNanos = Math.min(smoothedNanos, took);
    running = false;
  }

  /** About how long until something that comes now is answered. */
  long waitNanos() {
    long usual = usualNanos;
    int before = waiting.get();
    long batches = 1 + before / largestBatch;
    if (!running) {
      return before == 0 ? 0 : batches * usual;
    }
    long runs = nanos.getAsLong() - begunAt;
    // the one that runs still needs what is left of a usual one; one that is late needs about as long again as it has taken
    long left = runs < usual ? usual - runs : runs;
    return left + batches * Math.max(usual, runs);
  }
}
