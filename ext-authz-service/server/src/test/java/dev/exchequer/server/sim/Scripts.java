package dev.exchequer.server.sim;

import dev.exchequer.policy.Policy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Processes that do what a test says, each on a fiber of its own, in an order that the seed decides. */
public final class Scripts implements Surroundings {
  private static final long LONGEST_MS = 3_600_000;

  private final Trace trace = new Trace(false, Simulator.START_MS);
  private final Scheduler scheduler;
  private final Faults faults;
  private final Truth truth = new Truth(trace, new LinkedHashMap<>(), false);
  private final List<Gateway> gateways = new ArrayList<>();
  private int done;

  private Scripts(long seed) {
    this.scheduler = new Scheduler(seed, Simulator.START_MS, trace);
    this.faults = new Faults(scheduler.random, trace, Profile.ORDINARY);
  }

  /**
   * Runs the script in so many processes at once, until each has come to its end.
   *
   * @return how often each fault happened
   */
  public static Map<String, Long> run(long seed, int processes, Databases databases, Consumer<Gateway> script) {
    Scripts scripts = new Scripts(seed);
    Home shared = databases.make(scripts.scheduler, bytes -> {
      throw new AssertionError("a script decodes no policy");
    });
    for (int i = 1; i <= processes; i++) {
      scripts.gateways.add(new Gateway("script" + i, scripts, gateway -> scripts.forEver(gateway, script)));
    }
    scripts.gateways.forEach(Gateway::start);
    while (scripts.done < processes && scripts.scheduler.step(Simulator.START_MS + LONGEST_MS)) {
      // the next event
    }
    if (scripts.done < processes) {
      throw new AssertionError("seed " + seed + ": a script does not come to its end");
    }
    scripts.gateways.forEach(shared::died);
    scripts.faults.heal();
    scripts.gateways.forEach(Gateway::kill);
    return scripts.trace.counts();
  }

  private Home.Opened forEver(Gateway gateway, Consumer<Gateway> script) {
    script.accept(gateway);
    done++;
    while (true) {
      scheduler.current().pause();
    }
  }

  @Override
  public Scheduler scheduler() {
    return scheduler;
  }

  @Override
  public Faults faults() {
    return faults;
  }

  @Override
  public Truth truth() {
    return truth;
  }

  @Override
  public Policy policy() {
    throw new AssertionError("a script has no policy");
  }

  @Override
  public SimulatedLog logOf(Gateway gateway) {
    throw new AssertionError("a script has no journal");
  }

  @Override
  public void died(Gateway gateway) {
    // a script that was killed is over
    done++;
  }
}
