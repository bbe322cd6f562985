package dev.exchequer.server.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.money.Money;
import dev.exchequer.server.store.LedgerReads;
import dev.exchequer.server.store.OpenLedger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 of the PostgreSQL server while two replicas commit: they go on when it is back, and what they acknowledged is there, once. */
class CrashedServerIT {
  private static final int KILLS = 3;
  private static final int CALLERS = 16;
  private static final int ANSWERS = 300;
  private static final long GRANTED = Money.parse("1000000");
  private static final long CHARGE = Money.parse("0.10003");

  @TempDir Path folder;

  private final Queue<String> held = new ConcurrentLinkedQueue<>();
  private final Queue<String> settled = new ConcurrentLinkedQueue<>();
  private final Semaphore answers = new Semaphore(0);

  @Test
  void acknowledgedMoneyOutlivesTheServer() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    PostgresServer server = PostgresServer.in(data, 0, Map.of());
    int port = server.port();
    String url = server.database();
    List<OpenLedger> replicas = List.of(PostgresServer.open(url, "one", world()), PostgresServer.open(url, "two", world()));
    try {
      for (int round = 0; round < KILLS; round++) {
        List<CompletableFuture<?>> calls = new ArrayList<>();
        for (int caller = 0; caller < CALLERS; caller++) {
          calls.add(pairs(replicas, round + "-" + caller + "-", 0));
        }
        assertThat(answers.tryAcquire(ANSWERS, 60, TimeUnit.SECONDS)).isTrue();
        PostgresServer.kill(data);
        calls.forEach(CompletableFuture::join);
        server.close();
        server = PostgresServer.in(data, port, Map.of());
        assertThat(server.port()).isEqualTo(port);
        answers.drainPermits();
        check(replicas);
      }
    } finally {
      replicas.forEach(OpenLedger::close);
      server.close();
    }
  }

  private static World world() {
    World world = new World();
    world.withConsent = false;
    world.credit = "1000000";
    world.concurrency = 10_000;
    world.maxInFlight = 10_000;
    return world;
  }

  /** One after the other, held by one replica and settled by another, until the ledger is not available. */
  private CompletableFuture<?> pairs(List<OpenLedger> replicas, String caller, int n) {
    String id = caller + n;
    return replicas
        .get(n % 2)
        .admit(id)
        .thenCompose(
            admitted -> {
              assertThat(admitted).isInstanceOf(Result.Held.class);
              held.add(id);
              answers.release();
              return replicas.get((n + caller.length()) % 2).settle(id);
            })
        .thenApply(
            done -> {
              settled.add(id);
              answers.release();
              return done;
            })
        .handle((done, gone) -> gone == null ? pairs(replicas, caller, n + 1) : CompletableFuture.<Void>completedFuture(null))
        .thenCompose(next -> next);
  }

  private void check(List<OpenLedger> replicas) throws IOException {
    LedgerReads reads = replicas.getFirst().reads;
    for (String id : settled) {
      assertThat(reads.receipt(id)).as("the receipt of acknowledged " + id).isPresent();
    }
    for (String id : held) {
      assertThat(((Result.Settled) replicas.get(1).settle(id).join()).known()).as("the hold of acknowledged " + id).isTrue();
    }
    LedgerReads.BalanceRow row = reads.balance(World.CREDIT).orElseThrow();
    assertThat(row.posted()).isEqualTo(GRANTED - (row.sequence() - 1) * CHARGE);
    assertThat(row.sequence() - 1).as("charges").isGreaterThanOrEqualTo(held.size());
    assertThat(row.held()).as("what was held and never acknowledged").isEqualTo(reads.openHolds().count() * Money.parse("0.1011"));
    assertThat(reads.openHolds().count()).isLessThanOrEqualTo((long) CALLERS * KILLS);
  }
}
