package dev.exchequer.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.api.v1.BalanceReport;
import dev.exchequer.api.v1.LedgerReport;
import dev.exchequer.operator.TestClock;
import dev.exchequer.operator.reconcile.OpenHolds.Step;
import dev.exchequer.operator.status.Live;
import dev.exchequer.operator.status.Lives;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class OpenHoldsTest {
  private static final List<String> ON = List.of("other.example/mine", OpenHolds.FINALIZER);
  private static final List<String> OFF = List.of();

  private final TestClock clock = new TestClock();
  private final OpenHolds holds = new OpenHolds(clock);

  @Test
  void onlyWhatHasOpenHoldsWaits() {
    heard(true, "wallet", 2);
    assertThat(step(stays(OFF))).isEqualTo(Step.ADD);
    assertThat(step(stays(ON))).isNull();
    heard(false, "wallet", 0);
    assertThat(step(stays(OFF))).isNull();
    assertThat(holds.total()).isZero();
  }

  @Test
  void aBalanceInUseKeepsItForAMoment() {
    heard(true, "wallet", 1);
    heard(false, "wallet", 0);
    assertThat(step(stays(ON))).isNull();
    clock.passSeconds(14);
    assertThat(step(stays(ON))).isNull();
    heard(false, "wallet", 1);
    heard(false, "wallet", 0);
    clock.passSeconds(14);
    assertThat(step(stays(ON))).as("it had holds again").isNull();
    clock.passSeconds(1);
    assertThat(step(stays(ON))).isEqualTo(Step.REMOVE);
  }

  @Test
  void aDeletedOneGoesWithItsLastHold() {
    heard(true, "wallet", 1);
    assertThat(step(deleted(ON))).isNull();
    assertThat(step(deleted(OFF))).as("no finalizer can be added to what is going").isNull();
    heard(false, "wallet", 0);
    assertThat(step(deleted(ON))).isEqualTo(Step.REMOVE);
  }

  @Test
  void whatAWholeReportDoesNotNameHasNoHolds() {
    heard(true, "wallet", 1);
    heard(true, "another", 1);
    assertThat(step(deleted(ON))).isEqualTo(Step.REMOVE);
  }

  @Test
  void withoutAnyReportTheLeaderLetsADeletedOneGoAfterTwoLeases() {
    Live deleted = deleted(ON);
    clock.passSeconds(119);
    assertThat(holds.steps(List.of(deleted), true)).isEmpty();
    clock.passSeconds(1);
    assertThat(holds.steps(List.of(deleted), false)).as("a replica that does not lead decides nothing").isEmpty();
    assertThat(step(deleted)).isEqualTo(Step.REMOVE);
    assertThat(step(stays(ON))).as("one that stays harms nobody").isNull();
  }

  @Test
  void reportsThatCeaseAreSilenceToo() {
    heard(true, "wallet", 1);
    Live deleted = deleted(ON);
    clock.passSeconds(100);
    heard(false, "another", 0);
    clock.passSeconds(119);
    assertThat(step(deleted)).as("there are holds, and somebody reported").isNull();
    clock.passSeconds(1);
    assertThat(step(deleted)).isEqualTo(Step.REMOVE);
  }

  @Test
  void aGatewayThatReportsToAnotherReplicaIsHeardByTheStatus() {
    clock.passSeconds(300);
    Instant recently = clock.instant().minusSeconds(60);
    Live deleted =
        Lives.live("Balance", "wallet", "1", "{'asOf':'" + recently + "'}", clock.instant().minusSeconds(200), ON);
    assertThat(step(deleted)).isNull();
    clock.passSeconds(60);
    assertThat(step(deleted)).isEqualTo(Step.REMOVE);
  }

  @Test
  void theDeletedOnesComeFirst() {
    heard(true, "wallet", 0);
    clock.passSeconds(60);
    Live stays = Lives.live("Balance", "a", "1", "", null, ON);
    assertThat(holds.steps(List.of(stays, deleted(ON)), true).keySet()).extracting(live -> live.key().name().name()).containsExactly("wallet", "a");
  }

  @Test
  void aReplicaThatStopsLetsGoWhatItKnows() {
    Live stays = stays(ON);
    assertThat(holds.leave(List.of(stays))).as("it has heard of none").isEmpty();
    heard(true, "wallet", 1);
    assertThat(holds.leave(List.of(stays, Lives.live("Balance", "another", "1", "", null, ON)))).containsExactly(stays);
  }

  private void heard(boolean whole, String balance, long open) {
    holds.heard(
        LedgerReport.newBuilder().setWhole(whole).addBalances(BalanceReport.newBuilder().setName("default/" + balance).setOpenHolds(open)).build());
  }

  private @Nullable Step step(Live balance) {
    return holds.steps(List.of(balance), true).get(balance);
  }

  private static Live stays(List<String> finalizers) {
    return Lives.live("Balance", "wallet", "1", "", null, finalizers);
  }

  private Live deleted(List<String> finalizers) {
    return Lives.live("Balance", "wallet", "1", "", clock.instant(), finalizers);
  }
}
