package dev.exchequer.server.store.postgres;

import dev.exchequer.ledger.World;
import dev.exchequer.server.store.OpenLedger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Pairs of a hold and its settlement a second on one hot balance: the lane on SQLite, the lane on PostgreSQL, and one transaction for each operation on the same
 * PostgreSQL, before and after, all in one run: ratios travel between machines better than rates. They are to the number of sessions that is fastest with one
 * transaction each: on a hot balance more of them wait for each other. Then an open loop at fixed rates. `dev/bench-ledger` runs it.
 * Arguments: seconds for each step (8), rates of the open loop (1000 5000).
 */
final class LedgerBenchmark {
  private static final int[] IN_FLIGHT = {1, 16, 64, 256, 1024};
  private static final int[] SESSIONS = {1, 4, 16};
  private static final long WARM_SECONDS = 4;

  private final long seconds;
  private final List<Integer> rates;

  private LedgerBenchmark(long seconds, List<Integer> rates) {
    this.seconds = seconds;
    this.rates = rates;
  }

  public static void main(String[] args) throws Exception {
    List<Integer> rates = new ArrayList<>();
    for (int i = 1; i < args.length; i++) {
      rates.add(Integer.parseInt(args[i]));
    }
    new LedgerBenchmark(args.length > 0 ? Long.parseLong(args[0]) : 8, rates.isEmpty() ? List.of(1000, 5000) : rates).run();
    System.exit(0);
  }

  private void run() throws Exception {
    String url = PostgresServer.shared().database();
    Path folder = Files.createTempDirectory("exchequer-bench");
    List<OpenLedger> replicas = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      replicas.add(PostgresServer.open(url, "r" + i, world()));
    }
    try (OpenLedger file = new OpenLedger(folder, world())) {
      PairLoad sqlite = new PairLoad(List.of(file));
      PairLoad postgres = new PairLoad(replicas.subList(0, 1));
      sqlite.saturated(64, WARM_SECONDS);
      postgres.saturated(64, WARM_SECONDS);
      NaiveLoad.saturated(url, world(), 4, WARM_SECONDS);
      List<String> lines = new ArrayList<>();
      List<Double> pairs = new ArrayList<>();
      double naive = naive(url, lines, pairs, "before");
      for (int inFlight : IN_FLIGHT) {
        add(lines, pairs, "lane, SQLite, " + inFlight + " in flight", sqlite.saturated(inFlight, seconds));
        add(lines, pairs, "lane, PostgreSQL, " + inFlight + " in flight", postgres.saturated(inFlight, seconds));
      }
      add(lines, pairs, "4 lanes, PostgreSQL, 1024 in flight", new PairLoad(replicas).saturated(1024, seconds));
      naive = Math.max(naive, naive(url, lines, pairs, "after"));
      System.out.printf("| | pairs/s | to one transaction each |%n|---|---|---|%n");
      for (int i = 0; i < lines.size(); i++) {
        System.out.printf("| %s | %.0f | %.1f |%n", lines.get(i), pairs.get(i), pairs.get(i) / naive);
      }
      System.out.printf("%n| open loop | answered/s | refused | p50 ms | p99 ms | p99.9 ms | max ms |%n|---|---|---|---|---|---|---|%n");
      for (int rate : rates) {
        print("SQLite, " + rate + "/s", sqlite.open(rate, seconds));
        print("PostgreSQL, " + rate + "/s", postgres.open(rate, seconds));
      }
      System.out.printf("%nledger.db: %.0f bytes for each pair%n", (double) Files.size(folder.resolve("ledger.db")) / file.reads.balance(World.CREDIT).orElseThrow().sequence());
    }
    replicas.forEach(OpenLedger::close);
  }

  /** @return the most of all numbers of sessions */
  private double naive(String url, List<String> lines, List<Double> pairs, String when) throws InterruptedException {
    double most = 0;
    for (int sessions : SESSIONS) {
      double rate = NaiveLoad.saturated(url, world(), sessions, seconds);
      add(lines, pairs, "one transaction each, PostgreSQL, sessions: " + sessions + ", " + when, rate);
      most = Math.max(most, rate);
    }
    return most;
  }

  private static void add(List<String> lines, List<Double> pairs, String line, double rate) {
    lines.add(line);
    pairs.add(rate);
  }

  private static void print(String name, PairLoad.Latency seen) {
    System.out.printf("| %s | %.0f | %d | %.1f | %.1f | %.1f | %.1f |%n", name, seen.perSecond(), seen.refused(), seen.ms(0.5), seen.ms(0.99), seen.ms(0.999), seen.ms(1));
  }

  private static World world() {
    World world = new World();
    world.withConsent = false;
    world.credit = "1000000000";
    world.concurrency = 100_000;
    world.maxInFlight = 100_000;
    return world;
  }
}
