package dev.exchequer.budget;

import dev.exchequer.policy.Budget;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;

/** The calendar window of a budget that a moment lies in. Start inclusive, end exclusive, in milliseconds since the epoch; both 0 for a lifetime. */
public record Windows(long startMs, long endMs) {

  public static Windows at(Budget budget, long nowMs) {
    if (budget.window() == Budget.Window.LIFETIME) {
      return new Windows(0, 0);
    }
    ZoneId zone = budget.timeZone();
    LocalDate today = Instant.ofEpochMilli(nowMs).atZone(zone).toLocalDate();
    LocalDate start = start(budget, today);
    LocalDate end =
        switch (budget.window()) {
          case LIFETIME, DAY -> start.plusDays(1);
          case WEEK -> start.plusWeeks(1);
          case MONTH -> start.plusMonths(1);
        };
    return new Windows(start.atStartOfDay(zone).toInstant().toEpochMilli(), end.atStartOfDay(zone).toInstant().toEpochMilli());
  }

  private static LocalDate start(Budget budget, LocalDate today) {
    return switch (budget.window()) {
      case LIFETIME, DAY -> today;
      case WEEK -> today.minusDays(Math.floorMod(today.getDayOfWeek().getValue() - budget.anchorDay(), 7));
      case MONTH -> {
        LocalDate anchor = today.withDayOfMonth(budget.anchorDay());
        yield anchor.isAfter(today) ? anchor.minusMonths(1) : anchor;
      }
    };
  }
}
