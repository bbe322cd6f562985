package dev.exchequer.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.api.v1.BalanceReport;
import dev.exchequer.api.v1.BudgetReport;
import dev.exchequer.money.Money;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class LedgerStatusTest {
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
  private static final long AS_OF = Instant.parse("2026-11-25T11:59:59.5Z").toEpochMilli();

  @Test
  void amountsAreDecimals() {
    JsonNode status = LedgerStatus.balance(balance("48.113990001", "1.5", "46.613990001"), AS_OF, false).status(null, NOW);
    assertThat(status.path("posted").asText()).isEqualTo("48.113990001");
    assertThat(status.path("held").asText()).isEqualTo("1.5");
    assertThat(status.path("available").asText()).isEqualTo("46.613990001");
    assertThat(status.path("sequence").asLong()).isEqualTo(7);
    assertThat(status.path("asOf").asText()).isEqualTo("2026-11-25T11:59:59.500Z");
  }

  @Test
  void lowIsLessThanATenthOfTheLargestGrant() {
    assertThat(conditions(balance("10", "0", "10"))).containsEntry("Low", "False").containsEntry("Exhausted", "False");
    assertThat(conditions(balance("9.999999999", "0", "9.999999999"))).containsEntry("Low", "True").containsEntry("Exhausted", "False");
    assertThat(conditions(balance("0", "0", "0"))).containsEntry("Low", "True").containsEntry("Exhausted", "True");
  }

  @Test
  void aBalanceBelowItsOwnMarkIsLowAndABudgetAtItsMarkIsNearItsLimit() {
    BalanceReport below = balance("49", "0", "49").toBuilder().setBelowNanos(Money.parse("50")).build();
    assertThat(conditions(below)).containsEntry("Low", "True");
    assertThat(message(LedgerStatus.balance(below, AS_OF, false).status(null, NOW), "Low")).startsWith("posted is below the mark of 50 (alertsBelow): 49 available");
    BudgetReport near = BudgetReport.newBuilder().setName("default/cap").setValue("nightly").setUnit("CNY").setLimitNanos(Money.parse("10")).setSpentNanos(Money.parse("8")).setReachedPercent(80).build();
    assertThat(message(LedgerStatus.budget(near, AS_OF).status(null, NOW), "NearLimit")).isEqualTo("by nightly: 80 percent of 10 CNY are spent (alertsAtPercent)");
    BudgetReport far = near.toBuilder().setReachedPercent(0).build();
    assertThat(LedgerStatus.budget(far, AS_OF).conditions()).extracting(Verdict::type).doesNotContain("NearLimit");
  }

  @Test
  void withoutAGrantNothingIsLowAndItIsExhausted() {
    BalanceReport fresh = BalanceReport.newBuilder().setName("default/fresh").build();
    assertThat(conditions(fresh)).containsEntry("Low", "False").containsEntry("Exhausted", "True");
  }

  @Test
  void messagesNameTheAmounts() {
    JsonNode status = LedgerStatus.balance(balance("0.5", "0.5", "0"), AS_OF, false).status(null, NOW);
    assertThat(message(status, "Exhausted")).isEqualTo("pays nothing until it is topped up or holds end: 0 available, 0.5 posted, 0.5 held");
    assertThat(message(status, "Low")).startsWith("less than a tenth of its largest grant of 100 is left: 0 available");
  }

  @Test
  void aDeletionThatWaitsSaysForWhat() {
    BalanceReport holding = balance("5", "1", "4").toBuilder().setOpenHolds(3).build();
    assertThat(conditions(holding)).doesNotContainKey("DeletionWaits");
    JsonNode status = LedgerStatus.balance(holding, AS_OF, true).status(null, NOW);
    assertThat(message(status, "DeletionWaits")).contains("open holds have ended (now 3)").contains("its money stays in the ledger");
    assertThat(LedgerStatus.balance(balance("5", "0", "5"), AS_OF, true).conditions()).extracting(Verdict::type).doesNotContain("DeletionWaits");
  }

  @Test
  void aConditionThatHoldsAsItDidKeepsItsTime() {
    JsonNode before = Lives.json("{'conditions':[{'type':'Low','status':'True','lastTransitionTime':'2026-11-01T00:00:00Z'}]}");
    JsonNode status = LedgerStatus.balance(balance("1", "0", "1"), AS_OF, false).status(before, NOW);
    assertThat(status.at("/conditions/1/lastTransitionTime").asText()).isEqualTo("2026-11-01T00:00:00Z");
    assertThat(status.at("/conditions/0/lastTransitionTime").asText()).isEqualTo("2026-11-25T12:00:00Z");
  }

  @Test
  void ofABudgetWhatIsLeft() {
    BudgetReport report =
        BudgetReport.newBuilder().setName("default/cap").setValue("ci").setUnit("CNY").setLimitNanos(Money.parse("10")).setSpentNanos(Money.parse("9"))
            .setHeldNanos(Money.parse("0.5")).setValues(2).build();
    JsonNode status = LedgerStatus.budget(report, AS_OF).status(null, NOW);
    assertThat(status.path("remaining").asText()).isEqualTo("0.5");
    assertThat(status.path("limit").asText() + status.path("unit").asText() + status.path("value").asText()).isEqualTo("10CNYci");
    assertThat(status.at("/conditions/0/status").asText()).isEqualTo("False");

    BudgetReport over = report.toBuilder().setSpentNanos(Long.MAX_VALUE).setHeldNanos(Long.MAX_VALUE).setExhausted(1).build();
    JsonNode exhausted = LedgerStatus.budget(over, AS_OF).status(null, NOW);
    assertThat(exhausted.path("remaining").asText()).isEqualTo("0");
    assertThat(message(exhausted, "Exhausted")).isEqualTo("1 of 2 values have nothing left in this window; the fullest may spend 10 CNY");
  }

  @Test
  void whatTheApiServerHasIsKnownAndNeverOverwrittenByAnOlderOne() {
    Projection projection = LedgerStatus.balance(balance("5", "1", "4"), AS_OF, false);
    JsonNode there = projection.status(null, NOW);
    assertThat(projection.isIn(there)).isTrue();
    assertThat(projection.isIn(null)).isFalse();
    assertThat(projection.isIn(Lives.json("{'conditions':[]}"))).isFalse();
    assertThat(projection.olderThan(there)).isFalse();
    assertThat(LedgerStatus.balance(balance("5", "1", "4").toBuilder().setSequence(6).build(), AS_OF + 1, false).olderThan(there)).isTrue();
    assertThat(LedgerStatus.balance(balance("5", "1", "4"), AS_OF - 1, false).olderThan(there)).isTrue();
    assertThat(LedgerStatus.gateway("gw-0", 3, AS_OF).olderThan(LedgerStatus.gateway("gw-0", 2, AS_OF + 1).status(null, NOW))).isTrue();
  }

  private static BalanceReport balance(String posted, String held, String available) {
    return BalanceReport.newBuilder()
        .setName("default/wallet")
        .setPostedNanos(Money.parse(posted))
        .setHeldNanos(Money.parse(held))
        .setAvailableNanos(Money.parse(available))
        .setSequence(7)
        .setLargestGrantNanos(Money.parse("100"))
        .build();
  }

  private static Map<String, String> conditions(BalanceReport report) {
    Map<String, String> conditions = new TreeMap<>();
    LedgerStatus.balance(report, AS_OF, false).conditions().forEach(verdict -> conditions.put(verdict.type(), verdict.status()));
    return conditions;
  }

  private static String message(JsonNode status, String type) {
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition.path("message").asText();
      }
    }
    return "";
  }
}
