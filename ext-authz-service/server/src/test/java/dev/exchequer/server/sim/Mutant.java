package dev.exchequer.server.sim;

import dev.exchequer.policy.Policy;
import dev.exchequer.server.store.Decider;
import dev.exchequer.server.store.postgres.FakeDatabase;
import java.util.function.Function;

/** A ledger with one thing missing, made at the seams; the simulator has to notice it. {@link #NONE} is the ledger as it is. */
interface Mutant {
  Mutant NONE = new Mutant() {};

  default Decider core() {
    return Decider.CORE;
  }

  default FakeDatabase database(Scheduler scheduler, Function<byte[], Policy> decode) {
    return new FakeDatabase(scheduler, decode);
  }

  default SimulatedDisk disk(SimulatedDisk disk) {
    return disk;
  }
}
