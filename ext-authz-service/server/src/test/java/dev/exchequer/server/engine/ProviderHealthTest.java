package dev.exchequer.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.fallback.Evidence;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.ProviderView.Standing;
import dev.exchequer.ledger.World;
import dev.exchequer.policy.Route;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProviderHealthTest {
  private static final ObjectName PROVIDER = new ObjectName("default", "mock");
  private static final long SECOND = 1_000_000_000L;
  private final ProviderHealth health = new ProviderHealth();
  private long now = 1;

  private static Route.Fallback fallback(int failures) {
    return new Route.Fallback(null, "f", Set.of(), Set.of(), 4, 60_000, failures, 30_000, false);
  }

  private void ended(Evidence evidence) {
    health.ended(PROVIDER, fallback(3), evidence, now);
  }

  private Standing standing(boolean probing) {
    return health.view(now, probing).of(PROVIDER);
  }

  @Test
  void restsAfterFailuresInARowAndThenOneProbeTriesIt() {
    ended(World.status(500));
    ended(World.local("UF connect"));
    assertThat(standing(true)).isEqualTo(new Standing.Well());
    ended(World.local("UT response_timeout"));
    assertThat(standing(true)).isEqualTo(new Standing.CoolingDown(30));
    now += 29 * SECOND;
    assertThat(standing(true)).isEqualTo(new Standing.CoolingDown(1));
    now += SECOND;
    assertThat(standing(false)).as("only looking takes no probe").isEqualTo(new Standing.Probe());
    assertThat(standing(true)).isEqualTo(new Standing.Probe());
    assertThat(standing(true)).as("one probe").isEqualTo(new Standing.CoolingDown(1));
    ended(World.ok(1, 1));
    assertThat(standing(true)).isEqualTo(new Standing.Well());
  }

  @Test
  void aProbeThatFailsLetsItRestAgainAndOneThatIsNotUsedFreesThePlace() {
    for (int i = 0; i < 3; i++) {
      ended(World.status(503));
    }
    now += 30 * SECOND;
    ProviderView view = health.view(now, true);
    assertThat(view.of(PROVIDER)).isEqualTo(new Standing.Probe());
    health.unused(view, null);
    assertThat(standing(true)).isEqualTo(new Standing.Probe());
    ended(World.status(503));
    assertThat(standing(true)).isEqualTo(new Standing.CoolingDown(30));
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 400, 401, 404})
  void statusesThatAreNotTheProvidersFailure(int status) {
    for (int i = 0; i < 10; i++) {
      ended(World.status(status));
    }
    assertThat(standing(true)).isEqualTo(new Standing.Well());
  }

  @Test
  void aSuccessInBetweenBeginsAnewAndZeroMeansNever() {
    ended(World.status(500));
    ended(World.status(500));
    ended(World.ok(1, 1));
    ended(World.status(500));
    assertThat(standing(true)).isEqualTo(new Standing.Well());
    for (int i = 0; i < 10; i++) {
      health.ended(PROVIDER, fallback(0), World.status(500), now);
    }
    assertThat(standing(true)).isEqualTo(new Standing.Well());
  }
}
