package dev.exchequer.server.summary;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Envelope;
import dev.exchequer.policy.Budget;
import dev.exchequer.server.store.LedgerReads.BudgetRow;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Counters of budgets as people read them: the slices of a window that rolls are one counter, from its oldest slice that counts to now. */
public final class BudgetRows {
  private BudgetRows() {}

  private record Counter(ObjectName budget, String value, String unit) {}

  /**
   * @param rows as stored
   * @param definitions of now; rows of other budgets stay as they are
   */
  public static List<BudgetRow> of(List<BudgetRow> rows, List<Budget> definitions, long nowMs) {
    Map<ObjectName, Budget> rolling = new HashMap<>();
    definitions.stream().filter(budget -> budget.window().rolling()).forEach(budget -> rolling.put(budget.name(), budget));
    if (rolling.isEmpty()) {
      return rows;
    }
    Map<Counter, BudgetRow> sums = new LinkedHashMap<>();
    List<BudgetRow> all = new ArrayList<>();
    for (BudgetRow row : rows) {
      if (!rolling.containsKey(row.budget())) {
        all.add(row);
      } else if (row.windowEndMs() > nowMs) {
        sums.merge(new Counter(row.budget(), row.value(), row.unit()), row, BudgetRows::sum);
      }
    }
    sums.values().forEach(row -> all.add(new BudgetRow(row.budget(), row.value(), row.unit(), row.spent(), row.held(), row.windowStartMs(), 0, row.lastUsedMs())));
    return all;
  }

  /**
   * The labels of a budget whose caps may be below its own, by name.
   *
   * @param rows what it has spent; nothing is asked where that is nothing
   * @param said of the labels of a budget
   */
  public static Map<String, Envelope> labels(Budget budget, List<BudgetRow> rows, Function<ObjectName, List<Envelope>> said) {
    boolean any = budget.per() == Budget.Per.TASK && rows.stream().anyMatch(row -> row.budget().equals(budget.name()));
    return any ? said.apply(budget.name()).stream().collect(Collectors.toMap(Envelope::task, Function.identity())) : Map.of();
  }

  /**
   * What a label may spend, in nano-units.
   *
   * @param label null = nothing was said of it
   * @return null = the budget does not cap the unit
   */
  public static @Nullable Long cap(Budget budget, @Nullable Envelope label, String unit) {
    Long limit = budget.limits().get(unit);
    return limit == null || label == null ? limit : Long.valueOf(label.cap(unit, limit));
  }

  private static BudgetRow sum(BudgetRow a, BudgetRow b) {
    return new BudgetRow(
        a.budget(), a.value(), a.unit(), sum(a.spent(), b.spent()), sum(a.held(), b.held()), Math.min(a.windowStartMs(), b.windowStartMs()), 0, Math.max(a.lastUsedMs(), b.lastUsedMs()));
  }

  /** Or the nearest amount that can be counted. */
  private static long sum(long a, long b) {
    BigInteger sum = BigInteger.valueOf(a).add(BigInteger.valueOf(b));
    return sum.max(BigInteger.valueOf(Long.MIN_VALUE)).min(BigInteger.valueOf(Long.MAX_VALUE)).longValueExact();
  }
}
