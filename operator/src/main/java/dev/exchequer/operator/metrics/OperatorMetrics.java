package dev.exchequer.operator.metrics;

import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.GaugeMetricFamily;
import io.prometheus.client.Histogram;
import io.prometheus.client.exporter.common.TextFormat;
import io.prometheus.client.hotspot.DefaultExports;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Every metric of the operator: name, unit, labels. No label takes a value that somebody may choose freely; the digest is that of one plan, and the one before
 * it is forgotten.
 */
public final class OperatorMetrics {
  private static final String NO_ENVOY = "no_envoy";
  private static final double[] BUCKETS = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

  private final CollectorRegistry registry = new CollectorRegistry(true);

  private final Histogram rebuild =
      Histogram.build("exchequer_operator_rebuild_seconds", "Time to make a plan of all objects after a change.").buckets(BUCKETS).register(registry);

  private final Histogram activation =
      Histogram.build("exchequer_operator_activation_seconds", "Time from a plan to Envoy's answer to it, waiting for the plan before it included.").buckets(BUCKETS).register(registry);

  /** outcome: serving, rejected, no_envoy. */
  private final Counter plans = Counter.build("exchequer_operator_plans_total", "Plans that were activated, by what became of them.").labelNames("outcome").register(registry);

  private final Gauge planInfo = Gauge.build("exchequer_operator_plan_info", "1 for the digest of the newest plan.").labelNames("digest").register(registry);

  /** With the JVM's own metrics in the same registry. */
  public OperatorMetrics() {
    DefaultExports.register(registry);
    for (String outcome : List.of("serving", "rejected", NO_ENVOY)) {
      plans.labels(outcome); // there from the start, so that the first refusal is an increase
    }
  }

  public void rebuilt(long nanos) {
    rebuild.observe(nanos / 1e9);
  }

  /** @param digest of the newest plan */
  public void planned(String digest) {
    planInfo.clear();
    planInfo.labels(digest).set(1);
  }

  /** @param outcome serving, rejected or no_envoy */
  public void activated(String outcome, long nanos) {
    if (!outcome.equals(NO_ENVOY)) {
      activation.observe(nanos / 1e9);
    }
    plans.labels(outcome).inc();
  }

  /**
   * A gauge that is read when somebody looks.
   *
   * @param label its only label
   * @param values by value of the label
   */
  public void polled(String name, String help, String label, Supplier<Map<String, Long>> values) {
    registry.register(
        new Collector() {
          @Override
          public List<MetricFamilySamples> collect() {
            GaugeMetricFamily family = new GaugeMetricFamily(name, help, List.of(label));
            SortedMap<String, Long> sorted = new TreeMap<>(values.get());
            sorted.forEach((value, count) -> family.addMetric(List.of(value), count));
            return List.of(family);
          }
        });
  }

  /** The same without a label. */
  public void polled(String name, String help, Supplier<Long> value) {
    registry.register(
        new Collector() {
          @Override
          public List<MetricFamilySamples> collect() {
            return List.of(new GaugeMetricFamily(name, help, value.get()));
          }
        });
  }

  /** Prometheus text format 0.0.4. */
  public String text() {
    StringWriter out = new StringWriter();
    try {
      TextFormat.write004(out, registry.metricFamilySamples());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }
}
