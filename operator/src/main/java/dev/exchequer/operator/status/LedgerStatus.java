package dev.exchequer.operator.status;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.api.v1.BalanceReport;
import dev.exchequer.api.v1.BudgetReport;
import dev.exchequer.money.Money;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Ledger reports in the words of statuses: amounts as decimals, and whether that is little. */
public final class LedgerStatus {
  public static final String EXHAUSTED = "Exhausted";
  public static final String LOW = "Low";
  /** Why a balance is low: below one of its own marks. */
  public static final String BELOW_MARK = "BelowMark";
  public static final String NEAR_LIMIT = "NearLimit";
  public static final String DELETION_WAITS = "DeletionWaits";

  /** Low is less than this part of the largest grant that the balance ever got: a prepaid wallet is topped up by about that much. */
  private static final int LOW_PART = 10;
  /** As long as the definition of the field. */
  private static final int LONGEST_VALUE = 512;

  private LedgerStatus() {}

  /** @param deleted whether it was asked to go, and waits for its holds */
  public static Projection balance(BalanceReport report, long asOfMs, boolean deleted) {
    ObjectNode fields = JsonNodeFactory.instance.objectNode();
    fields.put("posted", Money.text(report.getPostedNanos()));
    fields.put("held", Money.text(report.getHeldNanos()));
    fields.put("available", Money.text(report.getAvailableNanos()));
    fields.put("sequence", report.getSequence());
    List<Verdict> conditions = new ArrayList<>(List.of(exhausted(report), low(report)));
    if (deleted && report.getOpenHolds() > 0) {
      conditions.add(
          verdict(
              DELETION_WAITS, true, "OpenHolds",
              "it was deleted and takes no new holds; it goes when its open holds have ended (now " + report.getOpenHolds() + "), its money stays in the ledger"));
    }
    return new Projection("", fields, conditions, report.getSequence(), asOfMs);
  }

  private static Verdict exhausted(BalanceReport report) {
    String amounts = amounts(report);
    return report.getAvailableNanos() <= 0
        ? verdict(EXHAUSTED, true, "NothingAvailable", "pays nothing until it is topped up or holds end: " + amounts)
        : verdict(EXHAUSTED, false, "Available", amounts);
  }

  private static Verdict low(BalanceReport report) {
    if (report.hasBelowNanos()) {
      return verdict(LOW, true, BELOW_MARK, "posted is below the mark of " + Money.text(report.getBelowNanos()) + " (alertsBelow): " + amounts(report));
    }
    String grant = Money.text(report.getLargestGrantNanos());
    return report.getAvailableNanos() < report.getLargestGrantNanos() / LOW_PART
        ? verdict(LOW, true, "LessThanATenth", "less than a tenth of its largest grant of " + grant + " is left: " + amounts(report))
        : verdict(LOW, false, "Enough", "at least a tenth of its largest grant of " + grant + " is left");
  }

  private static String amounts(BalanceReport report) {
    return Money.text(report.getAvailableNanos()) + " available, " + Money.text(report.getPostedNanos()) + " posted, " + Money.text(report.getHeldNanos())
        + " held";
  }

  public static Projection budget(BudgetReport report, long asOfMs) {
    BigInteger used = BigInteger.valueOf(report.getSpentNanos()).add(BigInteger.valueOf(report.getHeldNanos()));
    long remaining = BigInteger.valueOf(report.getLimitNanos()).subtract(used).max(BigInteger.ZERO).longValueExact();
    ObjectNode fields = JsonNodeFactory.instance.objectNode();
    fields.put("value", report.getValue().length() <= LONGEST_VALUE ? report.getValue() : report.getValue().substring(0, LONGEST_VALUE));
    fields.put("unit", report.getUnit());
    fields.put("limit", Money.text(report.getLimitNanos()));
    fields.put("spent", Money.text(report.getSpentNanos()));
    fields.put("held", Money.text(report.getHeldNanos()));
    fields.put("remaining", Money.text(remaining));
    fields.put("values", report.getValues());
    fields.put("exhausted", report.getExhausted());
    Verdict exhausted =
        report.getExhausted() > 0
            ? verdict(
                EXHAUSTED, true, "LimitReached",
                report.getExhausted() + " of " + report.getValues() + " values have nothing left in this window; the fullest may spend " + Money.text(report.getLimitNanos()) + " "
                    + report.getUnit())
            : verdict(EXHAUSTED, false, "WithinLimit", "no value has reached its limit in this window; the fullest may spend " + Money.text(report.getLimitNanos()) + " " + report.getUnit());
    List<Verdict> conditions = new ArrayList<>(List.of(exhausted));
    if (report.getReachedPercent() > 0) {
      String of = report.getReachedPercent() + " percent of " + Money.text(report.getLimitNanos()) + " " + report.getUnit() + " are spent (alertsAtPercent)";
      conditions.add(verdict(NEAR_LIMIT, true, "MarkReached", (report.getValue().isEmpty() ? "" : "by " + fields.path("value").asText() + ": ") + of));
    }
    return new Projection("", fields, conditions, 0, asOfMs);
  }

  /** The ledger behind a gateway. */
  public static Projection gateway(String node, long openHolds, long asOfMs) {
    return new Projection("ledger", JsonNodeFactory.instance.objectNode().put("openHolds", openHolds).put("node", node), List.of(), 0, asOfMs);
  }

  private static Verdict verdict(String type, boolean holds, String reason, String message) {
    return new Verdict(type, holds ? Verdict.TRUE : Verdict.FALSE, 0, reason, message);
  }
}
