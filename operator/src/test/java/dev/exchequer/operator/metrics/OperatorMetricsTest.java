package dev.exchequer.operator.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OperatorMetricsTest {
  private final OperatorMetrics metrics = new OperatorMetrics();

  @Test
  void theDigestBeforeIsForgotten() {
    metrics.planned("aa");
    metrics.planned("bb");
    assertThat(metrics.text()).contains("exchequer_operator_plan_info{digest=\"bb\",} 1.0").doesNotContain("digest=\"aa\"");
  }

  @Test
  void whatNoEnvoyAnsweredIsCountedAndNoTime() {
    assertThat(metrics.text()).as("there from the start").contains("exchequer_operator_plans_total{outcome=\"rejected\",} 0.0");
    metrics.activated("no_envoy", TimeUnit.SECONDS.toNanos(5));
    metrics.activated("rejected", TimeUnit.MILLISECONDS.toNanos(20));
    assertThat(metrics.text())
        .contains("exchequer_operator_plans_total{outcome=\"no_envoy\",} 1.0", "exchequer_operator_plans_total{outcome=\"rejected\",} 1.0")
        .contains("exchequer_operator_activation_seconds_count 1.0", "exchequer_operator_activation_seconds_sum 0.02");
  }

  @Test
  void gaugesAreReadWhenSomebodyLooksAndRegistriesAreApart() {
    long[] value = {1};
    metrics.polled("exchequer_operator_test", "For this test.", "state", () -> Map.of("b", value[0], "a", 0L));
    value[0] = 7;
    metrics.rebuilt(TimeUnit.MILLISECONDS.toNanos(3));
    assertThat(metrics.text())
        .contains("exchequer_operator_test{state=\"a\",} 0.0\nexchequer_operator_test{state=\"b\",} 7.0\n")
        .contains("exchequer_operator_rebuild_seconds_bucket{le=\"0.005\",} 1.0", "jvm_memory_bytes_used");
    assertThat(new OperatorMetrics().text()).doesNotContain("exchequer_operator_test").contains("exchequer_operator_rebuild_seconds_count 0.0");
  }
}
