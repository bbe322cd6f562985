package dev.exchequer.server.sim;

import dev.exchequer.policy.Policy;

/** What a gateway of a simulation sees of it. */
interface Surroundings {
  Scheduler scheduler();

  Faults faults();

  Truth truth();

  /** The policy in force, as the operator last said it. */
  Policy policy();

  /** The journal of its machine. */
  SimulatedLog logOf(Gateway gateway);

  void died(Gateway gateway);
}
