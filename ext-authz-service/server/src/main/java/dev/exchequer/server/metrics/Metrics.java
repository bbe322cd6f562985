package dev.exchequer.server.metrics;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;
import io.prometheus.client.exporter.common.TextFormat;
import io.prometheus.client.hotspot.DefaultExports;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.function.LongSupplier;

/**
 * Every metric of the accounting service: name, unit, labels. No label takes a value that a caller may choose (keys, tasks, models): an application
 * could make as many time series as it likes.
 *
 * <p>Charges are counted as doubles here and nowhere else: these numbers are for graphs, the ledger is for money.
 */
public final class Metrics {
  private static final double NANOS_PER_UNIT = 1e9;

  private final CollectorRegistry registry = new CollectorRegistry(true);

  /** code: "ok", or the code of the refusal. */
  private final Counter admissions = counter("exchequer_admissions_total", "Requests that asked to be admitted, by result.", "code");

  private final Counter holds = counter("exchequer_holds_total", "Attempts for which money was held.");

  /** outcome: as on receipts. */
  private final Counter settles = counter("exchequer_settles_total", "Attempts that ended, by outcome.", "outcome");

  /** unit: as balances name it; in whole units, not nanos. */
  private final Counter charges = counter("exchequer_charges_units_total", "Charged, in units of money or credit.", "unit");

  private final Counter unknownHold = counter("exchequer_unknown_hold_total", "Settles and journal lines for a hold that the ledger does not know.");

  /** why: "too_late", "policy_missing". */
  private final Counter evidenceUnused = counter("exchequer_late_evidence_unused_total", "Usage reported of an attempt that changed nothing, by why it did not.", "why");

  private final Counter usageRejected = counter("exchequer_usage_rejected_total", "Usage reports that were not believed (negative, absurd, not numbers).");

  /** source: as on receipts. Estimated to all but None is the share of estimated usage. */
  private final Counter usage = counter("exchequer_usage_total", "Attempts on stored receipts, by where their usage came from.", "source");

  private final Counter refusalsCounted =
      counter("exchequer_refusals_counted_total", "Refusals without a receipt: their key had its receipts of that second; they are counted in the ledger.");

  /** type: as receivers get it. */
  private final Counter alerts = counter("exchequer_alerts_total", "Marks of balances and budgets that were crossed, by type.", "type");

  /** result: "delivered", "failed" (tried again later), "given_up". */
  private final Counter alertDeliveries = counter("exchequer_alert_deliveries_total", "Attempts to tell an alert to the webhook, by result.", "result");

  /** file: "hops" or "requests". */
  private final Counter journalLines = counter("exchequer_journal_lines_total", "Journal lines applied.", "file");

  private final Counter journalQuarantined = counter("exchequer_journal_quarantined_total", "Journal lines too long or unreadable, put aside.", "file");

  private final Histogram laneBatch =
      Histogram.build("exchequer_lane_batch_commands", "Commands that one commit made durable.").buckets(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024).register(registry);

  private final Histogram commitSeconds =
      Histogram.build("exchequer_lane_commit_seconds", "Time from deciding a batch to its COMMIT.")
          .buckets(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
          .register(registry);

  /** file: as that of the lines. Read when somebody looks. */
  private final Gauge journalBehind = gauge("exchequer_journal_behind_bytes", "Written to the journal and not yet durable in the ledger: how far settlement lags.", "file");

  private final Gauge policyInfo = gauge("exchequer_policy_info", "1 for the digest of the policy that new requests are decided by.", "digest");

  /** With the JVM's own metrics (heap, collections, threads) in the same registry. */
  public Metrics() {
    DefaultExports.register(registry);
  }

  public void admitted() {
    admissions.labels("ok").inc();
  }

  public void denied(String code) {
    admissions.labels(code).inc();
  }

  public void held() {
    holds.inc();
  }

  public void settled(String outcome) {
    settles.labels(outcome).inc();
  }

  public void charged(String unit, long nanos) {
    // a correction may take back; a counter may not fall, so those are left to the ledger
    if (nanos > 0) {
      charges.labels(unit).inc(nanos / NANOS_PER_UNIT);
    }
  }

  public void unknownHold() {
    unknownHold.inc();
  }

  public void evidenceUnused(String why) {
    evidenceUnused.labels(why).inc();
  }

  public void usageRejected() {
    usageRejected.inc();
  }

  /** An attempt is on a stored receipt. */
  public void usage(String source) {
    usage.labels(source).inc();
  }

  public void refusalCounted() {
    refusalsCounted.inc();
  }

  public void alertRaised(String type) {
    alerts.labels(type).inc();
  }

  public void alertTried(String result) {
    alertDeliveries.labels(result).inc();
  }

  public void journalLine(String file) {
    journalLines.labels(file).inc();
  }

  public void journalQuarantined(String file) {
    journalQuarantined.labels(file).inc();
  }

  public void committed(int commands, long nanos) {
    laneBatch.observe(commands);
    commitSeconds.observe(nanos / 1e9);
  }

  public void policy(String digest) {
    policyInfo.clear();
    policyInfo.labels(digest).set(1);
  }

  /** Read when somebody looks. */
  public void runningRequests(LongSupplier count) {
    polled("exchequer_running_requests", "Requests that were admitted and have not ended.", count);
  }

  /** Read when somebody looks: milliseconds by which the machine's clock is behind the latest time that it or the ledger has shown. */
  public void clockBehind(LongSupplier ms) {
    polled("exchequer_clock_behind_ms", "The machine's clock is so far behind the ledger's time, which stands still until it has caught up.", ms);
  }

  /** Read when somebody looks. */
  public void journalBehind(String file, LongSupplier bytes) {
    journalBehind.setChild(child(bytes), file);
  }

  /** Adds what another part tells when somebody looks. */
  public void collect(LedgerMetrics ledger) {
    registry.register(ledger);
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

  private void polled(String name, String help, LongSupplier value) {
    Gauge.build(name, help).create().setChild(child(value)).register(registry);
  }

  private static Gauge.Child child(LongSupplier value) {
    return new Gauge.Child() {
      @Override
      public double get() {
        return value.getAsLong();
      }
    };
  }

  private Counter counter(String name, String help, String... labels) {
    return Counter.build(name, help).labelNames(labels).register(registry);
  }

  private Gauge gauge(String name, String help, String... labels) {
    return Gauge.build(name, help).labelNames(labels).register(registry);
  }
}
