package dev.exchequer.operator;

import dev.exchequer.operator.compile.Compiler;
import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.GatewayIdentity;
import dev.exchequer.operator.model.Inventory;
import dev.exchequer.operator.model.Reading;
import dev.exchequer.operator.policy.ToAccountingPolicy;
import dev.exchequer.operator.translate.ToEnvoy;
import dev.exchequer.operator.validate.Validator;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Where the time of a rebuild goes, by stage: {@code PipelineBenchmark 100 1000 5000}. Prints the median of the later of 120 changes ({@code -Dchanges=}) of one hop. */
final class PipelineBenchmark {
  private static final int CHANGES = Integer.getInteger("changes", 120);

  private PipelineBenchmark() {}

  public static void main(String[] sizes) {
    for (String size : sizes) {
      run(Integer.parseInt(size));
    }
  }

  private static void run(int routes) {
    List<Document> documents = new ArrayList<>(ScaleWorld.base());
    int first = documents.size();
    for (int i = 0; i < routes; i++) {
      documents.add(ScaleWorld.route(i, 1, "ok"));
    }
    GatewayPipeline pipeline = new GatewayPipeline(Map.of());
    Validator validator = new Validator(GatewayIdentity.of("default"));
    Compiler.Standing standing = new Compiler.Standing();
    ToAccountingPolicy.Standing wire = new ToAccountingPolicy.Standing();
    ToEnvoy toEnvoy = new ToEnvoy(ToEnvoy.SYSTEM_TRUST);
    Map<String, List<Long>> stages = new LinkedHashMap<>();
    int bytes = 0;
    pipeline.compile(new Reading(List.copyOf(documents), List.of(), ""));
    // as an API server hands them out again once their statuses were written: equal, and not the same
    documents.replaceAll(d -> new Document(d.file(), d.line(), d.apiVersion(), d.key(), d.content().deepCopy(), d.lines()));
    Map<dev.exchequer.operator.model.ObjectKey, Document> lastGood = Map.of();
    for (int change = 0; change < CHANGES; change++) {
      documents.set(first + change % routes, ScaleWorld.route(change % routes, change + 2, "usage-" + change + "-1"));
      Reading reading = new Reading(List.copyOf(documents), List.of(), "");
      long t0 = cpu();
      GatewayPipeline.Compiled compiled = pipeline.compile(reading);
      long t1 = cpu();
      Inventory inventory = Inventory.of(reading, Inventory.empty(), validator.kinds(), Map.of()).inventory();
      long t2 = cpu();
      Inventory inForce = validator.validate(inventory, lastGood).inForce();
      lastGood = inForce.objects();
      long t3 = cpu();
      GatewayPlan plan = Compiler.compile(inForce, "default", standing).plan();
      long t4 = cpu();
      byte[] policy = ToAccountingPolicy.bytes(plan, wire);
      long t5 = cpu();
      String digest = ToAccountingPolicy.digest(policy);
      long t6 = cpu();
      toEnvoy.resources(compiled.plan());
      long t7 = cpu();
      if (!digest.equals(compiled.digest())) {
        throw new IllegalStateException("another plan");
      }
      bytes = policy.length;
      add(stages, "pipeline", t1 - t0);
      add(stages, "inventory", t2 - t1);
      add(stages, "validate", t3 - t2);
      add(stages, "compile", t4 - t3);
      add(stages, "policy", t5 - t4);
      add(stages, "digest", t6 - t5);
      add(stages, "envoy", t7 - t6);
    }
    StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%5d routes, policy %d bytes, median CPU ms:", routes, bytes));
    stages.forEach((stage, times) -> line.append(String.format(Locale.ROOT, " %s %.1f", stage, median(times))));
    System.out.println(line);
  }

  private static void add(Map<String, List<Long>> stages, String stage, long nanos) {
    stages.computeIfAbsent(stage, s -> new ArrayList<>()).add(nanos);
  }

  /** Of this thread, so that what else the machine does counts less. */
  private static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static double median(List<Long> times) {
    List<Long> last = times.subList(times.size() / 2, times.size()).stream().sorted().toList();
    return last.get(last.size() / 2) / 1e6;
  }
}
