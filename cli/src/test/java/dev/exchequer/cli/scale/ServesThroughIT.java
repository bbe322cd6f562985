package dev.exchequer.cli.scale;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Requests on routes that stay, while everything around them changes or goes away: none fails, and the books add up. */
final class ServesThroughIT {
  private static final int ROUTES = 200;

  @Test
  void noChangeAndNoLossOfTheControlPlaneCostsARequest() throws Exception {
    try (Processes gateway = new Processes()) {
      gateway.applyBase();
      List<String> stay = IntStream.range(0, 4).mapToObj(i -> "stay-" + i).toList();
      stay.forEach(name -> gateway.createRoute(name, "usage-7-3"));
      gateway.start();
      Scenario.Told told = Scenario.run(gateway, stay, ROUTES, 0);
      assertThat(told.failed()).isEmpty();
      assertThat(told.spent()).as("10 tokens at 1000 a million, of %d requests", told.asked()).isEqualTo(told.due());
      assertThat(told.notSucceeded()).isEmpty();
      assertThat(told.held()).isEqualTo("0.000000000");
    }
  }
}
