package dev.exchequer.server.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Take a guard out of the program, and the simulator fails within a few seeds: the one that is noted with the mutant, or one of the first 3,000. `-Dsim.mutants=N` looks at the first N seeds of
 * each, whatever is noted, `-Dsim.mutant=` at those with this in their name.
 */
class MutantsTest {
  private static final long SEEDS = 3_000;

  @Test
  void whateverGuardIsMissingTheSimulatorNoticesIt() throws Exception {
    long seeds = Long.getLong("sim.mutants", SEEDS);
    boolean anew = System.getProperty("sim.mutants") != null;
    String only = System.getProperty("sim.mutant", "");
    List<String> survivors = new CopyOnWriteArrayList<>();
    LoggerFactory.getILoggerFactory(); // before there are several threads: it is made by whoever asks first
    // each has its own classes, so as many at once as there are processors
    try (ExecutorService threads = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
      List<Future<?>> all = new ArrayList<>();
      for (Mutant mutant : Mutant.all()) {
        if (mutant.name().contains(only)) {
          all.add(threads.submit(() -> {
            String failure = anew ? "" : MutantLoader.firstFailure(mutant, mutant.seed(), 1);
            if (failure.isEmpty()) {
              failure = MutantLoader.firstFailure(mutant, 1, seeds);
            }
            System.out.printf("mutant: %s: %s%n", mutant.name(), failure.isEmpty() ? "survives " + seeds + " seeds" : failure.lines().findFirst().orElseThrow());
            if (failure.isEmpty()) {
              survivors.add(mutant.name());
            }
            return null;
          }));
        }
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
    assertThat(survivors).as("mutants that nobody noticed").isEmpty();
  }
}
