package dev.exchequer.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MetricsTest {
  private final Metrics metrics = new Metrics();

  @Test
  void everyMetricIsInTheText() {
    metrics.admitted();
    metrics.denied("balance_insufficient");
    metrics.held();
    metrics.settled("Completed");
    metrics.charged("CNY", 1_500_000_000L);
    metrics.charged("CNY", -1);
    metrics.unknownHold();
    metrics.evidenceUnused("too_late");
    metrics.usageRejected();
    metrics.journalLine("hops");
    metrics.journalQuarantined("hops");
    metrics.usage("Provider");
    metrics.usage("Estimated");
    metrics.refusalCounted();
    metrics.journalBehind("hops", () -> 120);
    metrics.committed(5, 3_000_000);
    metrics.policy("old");
    metrics.policy("abc");
    metrics.runningRequests(() -> 3);
    assertThat(metrics.text())
        .contains(
            "exchequer_admissions_total{code=\"ok\",} 1.0",
            "exchequer_admissions_total{code=\"balance_insufficient\",} 1.0",
            "exchequer_holds_total 1.0",
            "exchequer_settles_total{outcome=\"Completed\",} 1.0",
            "exchequer_charges_units_total{unit=\"CNY\",} 1.5",
            "exchequer_unknown_hold_total 1.0",
            "exchequer_usage_rejected_total 1.0",
            "exchequer_late_evidence_unused_total{why=\"too_late\",} 1.0",
            "exchequer_usage_total{source=\"Provider\",} 1.0",
            "exchequer_usage_total{source=\"Estimated\",} 1.0",
            "exchequer_refusals_counted_total 1.0",
            "exchequer_journal_behind_bytes{file=\"hops\",} 120.0",
            "exchequer_journal_lines_total{file=\"hops\",} 1.0",
            "exchequer_journal_quarantined_total{file=\"hops\",} 1.0",
            "exchequer_lane_batch_commands_bucket{le=\"8.0\",} 1.0",
            "exchequer_lane_commit_seconds_bucket{le=\"0.005\",} 1.0",
            "exchequer_policy_info{digest=\"abc\",} 1.0",
            "exchequer_running_requests 3.0",
            "jvm_memory_")
        .doesNotContain("digest=\"old\"");
  }

  @Test
  void twoServicesInOneProcessDoNotMix() {
    metrics.held();
    assertThat(new Metrics().text()).contains("exchequer_holds_total 0.0");
  }
}
