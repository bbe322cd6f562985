package dev.exchequer.operator.policy;

import dev.exchequer.api.v1.BalanceReport;
import dev.exchequer.api.v1.BudgetReport;
import dev.exchequer.api.v1.LedgerReport;
import dev.exchequer.api.v1.ReportEnd;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Takes what accounting services report of their ledgers and hands it on; who listens late is told all of it, as one whole report. */
public final class LedgerReports {
  /** Of the streams together: with one ledger that is the ledger. */
  private final Map<String, BalanceReport> balances = new TreeMap<>();

  private final Map<String, BudgetReport> budgets = new TreeMap<>();
  private @Nullable LedgerReport last;
  private @Nullable Consumer<LedgerReport> listener;

  /** @param next called in order for every report; it must not block */
  public synchronized void listen(Consumer<LedgerReport> next) {
    listener = next;
    LedgerReport known = last;
    if (known != null) {
      next.accept(known.toBuilder().setWhole(true).clearBalances().clearBudgets().addAllBalances(balances.values()).addAllBudgets(budgets.values()).build());
    }
  }

  /** One stream of an accounting service. */
  StreamObserver<LedgerReport> receive(StreamObserver<ReportEnd> end) {
    return new StreamObserver<>() {
      @Override
      public void onNext(LedgerReport report) {
        received(report);
      }

      @Override
      public void onError(Throwable cause) {}

      @Override
      public void onCompleted() {
        end.onNext(ReportEnd.getDefaultInstance());
        end.onCompleted();
      }
    };
  }

  private synchronized void received(LedgerReport report) {
    if (report.getWhole()) {
      balances.clear();
      budgets.clear();
    }
    report.getBalancesList().forEach(balance -> balances.put(balance.getName(), balance));
    report.getBudgetsList().forEach(budget -> budgets.put(budget.getName(), budget));
    last = report;
    Consumer<LedgerReport> told = listener;
    if (told != null) {
      told.accept(report);
    }
  }
}
