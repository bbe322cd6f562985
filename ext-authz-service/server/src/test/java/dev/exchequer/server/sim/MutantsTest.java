package dev.exchequer.server.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Take a guard out of the program, and the simulator fails within a few seeds. `-Dsim.mutants=N` looks at so many seeds of each, `-Dsim.mutant=` at those with this in their name. */
class MutantsTest {
  @Test
  void whateverGuardIsMissingTheSimulatorNoticesIt() throws Exception {
    long seeds = Long.getLong("sim.mutants", 3_000);
    List<String> survivors = new ArrayList<>();
    String only = System.getProperty("sim.mutant", "");
    for (Mutant mutant : Mutant.all()) {
      if (!mutant.name().contains(only)) {
        continue;
      }
      String failure = MutantLoader.firstFailure(mutant, 1, seeds);
      System.out.printf("mutant: %s: %s%n", mutant.name(), failure.isEmpty() ? "survives " + seeds + " seeds" : failure.lines().findFirst().orElseThrow());
      if (failure.isEmpty()) {
        survivors.add(mutant.name());
      }
    }
    assertThat(survivors).as("mutants that nobody noticed").isEmpty();
  }
}
