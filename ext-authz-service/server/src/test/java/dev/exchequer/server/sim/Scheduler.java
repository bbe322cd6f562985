package dev.exchequer.server.sim;

import java.util.PriorityQueue;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Simulated time and everything that will happen: the earliest event first, chance decides between two of the same millisecond. */
public final class Scheduler {
  private record Event(long atMs, int chance, long number, Runnable what) {}

  public final Random random;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>((a, b) -> a.atMs != b.atMs ? Long.compare(a.atMs, b.atMs) : a.chance != b.chance ? Integer.compare(a.chance, b.chance) : Long.compare(a.number, b.number));
  private final Trace trace;
  private long nowMs;
  private long numbers;
  private @Nullable Fiber current;

  Scheduler(long seed, long nowMs, Trace trace) {
    this.random = new Random(seed);
    this.nowMs = nowMs;
    this.trace = trace;
  }

  /** True time; a process sees it through its own clock. */
  public long nowMs() {
    return nowMs;
  }

  /** How many events there were. */
  long numbers() {
    return numbers;
  }

  public void trace(String what) {
    trace.say(nowMs, what);
  }

  public void after(long delayMs, Runnable what) {
    events.add(new Event(nowMs + delayMs, random.nextInt(), ++numbers, what));
  }

  /** @return false = nothing more will happen before this moment */
  boolean step(long untilMs) {
    Event next = events.peek();
    if (next == null || next.atMs > untilMs) {
      nowMs = Math.max(nowMs, untilMs);
      return false;
    }
    events.poll();
    nowMs = Math.max(nowMs, next.atMs);
    next.what.run();
    return true;
  }

  boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  @Nullable Fiber enter(@Nullable Fiber fiber) {
    Fiber before = current;
    current = fiber;
    return before;
  }

  /** The fiber that runs. */
  Fiber current() {
    Fiber fiber = current;
    if (fiber == null) {
      throw new IllegalStateException("only a fiber may wait");
    }
    return fiber;
  }
}
