package dev.exchequer.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

final class LedgerMetricsTest {
  private static final LedgerMetrics.Balance WALLET = new LedgerMetrics.Balance("default/wallet", "CNY", 48_500_000_000L, 500_000_000L, 2_000_000_000L);
  private static final LedgerMetrics.Balance DEBTOR = new LedgerMetrics.Balance("default/debtor", "CREDIT", -250_000_000L, 0, 0);

  @Test
  void balancesAndOpenHoldsAsTheyAreWhenSomebodyLooks() {
    assertThat(text(() -> new LedgerMetrics.Picture(List.of(WALLET, DEBTOR), 2, 7_500, new LedgerMetrics.Uncertain(3, 1, 2), List.of(new LedgerMetrics.House("default/openai", "USD", BigInteger.valueOf(1_500_000_000))), 5)))
        .contains("exchequer_house_cost_units{provider=\"default/openai\",unit=\"USD\",} 1.5\n")
        .contains("exchequer_balance_posted_units{balance=\"default/wallet\",unit=\"CNY\",} 48.5\n")
        .contains("exchequer_balance_held_units{balance=\"default/wallet\",unit=\"CNY\",} 0.5\n")
        .contains("exchequer_balance_available_units{balance=\"default/wallet\",unit=\"CNY\",} 50.0\n")
        .contains("exchequer_balance_debt_units{balance=\"default/wallet\",unit=\"CNY\",} 0.0\n")
        .contains("exchequer_balance_debt_units{balance=\"default/debtor\",unit=\"CREDIT\",} 0.25\n")
        .contains("exchequer_uncertain_holds{state=\"estimated\",} 3.0\n", "exchequer_uncertain_holds{state=\"in_doubt\",} 1.0\n", "exchequer_uncertain_holds{state=\"lease_voided\",} 2.0\n")
        .contains("exchequer_balances_holding 1.0\n", "exchequer_open_holds 2.0\n", "exchequer_oldest_hold_seconds 2.5\n", "exchequer_ledger_readable 1.0\n");
  }

  @Test
  void withoutAHoldThereIsNoAge() {
    assertThat(text(() -> new LedgerMetrics.Picture(List.of(), 0, 0, new LedgerMetrics.Uncertain(0, 0, 0), List.of(), 0))).contains("exchequer_open_holds 0.0\n", "exchequer_oldest_hold_seconds 0.0\n");
  }

  @Test
  void aLedgerThatCannotBeReadHasNoAmountsAndTheOthersStay() {
    String text =
        text(
            () -> {
              throw new IllegalStateException("disk");
            });
    assertThat(text).contains("exchequer_ledger_readable 0.0\n", "exchequer_holds_total 0.0").doesNotContain("exchequer_balance_posted_units{");
  }

  private static String text(Supplier<LedgerMetrics.Picture> read) {
    Metrics metrics = new Metrics();
    metrics.collect(new LedgerMetrics(read, () -> 10_000));
    return metrics.text();
  }
}
