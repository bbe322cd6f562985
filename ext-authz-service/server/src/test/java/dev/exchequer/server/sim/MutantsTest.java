package dev.exchequer.server.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Take a guard out of the program, and the simulator fails within a few seeds. `-Dsim.mutants=N` looks at so many seeds of each. */
class MutantsTest {
  @Test
  void whateverGuardIsMissingTheSimulatorNoticesIt() throws Exception {
    long seeds = Long.getLong("sim.mutants", 1_000);
    List<String> survivors = new ArrayList<>();
    for (Mutant mutant : Mutant.all()) {
      String failure = MutantLoader.firstFailure(mutant, 1, seeds);
      System.out.printf("mutant: %s: %s%n", mutant.name(), failure.isEmpty() ? "survives " + seeds + " seeds" : failure.lines().findFirst().orElseThrow());
      if (failure.isEmpty()) {
        survivors.add(mutant.name());
      }
    }
    assertThat(survivors).as("mutants that nobody noticed").isEmpty();
  }
}
