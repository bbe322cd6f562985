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
  FLOOD;

  static Profile drawn(Random random) {
    return switch (random.nextInt(12)) {
      case 0, 1 -> CROWD;
      case 2 -> RESTARTS;
      case 3 -> FLOOD;
      default -> ORDINARY;
    };
  }

  /** In one of so many cases something breaks between two actions: nine of these are named. */
  int faultDice() {
    return this == RESTARTS ? 16 : 160;
  }

  boolean shared() {
    return this == CROWD || this == FLOOD;
  }
}
