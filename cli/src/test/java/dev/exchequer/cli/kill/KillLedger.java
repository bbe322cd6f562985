package dev.exchequer.cli.kill;

import io.grpc.Server;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Kills the accounting service (kill -9) in the middle of its work, again and again on one ledger. After each kill it is started again, and: every hold that
 * was acknowledged can be settled, every settlement that was acknowledged has its receipt and one entry, all entries add up to the balance.
 * `dev/kill-ledger` runs it.
 */
public final class KillLedger {
  private static final int CALLERS = 8;
  private static final int MOST_ANSWERS = 400;
  private static final long MOST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  /** Where the ledger is. */
  enum Store {
    SQLITE,
    POSTGRES
  }

  /**
   * What happened.
   *
   * @param held holds that were acknowledged
   * @param settled settlements that were acknowledged
   * @param servingMs of each kill, until a hold was given again
   * @param cpuMs of each start, processor time of the new process until then: what does not depend on what else the machine does
   */
  record Report(int held, int settled, int charges, List<Long> servingMs, List<Long> cpuMs) {
    /** The time that this share of the kills took at most. */
    static long most(List<Long> times, double share) {
      List<Long> sorted = times.stream().sorted().toList();
      return sorted.get((int) Math.min(sorted.size() - 1, Math.ceil(share * sorted.size()) - 1));
    }

    @Override
    public String toString() {
      return String.format(
          java.util.Locale.ROOT,
          "%d kills: %d holds and %d settlements acknowledged, none lost; %d charges, each once; serving again after p50 %d ms, p99 %d ms, at most %d ms; processor time until then p50 %d ms",
          servingMs.size(), held, settled, charges, most(servingMs, 0.5), most(servingMs, 0.99), most(servingMs, 1), most(cpuMs, 0.5));
    }
  }

  private final Random chance;
  private final Victim victim;
  private final Path home;
  private final Books books;
  private final List<Long> servingMs = new ArrayList<>();
  private final List<Long> cpuMs = new ArrayList<>();
  private int held;
  private int settled;

  private KillLedger(long seed, Path home, Victim victim) {
    this.chance = new Random(seed);
    this.home = home;
    this.victim = victim;
    this.books = new Books(victim);
  }

  /** Prints what happened. Arguments: kills for each store (100), then stores (sqlite postgres); seed by -Dkill.seed. */
  public static void main(String[] args) throws Exception {
    int kills = args.length > 0 ? Integer.parseInt(args[0]) : 100;
    List<Store> stores = args.length > 1 ? Stream.of(args).skip(1).map(name -> Store.valueOf(name.toUpperCase(java.util.Locale.ROOT))).toList() : List.of(Store.values());
    long seed = Long.getLong("kill.seed", System.nanoTime());
    for (Store store : stores) {
      Report report = run(store, kills, seed, soFar -> System.out.printf("  %s: %s%n", store, soFar));
      System.out.printf("%s (seed %d): %s%n", store, seed, report);
    }
    System.exit(0);
  }

  /**
   * @param tenth sees what has happened after each tenth kill
   * @throws AssertionError with what was lost, or does not add up
   */
  static Report run(Store store, int kills, long seed, Consumer<Report> tenth) throws IOException, InterruptedException {
    Path home = Files.createTempDirectory(Path.of("/tmp"), "exq-kill");
    Server operator = UnixSockets.serve(home.resolve("feed.sock"), new PlayedOperator());
    try (EmbeddedPostgres postgres = store == Store.POSTGRES ? safePostgres() : null;
        Victim victim = new Victim(home, options(postgres))) {
      KillLedger run = new KillLedger(seed, home, victim);
      victim.awaitServing();
      for (int i = 1; i <= kills; i++) {
        try {
          run.kill();
          if (i % 10 == 0 && i < kills) {
            tenth.accept(run.report());
          }
        } catch (AssertionError e) {
          throw new AssertionError(store + ", kill " + i + " of seed " + seed + ", see " + home + ": " + e.getMessage(), e);
        }
      }
      return run.report();
    } finally {
      operator.shutdownNow();
    }
  }

  private Report report() {
    return new Report(held, settled, books.charges(), servingMs, cpuMs);
  }

  private static List<String> options(@Nullable EmbeddedPostgres postgres) {
    return postgres == null ? List.of() : List.of("--store", "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres?user=postgres");
  }

  private static EmbeddedPostgres safePostgres() throws IOException {
    return EmbeddedPostgres.builder().setServerConfig("fsync", "on").setServerConfig("full_page_writes", "on").setServerConfig("synchronous_commit", "on").start();
  }

  private void kill() throws IOException, InterruptedException {
    List<String> acknowledgedHolds;
    List<String> acknowledgedSettlements;
    try (Payers payers = new Payers(home)) {
      payers.start(CALLERS);
      payers.awaitAnswers(1 + chance.nextInt(MOST_ANSWERS));
      LockSupport.parkNanos(chance.nextLong(MOST_WAIT_NANOS)); // somewhere inside a batch
      victim.kill();
      long killed = System.nanoTime();
      victim.start();
      victim.awaitServing();
      servingMs.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killed));
      cpuMs.add(victim.cpuMs());
      payers.awaitEnd();
      acknowledgedHolds = payers.held();
      acknowledgedSettlements = payers.settled();
    }
    books.awaitOpen();
    books.addUp();
    books.allSettled(acknowledgedSettlements);
    settleAgain(acknowledgedHolds);
    books.addUp();
    books.allPaid(acknowledgedHolds);
    held += acknowledgedHolds.size();
    settled += acknowledgedSettlements.size();
  }

  /** What is open is settled now; what was settled gives the same answer and costs nothing more: {@link Books#addUp} sees it. */
  private void settleAgain(List<String> holds) {
    Set<String> once = new HashSet<>(holds);
    if (once.size() != holds.size()) {
      throw new AssertionError("an id was given twice");
    }
    try (Payers late = new Payers(home)) {
      holds.forEach(late::settle);
    }
  }
}
