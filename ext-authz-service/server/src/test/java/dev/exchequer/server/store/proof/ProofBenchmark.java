package dev.exchequer.server.store.proof;

import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.server.store.OpenLedger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A ledger in SQLite with so many receipts of one charged hop each: how long it takes to make, to open and to verify, and how much disk a hop needs. Arguments:
 * receipts (1,000,000), folder (a temporary one; what is there already counts).
 */
final class ProofBenchmark {
  private static final int IN_FLIGHT = 512;

  private ProofBenchmark() {}

  public static void main(String[] args) throws Exception {
    long receipts = args.length > 0 ? Long.parseLong(args[0]) : 1_000_000;
    Path folder = args.length > 1 ? Path.of(args[1]) : Files.createTempDirectory("exchequer-proof");
    Path database = folder.resolve("ledger.db");
    long before = Files.exists(database) ? LedgerProof.of(database, rows -> {}).receipts() : 0;
    if (before < receipts) {
      Duration made = make(folder, before, receipts);
      say("%,d receipts made in %.1f s (%,.0f a second, %d in flight)", receipts - before, made.toMillis() / 1e3, (receipts - before) / (made.toMillis() / 1e3), IN_FLIGHT);
    }
    long started = System.nanoTime();
    try (OpenLedger open = new OpenLedger(folder, world())) {
      say("open: %.2f s (%,d receipts)", seconds(started), receipts);
    }
    started = System.nanoTime();
    LedgerProof.Fits fits = LedgerProof.of(database, rows -> {});
    Runtime runtime = Runtime.getRuntime();
    say("verify: %.1f s: %,d entries, %,d holds, %,d receipts, %,d chains; heap %d MB", seconds(started), fits.entries(), fits.holds(), fits.receipts(), fits.chains(), (runtime.totalMemory() - runtime.freeMemory()) >> 20);
    say("ledger.db: %,d bytes, %,d a hop, in %s", Files.size(database), Files.size(database) / receipts, folder);
  }

  /** Made anew for each start, so that its policy has the same name. */
  private static World world() {
    World world = new World();
    world.credit = "1000000000";
    world.concurrency = 100_000;
    world.maxInFlight = 100_000;
    return world;
  }

  private static Duration make(Path folder, long before, long receipts) throws InterruptedException, IOException {
    Semaphore room = new Semaphore(IN_FLIGHT);
    AtomicLong failed = new AtomicLong();
    long started = System.nanoTime();
    try (OpenLedger ledger = new OpenLedger(folder, world())) {
      for (long i = before; i < receipts; i++) {
        room.acquire();
        // as long as a UUIDv7
        String id = String.format(Locale.ROOT, "%036d", i);
        var unused =
            ledger
                .admit(id)
                .thenCompose(admitted -> admitted instanceof Result.Held ? ledger.settle(id) : java.util.concurrent.CompletableFuture.failedFuture(new IllegalStateException("not admitted: " + admitted)))
                .whenComplete(
                    (settled, failure) -> {
                      if (failure != null && failed.incrementAndGet() == 1) {
                        failure.printStackTrace();
                      }
                      room.release();
                    });
      }
      room.acquire(IN_FLIGHT);
    }
    if (failed.get() > 0) {
      throw new IllegalStateException(failed + " requests failed");
    }
    return Duration.ofNanos(System.nanoTime() - started);
  }

  private static double seconds(long started) {
    return (System.nanoTime() - started) / 1e9;
  }

  private static void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }
}
