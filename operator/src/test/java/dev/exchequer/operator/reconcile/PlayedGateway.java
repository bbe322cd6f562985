package dev.exchequer.operator.reconcile;

import dev.exchequer.api.v1.BalanceReport;
import dev.exchequer.api.v1.BudgetReport;
import dev.exchequer.api.v1.LedgerReport;
import dev.exchequer.money.Money;
import dev.exchequer.operator.GatewayPipeline.Compiled;
import dev.exchequer.operator.publish.Outcome;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Takes every plan, and says of Envoys and of the ledger what the test wants. */
public final class PlayedGateway implements KubernetesOperator.Serving {
  public volatile Outcome outcome = new Outcome.Serving();
  public volatile Map<String, Outcome> envoys = Map.of();
  private final List<Compiled> plans = new CopyOnWriteArrayList<>();
  private volatile @Nullable Consumer<LedgerReport> listener;

  @Override
  public void activate(Compiled compiled, Consumer<Outcome> done) {
    plans.add(compiled);
    done.accept(outcome);
  }

  @Override
  public Outcome current() {
    return outcome;
  }

  @Override
  public Map<String, Outcome> envoys() {
    return envoys;
  }

  @Override
  public void listen(Consumer<LedgerReport> reports) {
    listener = reports;
  }

  public @Nullable Compiled plan() {
    return plans.isEmpty() ? null : plans.getLast();
  }

  public int plans() {
    return plans.size();
  }

  public void report(LedgerReport report) {
    Consumer<LedgerReport> told = listener;
    if (told == null) {
      throw new IllegalStateException("nobody listens");
    }
    told.accept(report);
  }

  /** A balance of 100 that got all of it at once. */
  public static BalanceReport balance(String name, long sequence, String posted, String held, long openHolds) {
    long available = Money.parse(posted) - Money.parse(held);
    return BalanceReport.newBuilder().setName(name).setPostedNanos(Money.parse(posted)).setHeldNanos(Money.parse(held)).setAvailableNanos(available)
        .setSequence(sequence).setOpenHolds(openHolds).setLargestGrantNanos(Money.parse("100")).build();
  }

  public static BudgetReport budget(String name, String limit, String spent) {
    long exhausted = Money.parse(spent) >= Money.parse(limit) ? 1 : 0;
    return BudgetReport.newBuilder().setName(name).setUnit("CREDIT").setLimitNanos(Money.parse(limit)).setSpentNanos(Money.parse(spent)).setValues(1)
        .setExhausted(exhausted).build();
  }

  public static LedgerReport report(boolean whole, long asOfMs, List<BalanceReport> balances, List<BudgetReport> budgets) {
    return LedgerReport.newBuilder().setNode("gateway-0").setWhole(whole).setAsOfMs(asOfMs).addAllBalances(balances).addAllBudgets(budgets).build();
  }
}
