package dev.exchequer.server.report;

import dev.exchequer.api.v1.BalanceReport;
import dev.exchequer.api.v1.BudgetReport;
import dev.exchequer.api.v1.LedgerReport;
import dev.exchequer.ledger.Account;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.store.LedgerPicture;
import dev.exchequer.server.store.LedgerPicture.BalanceMoney;
import dev.exchequer.server.store.LedgerPicture.BudgetUse;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** One stream's reports: the first is whole, the others say what changed since. Not for several threads. */
final class ToLedgerReport {
  private final String node;
  private final Map<String, BalanceReport> balances = new HashMap<>();
  private final Map<String, BudgetReport> budgets = new HashMap<>();
  private boolean first = true;

  ToLedgerReport(String node) {
    this.node = node;
  }

  /** Empty = nothing changed since the one before. */
  Optional<LedgerReport> next(LedgerPicture picture, Policy policy) {
    LedgerReport.Builder report = LedgerReport.newBuilder().setNode(node).setAsOfMs(picture.asOfMs()).setWhole(first);
    for (BalanceMoney money : picture.balances()) {
      BalanceReport now = balance(money, policy);
      if (!now.equals(balances.put(now.getName(), now))) {
        report.addBalances(now);
      }
    }
    for (BudgetUse use : picture.budgets()) {
      BudgetReport now = budget(use, policy);
      if (!now.equals(budgets.put(now.getName(), now))) {
        report.addBudgets(now);
      }
    }
    boolean says = first || report.getBalancesCount() + report.getBudgetsCount() > 0;
    first = false;
    return says ? Optional.of(report.build()) : Optional.empty();
  }

  /** A balance whose definition is gone has no overdraft any more; its money is still there. */
  private static BalanceReport balance(BalanceMoney money, Policy policy) {
    Balance definition = policy.balances().get(money.name());
    long overdraft = definition == null ? 0 : definition.overdraftNanos();
    Account account = new Account(money.name(), "", money.posted(), money.held(), money.sequence());
    BalanceReport.Builder report = BalanceReport.newBuilder();
    if (definition != null) {
      definition.alertsBelow().stream().filter(mark -> money.posted() < mark).min(Comparator.naturalOrder()).ifPresent(report::setBelowNanos);
    }
    return report
        .setName(money.name().toString())
        .setPostedNanos(money.posted())
        .setHeldNanos(money.held())
        .setAvailableNanos(account.available(overdraft))
        .setSequence(money.sequence())
        .setOpenHolds(money.openHolds())
        .setLargestGrantNanos(money.largestGrant())
        .build();
  }

  private static BudgetReport budget(BudgetUse use, Policy policy) {
    BigInteger spent = BigInteger.valueOf(use.spent()).multiply(BigInteger.valueOf(100));
    int reached =
        policy.budgets().stream()
            .filter(budget -> budget.name().equals(use.budget()) && use.limit() > 0)
            .flatMap(budget -> budget.alertsAtPercent().stream())
            .filter(mark -> spent.compareTo(BigInteger.valueOf(use.limit()).multiply(BigInteger.valueOf(mark))) >= 0)
            .max(Comparator.naturalOrder())
            .orElse(0);
    return BudgetReport.newBuilder()
        .setReachedPercent(reached)
        .setName(use.budget().toString())
        .setValue(use.value())
        .setUnit(use.unit())
        .setLimitNanos(use.limit())
        .setSpentNanos(use.spent())
        .setHeldNanos(use.held())
        .setValues(use.values())
        .setExhausted(use.exhausted())
        .build();
  }
}
