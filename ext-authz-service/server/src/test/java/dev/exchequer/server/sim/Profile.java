package dev.exchequer.server.sim;

import java.util.Random;

/** What a run is mostly about: each seed draws one. */
enum Profile {
  /** A bit of everything. */
  ORDINARY,
  /** Several replicas get calls about the same rows in the same moment, of keys that share nothing but a balance. */
  CROWD,
  /** Processes and machines die again and again while requests run. */
  RESTARTS,
  /** Callers who are refused in a loop, at a database that loses answers. */
  FLOOD,
  /** Hours pass, policies are superseded and dropped, and what was long over is reported again. */
  HOURS;

  static Profile drawn(Random random) {
    return switch (random.nextInt(12)) {
      case 0, 1 -> CROWD;
      case 2 -> RESTARTS;
      case 3 -> FLOOD;
      case 4 -> HOURS;
      default -> ORDINARY;
    };
  }

  /** In one of so many cases something breaks between two actions: nine of these are named. */
  int faultDice() {
    return switch (this) {
      case RESTARTS -> 16;
      case HOURS -> 30;
      case ORDINARY, CROWD, FLOOD -> 160;
    };
  }

  /** How long it is until somebody does the next thing, at most. */
  long untilNextMs(Random random) {
    if (this == HOURS && random.nextInt(4) == 0) {
      return 4_500_000;
    }
    return random.nextInt(4) == 0 ? 2_000 : 60;
  }

  boolean shared() {
    return this == CROWD || this == FLOOD;
  }
}
