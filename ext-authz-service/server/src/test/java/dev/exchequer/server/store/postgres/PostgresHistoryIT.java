package dev.exchequer.server.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.Refusals;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.store.GroupCommitLane;
import dev.exchequer.server.store.HistoryScenarios;
import dev.exchequer.server.store.LedgerHistory.RefusalRow;
import dev.exchequer.server.store.LedgerLane.LedgerUnavailable;
import dev.exchequer.server.store.LedgerReads;
import dev.exchequer.server.store.OpenLedger;
import dev.exchequer.server.store.SetClock;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class PostgresHistoryIT extends HistoryScenarios {
  private static final long AT = 1_700_000_000_000L;
  private static final LedgerReads.ReceiptQuery DENIED = new LedgerReads.ReceiptQuery(null, null, null, null, "Denied", null, null, null, null, null, 500);

  private final String url = PostgresServer.shared().database();

  @Override
  protected OpenLedger open(World world, Clock clock) {
    return open("one", world, clock);
  }

  private OpenLedger open(String replica, World world, Clock clock) {
    return PostgresServer.open(url, replica, world, Sessions.of(PostgresServer.settings(url, replica), "writer"), clock);
  }

  @Test
  void everyReplicaHasReceiptsOfItsOwnAndTheirCountsAreOneSum() {
    SetClock clock = new SetClock(AT);
    try (OpenLedger one = open("one", new World(), clock); OpenLedger two = open("two", new World(), clock)) {
      for (int i = 0; i < Refusals.RECEIPTS_A_SECOND + 3; i++) {
        one.lane.submit(deny(one, "one" + i, "a")).join();
        two.lane.submit(deny(two, "two" + i, "a")).join();
      }
      assertThat(two.reads.receipts(DENIED).items()).hasSize(2 * Refusals.RECEIPTS_A_SECOND);
      assertThat(one.home.history().refusals(ALL).items()).isEqualTo(two.home.history().refusals(ALL).items()).containsExactly(new RefusalRow("default/key", AT, "a", 6));
      assertThat(one.home.history().refusalsCounted(AT, AT + 1_000)).isEqualTo(6);
    }
  }

  @Test
  void aBatchThatFailedTookNoReceiptAwayAndIsNotTold() {
    SetClock clock = new SetClock(AT);
    World world = new World();
    Policy policy = world.policy();
    List<Change> told = new CopyOnWriteArrayList<>();
    GroupCommitLane.Observer observer =
        new GroupCommitLane.Observer() {
          @Override
          public void committed(int commands, long nanos) {}

          @Override
          public void stored(Change change) {
            told.add(change);
          }
        };
    try (OpenLedger ledger = new OpenLedger(PostgresHome.open(PostgresServer.settings(url, "one"), bytes -> policy, clock, observer), world, policy)) {
      PostgresServer.execute(url, "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''disk trouble''; END'");
      PostgresServer.execute(url, "CREATE TRIGGER broken BEFORE INSERT ON receipts EXECUTE FUNCTION broken()");
      for (int i = 0; i < Refusals.RECEIPTS_A_SECOND; i++) {
        Command lost = deny(ledger, "lost" + i, "a");
        assertThatThrownBy(() -> ledger.lane.submit(lost).join()).hasCauseInstanceOf(LedgerUnavailable.class);
      }
      PostgresServer.execute(url, "DROP TRIGGER broken ON receipts");
      List<Result.Refused> refused = new ArrayList<>();
      for (int i = 0; i <= Refusals.RECEIPTS_A_SECOND; i++) {
        refused.add((Result.Refused) ledger.lane.submit(deny(ledger, "r" + i, "a")).join());
      }
      assertThat(refused.stream().filter(r -> r.receipt() != null)).hasSize(Refusals.RECEIPTS_A_SECOND);
      assertThat(refused.getLast().receipt()).isNull();
      assertThat(told.stream().filter(Change.ReceiptWritten.class::isInstance)).hasSize(Refusals.RECEIPTS_A_SECOND);
      assertThat(told.stream().filter(Change.RefusalCounted.class::isInstance)).hasSize(1);
    }
  }

  @Test
  void aReportReadsAlongTheIndexAndKeepsWhatItBegan() {
    try (OpenLedger ledger = open("one", new World(), Clock.systemUTC())) {
      for (int i = 0; i < 3; i++) {
        ledger.admit("r" + i).join();
        ledger.settle("r" + i).join();
      }
      List<String> told = new ArrayList<>();
      ledger.home.history().receipts(
          0, Long.MAX_VALUE,
          row -> {
            if (told.isEmpty()) {
              ledger.admit("later").join();
              ledger.settle("later").join();
            }
            told.add(row.id());
          });
      assertThat(told).as("one snapshot; the lane does not wait").containsExactly("r0", "r1", "r2");
      assertThat(PostgresServer.number(url, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'")).isZero();
    }
  }
}
