package dev.exchequer.server.sim;

import dev.exchequer.server.store.Decider;

/** A ledger with one thing missing, made at the seams; the simulator has to notice it. {@link #NONE} is the ledger as it is. */
interface Mutant {
  Mutant NONE = new Mutant() {};

  default Decider core() {
    return Decider.CORE;
  }

  default SimulatedDisk disk(SimulatedDisk disk) {
    return disk;
  }
}
