package dev.exchequer.server.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Runs of many seeds. */
final class Seeds {
  private static final int ACTIONS = 14;

  private final Map<String, Long> counts = new TreeMap<>();
  private long ran;

  /** @throws AssertionError with the seed, and how to see it again */
  void run(long seed, boolean aloud) {
    level(aloud ? Level.INFO : Level.OFF);
    Simulator simulator = new Simulator(seed, aloud);
    try {
      simulator.run(ACTIONS);
    } catch (AssertionError e) {
      throw new AssertionError(
          e.getMessage() + "\nreplay it: mvn -o -q -pl ext-authz-service/server -am test -Dtest=SimulatorTest -Dsurefire.failIfNoSpecifiedTests=false -Dsim.seed=" + seed, e);
    }
    simulator.counts().forEach((what, times) -> counts.merge(what, times, Long::sum));
  }

  /** Faults are what a simulation is made of: what the ledger logs of them is not worth a terminal. */
  private static void level(Level level) {
    ((Logger) LoggerFactory.getLogger("dev.exchequer.server")).setLevel(level);
  }

  /** @return how the first of these seeds that fails does so, "" = none does */
  static String firstFailure(long from, long seeds) throws InterruptedException {
    String[] first = {""};
    onVirtualThread(() -> {
      Seeds runs = new Seeds();
      for (long seed = from; seed < from + seeds && first[0].isEmpty(); seed++) {
        try {
          runs.run(seed, false);
        } catch (AssertionError e) {
          first[0] = String.valueOf(e.getMessage());
        }
      }
    });
    return first[0];
  }

  /** How many seeds were run, and how often each thing happened in them. */
  record Ran(long seeds, Map<String, Long> counts) {}

  /**
   * Runs seeds from this one on, as many at once as there are processors: no two runs share anything.
   *
   * @param more whether this seed is to be run
   * @throws AssertionError with a seed that failed
   */
  static Ran from(long first, LongPredicate more) throws InterruptedException {
    level(Level.OFF); // before there are several: loggers are made by whoever asks first
    AtomicLong next = new AtomicLong(first);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    List<Seeds> lanes = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = Runtime.getRuntime().availableProcessors(); i > 0; i--) {
      Seeds lane = new Seeds();
      lanes.add(lane);
      // on virtual threads, as fibers are cheap to enter only from there
      threads.add(Thread.ofVirtual().start(() -> {
        try {
          for (long seed = next.getAndIncrement(); failure.get() == null && more.test(seed); seed = next.getAndIncrement()) {
            lane.run(seed, false);
            lane.ran++;
          }
        } catch (Throwable e) {
          failure.compareAndSet(null, e);
        }
      }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    Throwable failed = failure.get();
    if (failed != null) {
      throw new AssertionError(failed.getMessage(), failed);
    }
    Map<String, Long> counts = new TreeMap<>();
    lanes.forEach(lane -> lane.counts.forEach((what, times) -> counts.merge(what, times, Long::sum)));
    return new Ran(lanes.stream().mapToLong(lane -> lane.ran).sum(), counts);
  }

  /** On a virtual thread, as fibers are cheap to enter only from there. */
  static void onVirtualThread(Runnable what) throws InterruptedException {
    Throwable[] failure = {null};
    Thread thread = Thread.ofVirtual().start(() -> {
      try {
        what.run();
      } catch (Throwable e) {
        failure[0] = e;
      }
    });
    thread.join();
    if (failure[0] != null) {
      throw new AssertionError(failure[0].getMessage(), failure[0]);
    }
  }
}
