package dev.exchequer.server.sim;

import dev.exchequer.ledger.LedgerState;
import dev.exchequer.server.store.LedgerStore;
import dev.exchequer.server.store.SteppedLane;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

/** Where a gateway's ledger is, in either form. */
public interface Home {
  /** Called by the gateway's fiber. */
  Opened open(Gateway gateway);

  /** Its process was killed. */
  default void died(Gateway gateway) {}

  /** Its process was stopped, for now. */
  default void stopped(Gateway gateway) {}

  /** What is stored is what was committed. */
  default void compare(Truth truth) {}

  /** How often a transaction had to wait for another one. */
  default long waits() {
    return 0;
  }

  /**
   * @param loaded what the process before it left
   * @param remember keeps a policy's bytes
   * @param ended another process has its name
   */
  record Opened(SteppedLane lane, LedgerState loaded, BiConsumer<String, byte[]> remember, BooleanSupplier ended) {
    static Opened local(Gateway gateway, LedgerStore store) {
      List<LedgerState> loaded = new ArrayList<>(1);
      SteppedLane lane = SteppedLane.local(store, gateway.clock(), gateway.recorder(), gateway::nanos, gateway::answer, loaded::add);
      return new Opened(lane, loaded.getFirst(), (digest, bytes) -> {}, () -> false);
    }
  }
}
