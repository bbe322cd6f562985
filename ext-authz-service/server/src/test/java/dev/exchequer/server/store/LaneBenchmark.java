package dev.exchequer.server.store;

import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many requests a second (one admit and one settle each, both answered after COMMIT) the lane takes on one hot balance, by how many run at once. Ratios
 * to one at a time travel between machines better than the rates do. Arguments: seconds for each step (8), folder (a temporary one).
 */
final class LaneBenchmark {
  private static final int[] IN_FLIGHT = {1, 8, 64, 256};
  private static final AtomicLong IDS = new AtomicLong();

  private LaneBenchmark() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    long seconds = args.length > 0 ? Long.parseLong(args[0]) : 8;
    Path folder = args.length > 1 ? Path.of(args[1]) : Files.createTempDirectory("exchequer-lane");
    World world = new World();
    world.credit = "1000000000";
    world.concurrency = 100_000;
    world.maxInFlight = 100_000;
    try (OpenLedger ledger = new OpenLedger(folder, world)) {
      rate(ledger, 64, Math.min(4, seconds));
      double alone = 0;
      for (int inFlight : IN_FLIGHT) {
        double rate = rate(ledger, inFlight, seconds);
        alone = inFlight == 1 ? rate : alone;
        System.out.printf("%4d in flight: %7.0f requests/s  x%.1f%n", inFlight, rate, rate / alone);
      }
    }
    System.out.println("ledger.db: " + Files.size(folder.resolve("ledger.db")) / 1_048_576 + " MiB, " + IDS.get() + " requests, in " + folder);
  }

  private static double rate(OpenLedger ledger, int inFlight, long seconds) throws InterruptedException {
    LongAdder done = new LongAdder();
    CountDownLatch over = new CountDownLatch(inFlight);
    long started = System.nanoTime();
    long until = started + TimeUnit.SECONDS.toNanos(seconds);
    for (int i = 0; i < inFlight; i++) {
      request(ledger, done, over, until);
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
