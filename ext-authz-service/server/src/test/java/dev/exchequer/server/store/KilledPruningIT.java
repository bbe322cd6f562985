package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.World;
import dev.exchequer.server.store.proof.LedgerProof;
import dev.exchequer.server.store.prune.Pruner;
import dev.exchequer.server.store.prune.Pruning;
import dev.exchequer.server.store.prune.SqlPruner;
import dev.exchequer.server.summary.Granularity;
import dev.exchequer.server.summary.UsageReport;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kill -9 while details go and requests come: what was gone is gone, what was not is whole, and the next process does the rest. */
class KilledPruningIT {
  private static final long NOW = 1_800_000_000_000L;
  private static final int OLD = 400;
  private static final int BATCH = 3;

  @TempDir Path data = Path.of("");

  private static World world() {
    World world = new World();
    world.credit = "1000000";
    world.concurrency = 10_000;
    return world;
  }

  /** The process that is killed: prints how many details are gone for certain. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] args) {
      SetClock clock = new SetClock(NOW);
      try (OpenLedger ledger = new OpenLedger(Path.of(args[0]), world(), clock)) {
        List<CompletableFuture<?>> old = new ArrayList<>();
        ledger.world.now = NOW;
        for (int i = 0; i < OLD; i++) {
          old.add(served(ledger, "old" + i));
        }
        old.forEach(CompletableFuture::join);
        clock.forward(2 * Pruner.SHORTEST_MS);
        ledger.world.now = clock.millis();
        served(ledger, "new").join();
        Thread.ofPlatform().daemon().start(() -> load(ledger));
        SqlPruner pruner = new SqlPruner(((SqliteHome) ledger.home).pruning(), clock, SqlitePruning.RECEIPTS, BATCH);
        try (Pruner.Run run = pruner.begin("who is killed", pruner.latestLimit()).orElseThrow()) {
          Pruning ended =
              run.toEnd(
                  () -> {
                    System.out.println("gone " + run.pruning().receipts());
                    return false;
                  });
          System.out.println("gone " + ended.receipts());
        }
      }
    }

    private static void load(OpenLedger ledger) {
      for (int i = 0; ; i++) {
        served(ledger, "load" + i).join();
      }
    }

    private static CompletableFuture<?> served(OpenLedger ledger, String id) {
      Command admit = new Command.Admit(ledger.world.facts(id, "", null), ProviderView.ALL_WELL);
      return ledger.lane.submit(admit).thenCompose(held -> ledger.lane.submit(new Command.Settle(new HoldId(id, 1), World.ok(20, 10), ProviderView.ALL_WELL)));
    }
  }

  private static long goneForCertain(Path folder, int killAt) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(), "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), Victim.class.getName(), folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    long gone = -1;
    int lines = 0;
    try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = out.readLine(); line != null && line.startsWith("gone ") && line.length() > 5; line = out.readLine()) {
        gone = Math.max(gone, Long.parseLong(line.substring(5)));
        if (++lines == killAt) {
          // by its handle: Process.destroyForcibly would also close the stream that is read here
          process.toHandle().destroyForcibly();
        }
      }
    }
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return gone;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 20, 77})
  void killed(int killAt) throws Exception {
    long gone = goneForCertain(data, killAt);
    assertThat(gone).isBetween((killAt - 1L) * BATCH, OLD - 1L);
    LedgerProof.Fits fits = LedgerProof.of(data.resolve("ledger.db"), rows -> {});
    assertThat(fits.pruned()).isGreaterThanOrEqualTo(gone);
    assertThat(fits.receipts()).isGreaterThan(OLD);
    SetClock clock = new SetClock(NOW + 2 * Pruner.SHORTEST_MS);
    try (OpenLedger ledger = new OpenLedger(data, world(), clock)) {
      Pruner pruner = ledger.home.pruner();
      assertThat(pruner.prunings(9)).extracting(Pruning::receipts).containsExactly(fits.pruned());
      try (Pruner.Run run = pruner.begin("the next one", pruner.latestLimit()).orElseThrow()) {
        assertThat(run.toEnd(() -> false).receipts()).isEqualTo(OLD - fits.pruned());
      }
      assertThat(pruner.prunings(9)).extracting(Pruning::state).containsExactly(Pruning.State.DONE, Pruning.State.BROKEN_OFF);
      List<UsageReport.Row> usage = UsageReport.of(ledger.home.history(), new UsageReport.Query(List.of(), Granularity.NONE, ZoneOffset.UTC, NOW, NOW + 1));
      assertThat(usage).singleElement().satisfies(row -> assertThat(row.sum().meters()).containsEntry("Input", BigInteger.valueOf(OLD * 20L)));
    }
    assertThat(LedgerProof.of(data.resolve("ledger.db"), rows -> {}).pruned()).isEqualTo(OLD);
  }
}
