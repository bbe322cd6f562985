package dev.exchequer.server.store.postgres;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.store.BatchLedger;
import dev.exchequer.server.store.OpenLedger;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Requests a second (one admit and one settle each, both answered after COMMIT) on one hot balance: one transaction for each operation at 16 sessions, against
 * lanes, on the same server in the same run. Ratios travel between machines better than rates. Argument: seconds for each step (8).
 */
final class PostgresBenchmark {
  private static final AtomicLong IDS = new AtomicLong();
  private static final int SESSIONS = 16;

  private PostgresBenchmark() {}

  public static void main(String[] args) throws Exception {
    long seconds = args.length > 0 ? Long.parseLong(args[0]) : 8;
    String url = PostgresServer.shared().database();
    List<OpenLedger> lanes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      lanes.add(PostgresServer.open(url, "r" + i, world()));
    }
    lanes(lanes.subList(0, 1), 64, Math.min(4, seconds));
    naive(url, Math.min(4, seconds));
    double alone = naive(url, seconds);
    System.out.printf("one transaction each, %d sessions: %7.0f requests/s%n", SESSIONS, alone);
    for (int[] step : new int[][] {{1, 1}, {1, 16}, {1, 64}, {1, 256}, {1, 1024}, {2, 256}, {4, 256}, {4, 1024}}) {
      double rate = lanes(lanes.subList(0, step[0]), step[1], seconds);
      System.out.printf("%d replicas, %4d in flight:         %7.0f requests/s  x%.1f%n", step[0], step[1], rate, rate / alone);
    }
    lanes.forEach(OpenLedger::close);
    System.exit(0);
  }

  private static World world() {
    World world = new World();
    world.credit = "1000000000";
    world.concurrency = 100_000;
    world.maxInFlight = 100_000;
    return world;
  }

  /** Each session decides one command in one transaction, as a service without a lane would. */
  private static double naive(String url, long seconds) throws InterruptedException {
    World world = world();
    Policy policy = world.policy();
    world.apply(new Command.Activate(policy));
    LongAdder done = new LongAdder();
    CountDownLatch over = new CountDownLatch(SESSIONS);
    long started = System.nanoTime();
    long until = started + TimeUnit.SECONDS.toNanos(seconds);
    for (int i = 0; i < SESSIONS; i++) {
      String replica = "naive" + i;
      Thread.ofPlatform().start(() -> {
        WriterSession session = WriterSession.takeOver(Sessions.of(PostgresServer.settings(url, replica), "writer"), replica);
        try (SharedLedger ledger = new SharedLedger(session, Clock.systemUTC(), new PolicyShelf(bytes -> policy), System.currentTimeMillis(), change -> {})) {
          while (System.nanoTime() < until) {
            String id = "n" + IDS.incrementAndGet();
            world.now = System.currentTimeMillis();
            decide(ledger, new Command.Admit(world.facts(id, "", null), ProviderView.ALL_WELL));
            decide(ledger, new Command.Settle(new HoldId(id, 1), World.ok(20, 10), ProviderView.ALL_WELL));
            done.increment();
          }
        } finally {
          over.countDown();
        }
      });
    }
    over.await();
    return done.sum() * 1e9 / (System.nanoTime() - started);
  }

  private static void decide(SharedLedger ledger, Command command) {
    BatchLedger.Answer answer = ledger.decide(List.of(command)).getFirst();
    if (answer.failure() != null) {
      throw answer.failure();
    }
  }

  private static double lanes(List<OpenLedger> lanes, int inFlight, long seconds) throws InterruptedException {
    LongAdder done = new LongAdder();
    CountDownLatch over = new CountDownLatch(inFlight);
    long started = System.nanoTime();
    long until = started + TimeUnit.SECONDS.toNanos(seconds);
    for (int i = 0; i < inFlight; i++) {
      request(lanes.get(i % lanes.size()), done, over, until);
    }
    over.await();
    return done.sum() * 1e9 / (System.nanoTime() - started);
  }

  private static void request(OpenLedger ledger, LongAdder done, CountDownLatch over, long until) {
    String id = "r" + IDS.incrementAndGet();
    ledger
        .admit(id)
        .thenCompose(admitted -> {
          if (!(admitted instanceof Result.Held)) {
            throw new IllegalStateException("not admitted: " + admitted);
          }
          return ledger.settle(id);
        })
        .whenComplete((settled, failure) -> {
          if (failure != null) {
            failure.printStackTrace();
            over.countDown();
            return;
          }
          done.increment();
          if (System.nanoTime() < until) {
            request(ledger, done, over, until);
          } else {
            over.countDown();
          }
        });
  }
}
