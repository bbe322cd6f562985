package dev.exchequer.server.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.fallback.Ending;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.Command.JournalEvent;
import dev.exchequer.ledger.Entry;
import dev.exchequer.ledger.GrantTerms;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.Refusals;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.PriceSheet;
import dev.exchequer.pricing.Usage;
import dev.exchequer.server.store.GroupCommitLane;
import dev.exchequer.server.store.LedgerHistory;
import dev.exchequer.server.store.LedgerHome;
import dev.exchequer.server.store.SetClock;
import dev.exchequer.server.store.SqliteHome;
import dev.exchequer.server.store.prune.Pruner;
import dev.exchequer.server.summary.Dimension;
import dev.exchequer.server.summary.Granularity;
import dev.exchequer.server.summary.UsageReport;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same commands on SQLite and on PostgreSQL give the same answers, and leave the same books, byte for byte. */
@Execution(ExecutionMode.CONCURRENT) // each has a database and a folder of its own, and waits for their disk most of the time
class TapeIT {
  private static final int BATCHES = 150;

  /** Milliseconds: a flood of refusals, which all come in one. */
  private static final int SECOND = 1_000;

  private static final Set<String> noted = ConcurrentHashMap.newKeySet();

  @TempDir Path folder;

  private final Map<String, Policy> policies = new HashMap<>();
  private final List<String> held = new ArrayList<>();
  private World world = new World();
  private SplittableRandom random = new SplittableRandom(0);
  private SetClock clock = new SetClock(0);
  private int ids;
  private boolean openedByApi;
  /** What the last command of late evidence came to, on SQLite and on PostgreSQL, in order. */
  private final List<Change> localEvidence = new CopyOnWriteArrayList<>();
  private final List<Change> sharedEvidence = new CopyOnWriteArrayList<>();

  /**
   * With several replicas every command goes to another one; time then does not move far, for leases of others are swept later. Each replica gives a key its
   * receipts of refusals, so what one would have counted two may not: there are never more of them in a second than one gives.
   *
   * @param hours some of them pass now and then: slices of the window that rolls end, and leave it; policies are superseded and dropped, evidence comes while it
   *     is awaited and when it is not any more, and processes are started again, which have in memory what is stored and no more
   */
  @ParameterizedTest(name = "seed {0}, {1} replicas, hours {2}")
  @CsvSource({"1, 1, false", "2, 1, false", "3, 1, false", "4, 1, false", "1, 1, true", "2, 1, true", "3, 1, true", "4, 1, true", "5, 3, false", "7, 3, false", "8, 3, false", "9, 3, false"})
  void isTheSame(long seed, int replicas, boolean hours) {
    random = new SplittableRandom(seed);
    clock = new SetClock(World.START);
    world = aWorld();
    String url = PostgresServer.shared().database();
    List<LedgerHome> shared = new ArrayList<>();
    LedgerHome local = SqliteHome.open(folder, this::decode, clock, noting(localEvidence));
    try {
      for (int i = 0; i < replicas; i++) {
        shared.add(PostgresHome.open(PostgresServer.settings(url, "r" + i), this::decode, clock, noting(sharedEvidence)));
      }
      activate(local, shared);
      for (int batch = 0; batch < BATCHES; batch++) {
        world.now = clock.millis();
        List<Command> commands = new ArrayList<>();
        for (int i = random.nextInt(1, 25); i > 0; i--) {
          commands.add(command(replicas));
        }
        if (replicas == 1 && random.nextInt(10) == 0) {
          flood(commands);
        } else if (replicas > 1) {
          fewToRefuse(commands);
        }
        local.history().alertsDue(clock.millis(), 1).forEach(due -> commands.add(tried(due)));
        play(commands, local, shared, "seed " + seed + ", batch " + batch);
        boolean later = hours && random.nextInt(8) == 0;
        clock.forward(replicas > 1 ? SECOND : later ? awhile() : random.nextInt(8_000));
        if (random.nextInt(hours ? 6 : 15) == 0) {
          world.creditSuspended = !hours && !world.creditSuspended;
          world.pricePerMillionTokens = hours ? random.nextLong(2_000_000_000) : world.pricePerMillionTokens;
          activate(local, shared);
        }
        if (later && random.nextBoolean()) {
          play(List.of(new Command.Sweep()), local, shared, "seed " + seed + ", after batch " + batch); // what nothing names any more goes
          local.close();
          shared.removeFirst().close();
          local = SqliteHome.open(folder, this::decode, clock, noting(localEvidence));
          shared.add(PostgresHome.open(PostgresServer.settings(url, "r0"), this::decode, clock, noting(sharedEvidence)));
        }
      }
      assertThat(sharedEvidence).as("seed %s: late evidence", seed).containsExactlyInAnyOrderElementsOf(localEvidence);
      noted.addAll(localEvidence.stream().map(change -> change.getClass().getSimpleName()).toList());
      TapeBooks books = new TapeBooks(replicas == 1, replicas == 1 && !hours);
      List<Object> expected = books.of(local);
      List<Object> given = books.of(shared.getLast());
      for (int i = 0; i < Math.min(expected.size(), given.size()); i++) {
        assertThat(given.get(i)).as("seed %s, line %s of the books", seed, i).isEqualTo(expected.get(i));
      }
      assertThat(given).hasSameSizeAs(expected);
      withoutDetails(local, shared.getLast(), books, expected);
      assertThat(PostgresServer.number(url, "SELECT sum(running) FROM anchors")).isEqualTo(PostgresServer.number(url, "SELECT count(*) FROM requests"));
    } finally {
      local.close();
      shared.forEach(LedgerHome::close);
    }
  }

  /** A tape proves nothing of late evidence if none of it came late, or none in time. */
  @AfterAll
  static void bothKindsOfLateEvidenceCame() {
    assertThat(noted).contains("EvidenceUnused", "EntryPosted");
  }

  private long awhile() {
    return switch (random.nextInt(3)) {
      case 0 -> random.nextLong(30_000_000);
      case 1 -> random.nextLong(3_000_000, 4_000_000); // about as long as evidence is awaited
      default -> random.nextLong(2_400_000);
    };
  }

  private static GroupCommitLane.Observer noting(List<Change> evidence) {
    return new GroupCommitLane.Observer() {
      @Override
      public void committed(int commands, long nanos) {}

      @Override
      public void stored(Change change) {
        if (change instanceof Change.EvidenceUnused || change instanceof Change.EntryPosted c && c.entry().kind() == Entry.Kind.CORRECTION) {
          evidence.add(change);
        }
      }
    };
  }

  /** Details go on both: what is left is the same, and of the sums everything. */
  private void withoutDetails(LedgerHome local, LedgerHome last, TapeBooks books, List<Object> before) {
    clock.forward(2 * Pruner.SHORTEST_MS);
    Command later = new Command.Adjust(World.CREDIT, 1, "jane", "a day later", "later");
    assertThat(last.lane().submit(later).join()).isEqualTo(local.lane().submit(later).join());
    List<UsageReport.Row> usage = usage(local);
    for (LedgerHome home : List.of(local, last)) {
      try (Pruner.Run run = home.pruner().begin("the tape", home.pruner().latestLimit()).orElseThrow()) {
        assertThat(run.toEnd(() -> false).receipts()).isPositive();
      }
    }
    List<Object> expected = books.of(local);
    assertThat(books.of(last)).isEqualTo(expected);
    assertThat(expected).isNotEqualTo(before);
    assertThat(usage(local)).usingRecursiveComparison().isEqualTo(usage);
    assertThat(usage(last)).usingRecursiveComparison().isEqualTo(usage);
  }

  private static List<UsageReport.Row> usage(LedgerHome home) {
    return UsageReport.of(home.history(), new UsageReport.Query(List.of(Dimension.values()), Granularity.NONE, ZoneOffset.UTC, World.START, World.START + 1_000_000_000L));
  }

  private void flood(List<Command> commands) {
    for (int i = random.nextInt(5, 3 * Refusals.RECEIPTS_A_SECOND); i > 0; i--) {
      commands.add(deny(random.nextInt(3) == 0 ? "bad_request" : "model_not_found"));
    }
  }

  private static void fewToRefuse(List<Command> commands) {
    int few = 0;
    for (Iterator<Command> each = commands.iterator(); each.hasNext(); ) {
      Command command = each.next();
      if ((command instanceof Command.Admit || command instanceof Command.Deny) && ++few > Refusals.RECEIPTS_A_SECOND) {
        each.remove();
      }
    }
  }

  private Command deny(String code) {
    return new Command.Deny(world.facts("d" + ids++, "", null), Ending.of(400, code, "no", new Ending.Retry.No()));
  }

  private Command tried(LedgerHistory.AlertRow due) {
    long now = clock.millis();
    int attempts = due.attempts() + 1;
    return new Command.AlertTried(
        random.nextBoolean() ? new Change.AlertTried(due.alert().id(), attempts, 0, now, null) : new Change.AlertTried(due.alert().id(), attempts, now + 5_000, 0, "it does not answer"));
  }

  private World aWorld() {
    World made = new World();
    made.credit = "4";
    made.wallet = "3";
    made.concurrency = 12;
    made.costSheet = World.costSheet(random.nextBoolean() ? "USD" : "CNY");
    made.maxInFlight = 100_000;
    made.backupProvider = random.nextBoolean();
    made.alertsBelow = List.of(Money.parse("3.5"), Money.parse("2"), Money.parse("0.5"));
    Budget tasks = made.budget("tasks", Budget.Per.TASK, "CREDIT", "1.5", 3).alertingAt(List.of(30, 60, 100));
    openedByApi = random.nextInt(3) == 0;
    made.budgets.add(openedByApi ? tasks.openedByApi() : tasks);
    made.budgets.add(made.budget("keys", Budget.Per.API_KEY, "CNY", "2.5", 3));
    made.budgets.add(made.budget("all", Budget.Per.TARGET, "CREDIT", "3.3", 3));
    made.budgets.add(rolling(made.budget("rolls", Budget.Per.API_KEY, "CNY", "2", 3)));
    made.chargeOn = PriceSheet.ChargeOn.values()[random.nextInt(3)];
    made.missingUsage = PriceSheet.MissingUsage.values()[random.nextInt(3)];
    made.minimumCharge = random.nextBoolean() ? 0 : random.nextLong(20_000_000);
    return made;
  }

  private static Budget rolling(Budget fixed) {
    return new Budget(
            fixed.name(), fixed.target(), fixed.per(), fixed.limits(), false, Budget.Window.ROLLING_DAY, 1, ZoneOffset.UTC, false, 3, 0, Set.of(), List.of(), false)
        .alertingAt(List.of(40, 80));
  }

  private Policy decode(byte[] digest) {
    return Objects.requireNonNull(policies.get(new String(digest, StandardCharsets.UTF_8)));
  }

  private void activate(LedgerHome local, List<LedgerHome> shared) {
    Policy policy = world.policy();
    policies.put(policy.digest(), policy);
    world.apply(new Command.Activate(policy));
    List<LedgerHome> all = new ArrayList<>(shared);
    all.add(local);
    for (LedgerHome home : all) {
      home.remember(policy.digest(), policy.digest().getBytes(StandardCharsets.UTF_8));
      home.lane().submit(new Command.Activate(policy)).join();
    }
  }

  private void play(List<Command> commands, LedgerHome local, List<LedgerHome> shared, String where) {
    List<CompletableFuture<Result>> expected = commands.stream().map(local.lane()::submit).toList();
    List<CompletableFuture<Result>> given = new ArrayList<>();
    for (Command command : commands) {
      CompletableFuture<Result> answer = shared.get(random.nextInt(shared.size())).lane().submit(command);
      given.add(answer);
      if (shared.size() > 1) {
        // one after the other: at several replicas only that has an order
        answer.join();
      }
    }
    for (int i = 0; i < commands.size(); i++) {
      Result result = expected.get(i).join();
      assertThat(given.get(i).join()).as("%s, %s", where, commands.get(i)).isEqualTo(result);
      if (result instanceof Result.Held taken && taken.id().attempt() == 1) {
        held.add(taken.id().request());
      }
    }
  }

  private Command command(int replicas) {
    if (openedByApi && held.isEmpty() && random.nextInt(3) == 0) {
      return task("t" + random.nextInt(400)); // nothing is admitted before somebody opened a label
    }
    int dice = random.nextInt(100);
    if (dice < 35 || held.isEmpty()) {
      boolean again = !held.isEmpty() && random.nextInt(12) == 0;
      String key = random.nextInt(3) == 0 ? "key" + random.nextInt(30) : null;
      String task = "task" + random.nextInt(5);
      return new Command.Admit(world.facts(again ? anyHeld() : "r" + ids++, task, key), ProviderView.ALL_WELL);
    }
    HoldId id = new HoldId(anyHeld(), random.nextInt(1, 4));
    if (dice < 60) {
      return new Command.Settle(id, evidence(), ProviderView.ALL_WELL);
    }
    if (dice < 75) {
      return new Command.NextAttempt(new HoldId(id.request(), random.nextInt(2, 4)), ProviderView.ALL_WELL);
    }
    if (dice < 78) {
      return new Command.Abandon(id);
    }
    if (dice < 90) {
      return new Command.Journal(new Command.JournalPosition("hops.jsonl", 1, 1, dice), event(id));
    }
    if (dice < 93) {
      return administer(id);
    }
    if (dice < 96 || replicas > 1) {
      return deny("bad_request");
    }
    return new Command.Sweep();
  }

  private Command administer(HoldId id) {
    ObjectName balance = random.nextBoolean() ? World.CREDIT : World.WALLET;
    String key = "k" + random.nextInt(40);
    if (random.nextInt(3) == 0) {
      return task("t" + random.nextInt(400));
    }
    return switch (random.nextInt(8)) {
      case 0 -> new Command.Adjust(balance, random.nextLong(-200_000_000, 200_000_000), "jane", "a correction", key);
      case 1 -> new Command.VoidGrant(balance, "admin/k" + random.nextInt(40), "jane", "a mistake", key);
      case 2, 3 -> new Command.Refund(id.request(), random.nextInt(1, 3), random.nextLong(1, 3_000_000), "jane", "it was bad", key);
      case 4 -> new Command.Stand(balance, random.nextInt(3) == 0 ? Command.Stand.Standing.SUSPENDED : Command.Stand.Standing.OPEN, "jane", "looking at it", key);
      case 5, 6 -> {
        long now = clock.millis();
        long starts = random.nextBoolean() ? 0 : now + random.nextLong(60_000);
        yield new Command.Grant(balance, random.nextLong(1, 300_000_000), new GrantTerms(random.nextBoolean(), random.nextInt(100), starts, Math.max(starts, now) + random.nextLong(1, 240_000)), "jane", "a while", key);
      }
      default -> new Command.Grant(balance, random.nextLong(1, 300_000_000), "jane", "a gift", key);
    };
  }

  private Command task(String key) {
    ObjectName budget = World.name(random.nextInt(8) == 0 ? "keys" : "tasks");
    String label = "task" + random.nextInt(5);
    Map<String, Long> limits = random.nextBoolean() ? Map.of() : Map.of("CREDIT", random.nextLong(1_600_000_000));
    long ttl = random.nextBoolean() ? 0 : random.nextLong(1, 3_600_000);
    return switch (random.nextInt(9)) {
      case 0 -> new Command.CloseTask(budget, label, "jane", "done", key);
      case 1 -> new Command.ExtendTask(budget, label, limits, ttl, "jane", "more", key);
      default -> new Command.OpenTask(budget, label, limits, ttl, "jane", "begin", key);
    };
  }

  /** Rather one of the last. */
  private String anyHeld() {
    return held.get(Math.max(0, held.size() - 1 - random.nextInt(random.nextInt(5) == 0 ? held.size() : Math.min(8, held.size()))));
  }

  private dev.exchequer.fallback.Evidence evidence() {
    return switch (random.nextInt(6)) {
      case 0 -> World.status(503);
      case 1 -> World.status(429);
      case 2 -> World.cut(random.nextBoolean(), Usage.NOTHING, random.nextInt(400));
      default -> World.ok(random.nextInt(2_000), random.nextInt(2_000));
    };
  }

  private JournalEvent event(HoldId id) {
    return switch (random.nextInt(4)) {
      case 0 -> new JournalEvent.HopProgress(id, evidence());
      case 1 -> new JournalEvent.RequestEnd(id.request(), 503, random.nextBoolean());
      case 2 -> new JournalEvent.Nothing();
      default -> new JournalEvent.HopEnd(id, evidence());
    };
  }
}
