package dev.exchequer.server.policyfeed;

import dev.exchequer.api.v1.AccountingPolicy;
import dev.exchequer.api.v1.Route;
import dev.exchequer.ledger.Command;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.store.GroupCommitLane;
import dev.exchequer.server.store.SqliteStore;
import dev.exchequer.wire.PolicyPatch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Where the time of a new policy goes at the accounting service: {@code ActivationBenchmark 1000 5000}. Medians of the later of 120 changes of one route, wall time. */
final class ActivationBenchmark {
  private static final int CHANGES = 120;

  private ActivationBenchmark() {}

  public static void main(String[] sizes) throws Exception {
    for (String size : sizes) {
      run(Integer.parseInt(size));
    }
  }

  private static void run(int routes) throws Exception {
    AccountingPolicy.Builder policy = Policies.whole();
    Route like = policy.getRoutes(0);
    policy.clearRoutes().clearBudgets();
    for (int i = 0; i < routes; i++) {
      policy.addRoutes(like.toBuilder().setName(String.format(Locale.ROOT, "default/route-%05d", i)).clearModels().addModels("model-" + i));
    }
    Path data = Files.createTempDirectory("activation");
    RouteMemo memo = new RouteMemo();
    Map<String, List<Long>> stages = new LinkedHashMap<>();
    byte[] before = new byte[0];
    try (SqliteStore store = SqliteStore.open(data, bytes -> ((Decoded.Accepted) FromAccountingPolicy.read(FromAccountingPolicy.digestOf(bytes), bytes)).policy());
        GroupCommitLane lane = new GroupCommitLane(store, Clock.systemUTC(), GroupCommitLane.Observer.NONE, state -> {})) {
      for (int change = 0; change < CHANGES; change++) {
        int at = change * 37 % routes;
        policy.setRoutes(at, policy.getRoutes(at).toBuilder().setGeneration(change + 2));
        byte[] next = policy.build().toByteArray();
        long t0 = System.nanoTime();
        var pieces = PolicyPatch.between(before, next);
        long t1 = System.nanoTime();
        byte[] patched = PolicyPatch.apply(before, pieces);
        long t2 = System.nanoTime();
        String digest = FromAccountingPolicy.digestOf(patched);
        long t3 = System.nanoTime();
        Policy read = ((Decoded.Accepted) FromAccountingPolicy.readAsSaid(digest, patched, memo)).policy();
        long t4 = System.nanoTime();
        store.remember(digest, patched);
        lane.submit(new Command.Activate(read)).join();
        long t5 = System.nanoTime();
        add(stages, "diff", t1 - t0);
        add(stages, "apply", t2 - t1);
        add(stages, "digest", t3 - t2);
        add(stages, "read", t4 - t3);
        add(stages, "store", t5 - t4);
        before = next;
      }
    }
    StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%5d routes, policy %d bytes, median ms:", routes, before.length));
    stages.forEach((stage, times) -> line.append(String.format(Locale.ROOT, " %s %.2f", stage, median(times))));
    System.out.println(line);
  }

  private static void add(Map<String, List<Long>> stages, String stage, long nanos) {
    stages.computeIfAbsent(stage, s -> new ArrayList<>()).add(nanos);
  }

  private static double median(List<Long> times) {
    List<Long> last = times.subList(times.size() / 2, times.size()).stream().sorted().toList();
    return last.get(last.size() / 2) / 1e6;
  }
}
