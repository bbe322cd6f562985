package dev.exchequer.server.store;

import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.Decision;
import dev.exchequer.ledger.LedgerCore;
import dev.exchequer.ledger.LedgerState;

/** What a ledger decides commands with: {@link LedgerCore#apply}. The seam where the simulator looks on. */
@FunctionalInterface
public interface Decider {
  Decider CORE = LedgerCore::apply;

  /** As {@link LedgerCore#apply}. */
  Decision apply(LedgerState state, Command command, long nowMs);
}
