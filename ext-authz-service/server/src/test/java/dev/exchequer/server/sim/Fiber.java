package dev.exchequer.server.sim;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Code that blocks, as a task of the {@link Scheduler}: it runs until it pauses or ends, and only while the scheduler waits for it. So there is one order of
 * everything, although real code with real stacks runs in it. A virtual thread is only the stack.
 */
public final class Fiber {
  /** Its process was killed: the stack unwinds, and no code in it may do anything more. An Error, so that nobody who handles failures handles this one. */
  public static final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed() {
      super("killed", null, false, false);
    }
  }

  private final Scheduler scheduler;
  private final Thread thread;
  private volatile boolean running;
  private volatile @Nullable Thread waiter;
  private boolean killed;
  private volatile boolean ended;
  private volatile @Nullable Throwable failure;
  private long pauses;

  Fiber(Scheduler scheduler, Runnable body) {
    this.scheduler = scheduler;
    this.thread = Thread.ofVirtual().unstarted(() -> run(body));
  }

  private void run(Runnable body) {
    try {
      body.run();
    } catch (Killed e) {
      // its stack is unwound
    } catch (Throwable e) {
      failure = e;
    } finally {
      ended = true;
      running = false;
      LockSupport.unpark(waiter);
    }
  }

  /** Called by the scheduler. */
  void resume() {
    if (ended) {
      return;
    }
    waiter = Thread.currentThread();
    Fiber before = scheduler.enter(this);
    running = true;
    if (thread.getState() == Thread.State.NEW) {
      thread.start();
    } else {
      LockSupport.unpark(thread);
    }
    while (running) {
      LockSupport.park(this);
    }
    scheduler.enter(before);
    Throwable failed = failure;
    if (failed != null) {
      failure = null;
      throw failed instanceof AssertionError broken ? broken : new AssertionError("a fiber failed: " + failed, failed);
    }
  }

  /** Called by the fiber: until somebody wakes it. */
  void pause() {
    pauses++;
    running = false;
    LockSupport.unpark(waiter);
    while (!running) {
      LockSupport.park(this);
    }
    if (killed) {
      throw new Killed();
    }
  }

  /** Which pause it is in: a wake that was meant for another one is late. */
  long pauses() {
    return pauses;
  }

  /** Unwinds its stack, now. Called by the scheduler; a fiber that kills its own process throws {@link Killed} itself. */
  void kill() {
    killed = true;
    if (thread.getState() == Thread.State.NEW) {
      ended = true;
    } else if (!ended) {
      resume();
    }
  }

  boolean ended() {
    return ended;
  }
}
