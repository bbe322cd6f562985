package dev.exchequer.server.sim;

import dev.exchequer.ledger.Books;
import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.LedgerState;
import java.util.Collection;
import java.util.Map;

/** Who stands beside the simulated disk, and is told step by step what it does. */
public interface DiskMirror {
  DiskMirror NONE = new DiskMirror() {};

  /** The process was killed, or is the first one: what it had open is gone. */
  default void restarted() {}

  /** A process reads what is there. */
  default void loaded(LedgerState simulated, long startedAtMs, Books books) {}

  /** A transaction is there as a whole. */
  default void committed(Collection<Change> changes, long nowMs) {}

  /** A transaction failed at its end: nothing of it is there. */
  default void failed(Collection<Change> changes, long nowMs) {}

  /** The machine lost its power in the middle of a COMMIT, before it returned: nothing of it is there. */
  default void cut(Collection<Change> changes, long nowMs) {}

  /**
   * One run of one seed, with a gateway on such a disk.
   *
   * @return how often each thing happened
   * @throws AssertionError with the seed
   */
  static Map<String, Long> run(long seed, int actions, DiskMirror mirror) {
    Simulator simulator = new Simulator(seed, false, mirror);
    simulator.run(actions);
    return simulator.counts();
  }
}
