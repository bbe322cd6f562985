package dev.exchequer.server.store.postgres;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.World;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.store.BatchLedger;
import dev.exchequer.server.store.Decider;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** What a service without a lane does: each session decides one command in one transaction, with the same rows, statements and decisions. */
final class NaiveLoad {
  private NaiveLoad() {}

  /** @return pairs of a hold and its settlement, a second */
  static double saturated(String url, World world, int sessions, long seconds) throws InterruptedException {
    Policy policy = world.policy();
    world.apply(new Command.Activate(policy));
    LongAdder done = new LongAdder();
    CountDownLatch over = new CountDownLatch(sessions);
    long started = System.nanoTime();
    long until = started + TimeUnit.SECONDS.toNanos(seconds);
    for (int i = 0; i < sessions; i++) {
      String replica = "naive" + i;
      Thread.ofPlatform().start(() -> {
        WriterSession session = WriterSession.takeOver(Sessions.of(PostgresServer.settings(url, replica), "writer"), replica);
        try (SharedLedger ledger = new SharedLedger(session, Clock.systemUTC(), Decider.CORE, new PolicyShelf(bytes -> policy), System.currentTimeMillis(), policy.digest(), change -> {})) {
          while (System.nanoTime() < until) {
            String id = "n" + PairLoad.IDS.incrementAndGet();
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
}
