package dev.exchequer.server.store.postgres;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.policy.Budget;
import dev.exchequer.selection.RequestFacts;
import dev.exchequer.server.store.OpenLedger;
import dev.exchequer.server.store.SetClock;
import dev.exchequer.server.store.prune.Pruner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Which table keeps how many bytes for a hop, on either store, before and after details of receipts were removed: a main. One hop a request, paid, with a house cost, a
 * budget for each of 500 end users and a task label for each of 200 tasks.
 */
final class SizeBenchmark {
  private static final long DAY = 24L * 60 * 60 * 1000;
  private static final int AT_ONCE = 500;

  private SizeBenchmark() {}

  private interface Sizes {
    /** Bytes by table, its indexes with it. */
    TreeMap<String, Long> now() throws SQLException;
  }

  public static void main(String[] args) throws Exception {
    int hops = args.length > 0 ? Integer.parseInt(args[0]) : 30_000;
    Path data = Files.createTempDirectory("sizes");
    SetClock clock = new SetClock(World.START);
    String file = "jdbc:sqlite:" + data.resolve("ledger.db");
    try (OpenLedger ledger = new OpenLedger(data, world(), clock)) {
      measure("SQLite", ledger, clock, hops, () -> sums(file, SQLITE), () -> {});
    }
    execute(file, "VACUUM");
    say("SQLite, after VACUUM", sums(file, SQLITE), hops);
    String url = PostgresServer.shared().database();
    SetClock other = new SetClock(World.START);
    try (OpenLedger ledger = PostgresServer.open(url, "one", world(), Sessions.of(PostgresServer.settings(url, "one"), "writer"), other)) {
      measure("PostgreSQL", ledger, other, hops, () -> sums(url, POSTGRES), () -> execute(url, "VACUUM FULL"));
    }
    say("PostgreSQL, after VACUUM FULL", sums(url, POSTGRES), hops);
  }

  private static final String SQLITE = "SELECT m.tbl_name, sum(d.pgsize) FROM dbstat d JOIN sqlite_schema m ON m.name = d.name GROUP BY 1";
  private static final String POSTGRES = "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";

  private interface Step {
    void run() throws SQLException;
  }

  private static World world() {
    World world = new World();
    world.credit = "1000000000";
    world.concurrency = 100_000;
    world.maxInFlight = 100_000;
    world.costSheet = World.costSheet("USD");
    world.budgets.add(world.budget("users", Budget.Per.END_USER, "CREDIT", "1000000", 3));
    world.budgets.add(world.budget("tasks", Budget.Per.TASK, "CREDIT", "1000000", 1_000));
    return world;
  }

  private static void measure(String store, OpenLedger ledger, SetClock clock, int hops, Sizes sizes, Step compact) throws SQLException {
    ledger.world.now = clock.millis();
    for (int i = 0; i < hops; i += AT_ONCE) {
      List<CompletableFuture<Result>> batch = new ArrayList<>();
      for (int j = i; j < Math.min(hops, i + AT_ONCE); j++) {
        String id = String.format(Locale.ROOT, "%036d", j);
        CompletableFuture<Result> admitted = ledger.lane.submit(new Command.Admit(facts(ledger, id, j), ProviderView.ALL_WELL));
        batch.add(admitted.thenCompose(held -> ledger.lane.submit(new Command.Settle(new HoldId(id, 1), World.ok(1_204, 311), ProviderView.ALL_WELL))));
      }
      for (CompletableFuture<Result> each : batch) {
        if (!(each.join() instanceof Result.Settled)) {
          throw new IllegalStateException("not settled: " + each.join());
        }
      }
    }
    compact.run();
    say(store, sizes.now(), hops);
    clock.forward(2 * DAY);
    ledger.admit("later").join();
    Pruner pruner = ledger.home.pruner();
    try (Pruner.Run run = pruner.begin("the benchmark", pruner.latestLimit()).orElseThrow()) {
      System.out.printf(Locale.ROOT, "%s: details of %,d receipts removed%n", store, run.toEnd(() -> false).receipts());
    }
    say(store + ", after pruning", sizes.now(), hops);
    compact.run();
  }

  private static RequestFacts facts(OpenLedger ledger, String id, int i) {
    RequestFacts f = ledger.world.facts(id, "nightly-build-" + i % 200, null);
    return new RequestFacts(
        f.id(), f.timeMs(), f.apiKey(), f.keyLabel(), f.project(), f.owner(), f.task(), "user-" + i % 500 + "@example.com", "client-" + id, f.idempotencyKey(), f.endpoint(),
        f.requestedModel(), f.route(), f.routeGeneration(), f.fallbackDigest(), f.planDigest(), f.streamed(), f.narrowedTo(), f.demand());
  }

  private static TreeMap<String, Long> sums(String url, String sql) throws SQLException {
    TreeMap<String, Long> sums = new TreeMap<>();
    try (Connection c = DriverManager.getConnection(url); Statement s = c.createStatement(); ResultSet r = s.executeQuery(sql)) {
      while (r.next()) {
        sums.merge(r.getString(1), r.getLong(2), Long::sum);
      }
    }
    return sums;
  }

  private static void execute(String url, String sql) throws SQLException {
    try (Connection c = DriverManager.getConnection(url); Statement s = c.createStatement()) {
      s.execute(sql);
    }
  }

  private static void say(String what, TreeMap<String, Long> sums, int hops) {
    long all = sums.values().stream().mapToLong(bytes -> bytes).sum();
    System.out.printf(Locale.ROOT, "%s: %,d bytes a hop:%n", what, all / hops);
    sums.entrySet().stream()
        .filter(each -> each.getValue() / hops > 0)
        .sorted((a, b) -> Long.compare(b.getValue(), a.getValue()))
        .forEach(each -> System.out.printf(Locale.ROOT, "  %-16s %,6d%n", each.getKey(), each.getValue() / hops));
  }
}
