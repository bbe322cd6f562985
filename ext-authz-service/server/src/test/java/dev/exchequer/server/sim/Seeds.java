package dev.exchequer.server.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.LoggerFactory;

/** Runs of many seeds, one after the other. */
final class Seeds {
  private static final int ACTIONS = 14;

  private final Map<String, Long> counts = new TreeMap<>();

  /** How often each thing happened. */
  Map<String, Long> counts() {
    return counts;
  }

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
