package dev.exchequer.operator.reconcile;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a piece of work once for many changes: when none came for 5 ms, at the latest 50 ms after the first. */
final class Batcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Batcher.class);
  private static final long QUIET = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long LATEST = TimeUnit.MILLISECONDS.toNanos(50);

  private static final long LAST_MS = 5000;

  private final Runnable work;
  private final Thread thread;
  private boolean dirty;
  private boolean closed;
  private long first;
  private long last;

  private Batcher(Runnable work) {
    this.work = work;
    this.thread = Thread.ofPlatform().daemon().name("batcher").unstarted(this::run);
  }

  /** @param work runs on the batcher's own thread, never twice at once */
  static Batcher start(Runnable work) {
    Batcher batcher = new Batcher(work);
    batcher.thread.start();
    return batcher;
  }

  /** Something changed. */
  synchronized void mark() {
    last = System.nanoTime();
    if (!dirty) {
      dirty = true;
      first = last;
      notifyAll();
    }
  }

  /** Whether there is something to do; not if this is closed. */
  private synchronized boolean await() throws InterruptedException {
    while (!dirty && !closed) {
      wait();
    }
    long left = left();
    while (left > 0 && !closed) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
      left = left();
    }
    dirty = false;
    return !closed;
  }

  private synchronized long left() {
    return Math.min(last + QUIET, first + LATEST) - System.nanoTime();
  }

  private void run() {
    try {
      while (await()) {
        try {
          work.run();
        } catch (RuntimeException e) {
          LOG.error("a change was not taken", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Work that is under way is not interrupted: half of it would be served. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    try {
      thread.join(LAST_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
