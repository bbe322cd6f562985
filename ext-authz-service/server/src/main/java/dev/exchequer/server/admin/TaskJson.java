package dev.exchequer.server.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.budget.Windows;
import dev.exchequer.ledger.Envelope;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Budget;
import dev.exchequer.server.store.LedgerReads.BudgetRow;
import java.math.BigInteger;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A task label as JSON: whether it takes requests, and what it spent in the window of now. */
final class TaskJson {
  private TaskJson() {}

  /**
   * @param said by the API, null = nothing: it opened by its first request
   * @param rows its counters, of every window
   */
  static ObjectNode task(Budget budget, String label, @Nullable Envelope said, List<BudgetRow> rows, long nowMs) {
    ObjectNode json = AdminJson.object().put("budget", budget.name().toString()).put("task", label).put("state", state(budget, said, rows, nowMs));
    ArrayNode limits = json.putArray("limits");
    long window = Windows.at(budget, nowMs).startMs();
    new TreeMap<>(budget.limits())
        .forEach(
            (unit, most) -> {
              long cap = said == null ? most : said.cap(unit, most);
              BudgetRow row = rows.stream().filter(r -> r.unit().equals(unit) && (budget.window().rolling() || r.windowStartMs() == window)).findAny().orElse(null);
              long spent = row == null ? 0 : row.spent();
              long held = row == null ? 0 : row.held();
              BigInteger left = BigInteger.valueOf(cap).subtract(BigInteger.valueOf(spent)).subtract(BigInteger.valueOf(held)).max(BigInteger.ZERO);
              limits.addObject().put("unit", unit).put("limit", Money.decimal(cap)).put("spent", Money.decimal(spent)).put("held", Money.decimal(held)).put("remaining", Money.decimal(left.longValue()));
            });
    json.put("openedAt", said == null ? null : AdminJson.time(said.openedAtMs()));
    json.put("expiresAt", said == null || said.expiresAtMs() == 0 ? null : AdminJson.time(said.expiresAtMs()));
    json.put("lastUsed", rows.isEmpty() ? null : AdminJson.time(lastUsed(rows)));
    return json.put("actor", said == null ? null : said.actor()).put("reason", said == null ? null : said.reason());
  }

  private static String state(Budget budget, @Nullable Envelope said, List<BudgetRow> rows, long nowMs) {
    if (said != null && said.closed()) {
      return "Closed";
    }
    if (said != null && said.expiresAtMs() != 0) {
      return nowMs < said.expiresAtMs() ? "Open" : "Expired";
    }
    if (said == null && budget.openByApi()) {
      return "NotOpened";
    }
    long idleSince = nowMs - budget.idleExpiryMs();
    boolean open = said != null && said.openedAtMs() > idleSince || rows.stream().anyMatch(row -> row.held() > 0) || !rows.isEmpty() && lastUsed(rows) > idleSince;
    return open ? "Open" : "Idle";
  }

  private static long lastUsed(List<BudgetRow> rows) {
    return rows.stream().mapToLong(BudgetRow::lastUsedMs).max().orElse(0);
  }
}
