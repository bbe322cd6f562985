package dev.exchequer.server.sim;

import dev.exchequer.policy.Policy;
import java.util.Map;
import java.util.function.Function;

/** Makes the database of a run, for who wants to look at what is done with it. */
public interface Databases {
  /** @param decode the policy of these bytes */
  Home make(Scheduler scheduler, Function<byte[], Policy> decode);

  /**
   * One run of one seed, with two gateways that share such a database.
   *
   * @return how often each thing happened
   * @throws AssertionError with the seed
   */
  static Map<String, Long> run(long seed, int actions, Databases databases) {
    Simulator simulator = new Simulator(seed, false, databases);
    simulator.run(actions);
    return simulator.counts();
  }
}
