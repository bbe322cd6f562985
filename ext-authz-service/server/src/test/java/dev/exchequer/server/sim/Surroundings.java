package dev.exchequer.server.sim;

import dev.exchequer.ledger.LedgerState;
import dev.exchequer.policy.Policy;

/** What a gateway of a simulation sees of it. */
interface Surroundings {
  Scheduler scheduler();

  Faults faults();

  Truth truth();

  /** The policy in force, as the operator last said it. */
  Policy policy();

  void started(Gateway gateway, LedgerState loaded);

  void died(Gateway gateway);
}
