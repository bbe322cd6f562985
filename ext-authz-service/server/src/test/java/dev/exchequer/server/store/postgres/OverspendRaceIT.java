package dev.exchequer.server.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.RouteClass;
import dev.exchequer.server.store.LedgerReads;
import dev.exchequer.server.store.OpenLedger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Many callers at several replicas want one balance and one budget: exact to the nano-unit, at every number of replicas, callers and legs. {@code -Drace.callers=N}
 * has 16, 64, 256 up to N of them (1,024) at each number of replicas and legs; without it the most are 1,024 once.
 */
class OverspendRaceIT {
  private final String url = PostgresServer.shared().database();
  private final List<OpenLedger> opened = new ArrayList<>();

  @AfterEach
  void close() {
    opened.forEach(OpenLedger::close);
  }

  static Stream<Arguments> races() {
    int most = Integer.getInteger("race.callers", 16);
    List<Arguments> races = new ArrayList<>();
    for (int replicas : new int[] {1, 2, 4, 8}) {
      for (int callers = 16; callers <= most; callers *= 4) {
        for (int legs = 1; legs <= 3; legs++) {
          races.add(Arguments.of(replicas, callers, legs));
        }
      }
    }
    if (most == 16) {
      races.add(Arguments.of(4, 1024, 2));
      races.add(Arguments.of(8, 256, 3));
    }
    return races.stream();
  }

  private OpenLedger replica(String name, World world) {
    OpenLedger ledger = PostgresServer.open(url, name, world);
    opened.add(ledger);
    return ledger;
  }

  private static World race() {
    World world = new World();
    world.withConsent = false;
    world.credit = "7.412345679";
    world.pricePerMillionTokens = 0;
    world.hops = List.of(RouteClass.DIRECT, RouteClass.DIRECT, RouteClass.DIRECT);
    world.budgets.add(world.budget("shared", Budget.Per.TARGET, "CREDIT", "7.312345679", 100));
    world.budgets.add(world.budget("wide", Budget.Per.END_USER, "CREDIT", "60", 100));
    world.concurrency = 10_000;
    world.maxInFlight = 10_000;
    return world;
  }

  /** A price of 0.1, a budget of 7.31...: exactly 73 may be held at once, and once all of them are charged nothing more is. */
  @ParameterizedTest(name = "{0} replicas, {1} callers, {2} legs")
  @MethodSource("races")
  void nothingIsSpentTwice(int replicas, int callers, int legs) {
    List<OpenLedger> ledgers = IntStream.range(0, replicas).mapToObj(i -> replica("r" + i, race())).toList();
    AtomicInteger charged = new AtomicInteger();
    List<CompletableFuture<Void>> calls = new ArrayList<>();
    for (int caller = 0; caller < callers; caller++) {
      int first = caller;
      // each asks again until it is refused; every step at another replica
      calls.add(call(ledgers, first, 0, legs, charged));
    }
    calls.forEach(CompletableFuture::join);
    assertThat(charged).hasValue(73);
    LedgerReads reads = ledgers.getFirst().reads;
    assertThat(reads.balance(World.CREDIT).orElseThrow())
        .satisfies(
            row -> {
              assertThat(row.held()).isZero();
              assertThat(row.posted()).isEqualTo(Money.parse("0.112345679"));
              assertThat(row.sequence()).isEqualTo(74);
            });
    assertThat(reads.budgets()).hasSize(2).allSatisfy(budget -> {
      assertThat(budget.spent()).isEqualTo(Money.parse("7.3"));
      assertThat(budget.held()).isZero();
    });
    assertThat(PostgresServer.number(url, "SELECT sum(running) FROM anchors")).isZero();
    assertThat(PostgresServer.number(url, "SELECT count(*) FROM requests")).isZero();
    assertThat(PostgresServer.number(url, "SELECT count(*) FROM holds WHERE state = 'ACTIVE'")).isZero();
    assertThat(PostgresServer.number(url, "SELECT min(after) FROM entries")).as("never below").isNotNegative();
    assertThat(PostgresServer.number(url, "SELECT sum(amount) FROM entries WHERE balance = 'default/credit'")).isEqualTo(Money.parse("0.112345679"));
    assertThat(PostgresServer.number(url, "SELECT count(*) FROM entries WHERE kind = 'Charge'")).isEqualTo(73);
    assertThat(PostgresServer.number(url, "SELECT count(*) FROM receipts WHERE status = 'Succeeded'")).isEqualTo(73);
  }

  private static CompletableFuture<Void> call(List<OpenLedger> ledgers, int caller, int round, int legs, AtomicInteger charged) {
    String id = "c" + caller + "-" + round;
    return at(ledgers, caller + round)
        .admit(id)
        .thenCompose(
            admitted ->
                admitted instanceof Result.Held
                    ? leg(ledgers, id, 1, legs, charged).thenCompose(done -> call(ledgers, caller, round + 1, legs, charged))
                    : CompletableFuture.completedFuture(null));
  }

  private static CompletableFuture<Void> leg(List<OpenLedger> ledgers, String id, int attempt, int legs, AtomicInteger charged) {
    HoldId hold = new HoldId(id, attempt);
    boolean last = attempt == legs;
    OpenLedger settling = at(ledgers, id.hashCode() + attempt);
    return settling.lane
        .submit(new Command.Settle(hold, last ? World.ok(20, 10) : World.status(503), ProviderView.ALL_WELL))
        .thenCompose(
            settled -> {
              if (((Result.Settled) settled).chargeNanos() > 0) {
                charged.incrementAndGet();
              }
              if (!((Result.Settled) settled).next()) {
                return CompletableFuture.completedFuture(null);
              }
              return at(ledgers, id.hashCode() + attempt + 1)
                  .lane
                  .submit(new Command.NextAttempt(new HoldId(id, attempt + 1), ProviderView.ALL_WELL))
                  .thenCompose(next -> next instanceof Result.Held ? leg(ledgers, id, attempt + 1, legs, charged) : CompletableFuture.completedFuture(null));
            });
  }

  private static OpenLedger at(List<OpenLedger> ledgers, int index) {
    return ledgers.get(Math.floorMod(index, ledgers.size()));
  }
}
