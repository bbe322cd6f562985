package dev.exchequer.server.sim;

import java.util.Map;
import java.util.TreeMap;

/** What happened: counted always, told only when a seed is replayed. */
final class Trace {
  private final boolean aloud;
  private final long startMs;
  private final Map<String, Long> counts = new TreeMap<>();

  Trace(boolean aloud, long startMs) {
    this.aloud = aloud;
    this.startMs = startMs;
  }

  @SuppressWarnings("SystemOut") // for the person who replays a seed
  void say(long nowMs, String what) {
    if (aloud) {
      System.out.printf("%8d ms  %s%n", nowMs - startMs, what);
    }
  }

  /** Something that a run of many seeds must have seen. */
  void count(String what) {
    counts.merge(what, 1L, Long::sum);
  }

  void count(String what, long times) {
    if (times > 0) {
      counts.merge(what, times, Long::sum);
    }
  }

  Map<String, Long> counts() {
    return counts;
  }
}
