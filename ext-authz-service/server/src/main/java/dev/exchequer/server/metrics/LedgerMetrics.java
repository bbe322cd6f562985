package dev.exchequer.server.metrics;

import io.prometheus.client.Collector;
import io.prometheus.client.GaugeMetricFamily;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the ledger has, read when somebody looks. Balances are named: who defines them are the operators, not the callers. As everywhere in metrics, amounts are
 * doubles of whole units, for graphs; the ledger is for money. While the ledger cannot be read its amounts are absent, not old.
 */
public final class LedgerMetrics extends Collector {
  private static final Logger LOG = LoggerFactory.getLogger(LedgerMetrics.class);
  private static final double NANOS_PER_UNIT = 1e9;
  private static final List<String> LABELS = List.of("balance", "unit");

  private final Supplier<Picture> read;
  private final LongSupplier nowMs;

  /**
   * The ledger at one moment.
   *
   * @param openHolds holds of attempts that have not ended
   * @param oldestHeldAtMs when the oldest of them was made, milliseconds since the epoch; of no meaning without one
   * @param uncertain ended holds that better evidence would still correct
   * @param house what providers bill the house
   * @param alertsWaiting alerts that were not told yet
   */
  public record Picture(List<Balance> balances, long openHolds, long oldestHeldAtMs, Uncertain uncertain, List<House> house, long alertsWaiting) {}

  /** What a provider bills the house, in nano-units of a unit, since ever. */
  public record House(String provider, String unit, BigInteger nanos) {}

  /**
   * Ended holds by why they are uncertain.
   *
   * @param estimated charged by an estimate: the provider reported no usage
   * @param inDoubt their lease was over although they were sent
   * @param leaseVoided their lease was over and nothing shows that they were sent
   */
  public record Uncertain(long estimated, long inDoubt, long leaseVoided) {}

  /** The money of one balance, in nano-units; the overdraft is a limit, 0 where nobody defines the balance any more. */
  public record Balance(String name, String unit, long posted, long held, long overdraft) {}

  /** @param nowMs wall clock */
  public LedgerMetrics(Supplier<Picture> read, LongSupplier nowMs) {
    this.read = read;
    this.nowMs = nowMs;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    List<MetricFamilySamples> families = new ArrayList<>();
    boolean readable = true;
    try {
      add(read.get(), families);
    } catch (RuntimeException e) {
      LOG.warn("the ledger cannot be read for metrics", e);
      readable = false;
    }
    families.add(new GaugeMetricFamily("exchequer_ledger_readable", "1 where the ledger could be read just now; else its amounts are absent.", readable ? 1 : 0));
    return families;
  }

  private void add(Picture picture, List<MetricFamilySamples> families) {
    GaugeMetricFamily posted = family("exchequer_balance_posted_units", "Sum of the entries of a balance.");
    GaugeMetricFamily held = family("exchequer_balance_held_units", "Held on a balance for running attempts.");
    GaugeMetricFamily available = family("exchequer_balance_available_units", "What a new hold may take of a balance: posted + overdraft - held.");
    GaugeMetricFamily debt = family("exchequer_balance_debt_units", "How far a balance is below zero.");
    for (Balance balance : picture.balances) {
      List<String> labels = List.of(balance.name, balance.unit);
      posted.addMetric(labels, balance.posted / NANOS_PER_UNIT);
      held.addMetric(labels, balance.held / NANOS_PER_UNIT);
      available.addMetric(labels, (balance.posted - (double) balance.held + balance.overdraft) / NANOS_PER_UNIT);
      debt.addMetric(labels, balance.posted < 0 ? -(double) balance.posted / NANOS_PER_UNIT : 0);
    }
    families.addAll(List.of(posted, held, available, debt));
    GaugeMetricFamily house = new GaugeMetricFamily("exchequer_house_cost_units", "What a provider bills the house by its cost sheet, in a unit, since ever.", List.of("provider", "unit"));
    picture.house.forEach(cost -> house.addMetric(List.of(cost.provider, cost.unit), cost.nanos.doubleValue() / NANOS_PER_UNIT));
    families.add(house);
    long holding = picture.balances.stream().filter(balance -> balance.held > 0).count();
    families.add(new GaugeMetricFamily("exchequer_balances_holding", "Balances on which something is held.", holding));
    families.add(new GaugeMetricFamily("exchequer_open_holds", "Holds of attempts that have not ended.", picture.openHolds));
    GaugeMetricFamily uncertain =
        new GaugeMetricFamily("exchequer_uncertain_holds", "Ended holds that better evidence would still correct, by why they are uncertain.", List.of("state"));
    uncertain.addMetric(List.of("estimated"), picture.uncertain.estimated);
    uncertain.addMetric(List.of("in_doubt"), picture.uncertain.inDoubt);
    uncertain.addMetric(List.of("lease_voided"), picture.uncertain.leaseVoided);
    families.add(uncertain);
    families.add(new GaugeMetricFamily("exchequer_alerts_pending", "Alerts that wait to be told.", picture.alertsWaiting));
    double age = picture.openHolds == 0 ? 0 : Math.max(0, nowMs.getAsLong() - picture.oldestHeldAtMs) / 1e3;
    families.add(new GaugeMetricFamily("exchequer_oldest_hold_seconds", "Age of the oldest hold of an attempt that has not ended, 0 = there is none.", age));
  }

  private static GaugeMetricFamily family(String name, String help) {
    return new GaugeMetricFamily(name, help, LABELS);
  }
}
