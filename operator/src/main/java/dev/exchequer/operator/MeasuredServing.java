package dev.exchequer.operator;

import dev.exchequer.api.v1.LedgerReport;
import dev.exchequer.operator.GatewayPipeline.Compiled;
import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.metrics.OperatorMetrics;
import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.publish.Outcome;
import dev.exchequer.operator.reconcile.KubernetesOperator.Serving;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Serving, and what there is to measure about it. */
final class MeasuredServing implements Serving {
  private final Activation activation;
  private final Serving serving;
  private final OperatorMetrics metrics;
  private volatile @Nullable Compiled newest;
  /** The plan that all Envoys refused: they stand well to the one before it, which is not what is asked. */
  private volatile @Nullable Compiled refused;

  MeasuredServing(Activation activation, Serving serving, OperatorMetrics metrics) {
    this.activation = activation;
    this.serving = serving;
    this.metrics = metrics;
    metrics.polled("exchequer_operator_plan_objects", "Objects in the newest plan, by kind.", "kind", this::objects);
    metrics.polled("exchequer_operator_findings", "What is wrong with the newest objects, by severity.", "severity", this::findings);
    metrics.polled("exchequer_operator_envoys", "Envoys that are connected to this replica, by how they stand to the newest plan.", "state", this::stands);
    metrics.polled("exchequer_operator_services", "Accounting services that are connected to this replica, by the policy that they have.", "state", this::services);
  }

  @Override
  public void rebuilt(long nanos) {
    metrics.rebuilt(nanos);
  }

  @Override
  public void activate(Compiled compiled, Consumer<Outcome> done) {
    newest = compiled;
    metrics.planned(compiled.digest());
    long begun = System.nanoTime();
    serving.activate(
        compiled,
        outcome -> {
          if (outcome instanceof Outcome.Rejected) {
            refused = compiled;
          }
          metrics.activated(name(outcome), System.nanoTime() - begun);
          done.accept(outcome);
        });
  }

  private static String name(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Serving serves -> "serving";
      case Outcome.Rejected rejected -> "rejected";
      case Outcome.NoEnvoy none -> "no_envoy";
    };
  }

  @Override
  public Outcome current() {
    return serving.current();
  }

  @Override
  public Map<String, Outcome> envoys() {
    return serving.envoys();
  }

  @Override
  public void listen(Consumer<LedgerReport> reports) {
    serving.listen(reports);
  }

  private Map<String, Long> objects() {
    GatewayPlan plan = activation.plan();
    return Map.of(
        "ModelRoute", (long) plan.routes().size(),
        "ModelProvider", (long) plan.providers().size(),
        "Project", (long) plan.projects().size(),
        "ApiKey", (long) plan.keys().size(),
        "Balance", (long) plan.balances().size(),
        "PriceSheet", (long) plan.priceSheets().size(),
        "Budget", (long) plan.budgets().size());
  }

  private Map<String, Long> findings() {
    Compiled last = newest;
    Map<String, Long> counts = new HashMap<>();
    for (Diagnostic.Severity severity : Diagnostic.Severity.values()) {
      counts.put(severity.name(), last == null ? 0 : last.diagnostics().stream().filter(finding -> finding.severity() == severity).count());
    }
    return counts;
  }

  private Map<String, Long> stands() {
    boolean all = refused != null && refused == newest;
    return counted(
        activation.envoys().values().stream().map(outcome -> all ? "rejected" : outcome instanceof Outcome.NoEnvoy ? "pending" : name(outcome)), "serving", "rejected", "pending");
  }

  private Map<String, Long> services() {
    Compiled last = newest;
    return counted(
        activation.services().values().stream().map(status -> last != null && status.getDigest().equals(last.digest()) ? "current" : "behind"), "current", "behind");
  }

  private static Map<String, Long> counted(Stream<String> states, String... all) {
    Map<String, Long> counts = new HashMap<>();
    for (String state : all) {
      counts.put(state, 0L);
    }
    states.forEach(state -> counts.merge(state, 1L, Long::sum));
    return counts;
  }
}
