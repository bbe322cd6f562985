package dev.exchequer.budget;

import dev.exchequer.policy.Budget;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;

/**
 * The calendar window of a budget that a moment lies in; of one that rolls the slice, and its end is when the slice does not count any more. Start inclusive, end
 * exclusive, in milliseconds since the epoch; both 0 for a lifetime.
 */
public record Windows(long startMs, long endMs) {

  public static Windows at(Budget budget, long nowMs) {
    return at(budget.window(), budget.anchorDay(), budget.timeZone(), nowMs);
  }

  /**
   * @param anchorDay day of the month (1 to 28), or ISO day of the week
   * @param zone whose midnight begins a window; where a day has none (DST), its first moment does
   */
  public static Windows at(Budget.Window window, int anchorDay, ZoneId zone, long nowMs) {
    if (window == Budget.Window.LIFETIME) {
      return new Windows(0, 0);
    }
    if (window.rolling()) {
      long slice = Math.floorDiv(nowMs, window.sliceMs()) * window.sliceMs();
      return new Windows(slice, slice + window.sliceMs() + window.periodMs());
    }
    LocalDate today = Instant.ofEpochMilli(nowMs).atZone(zone).toLocalDate();
    LocalDate start = start(window, anchorDay, today);
    LocalDate end =
        switch (window) {
          case LIFETIME, DAY, ROLLING_DAY, ROLLING_WEEK, ROLLING_MONTH -> start.plusDays(1);
          case WEEK -> start.plusWeeks(1);
          case MONTH -> start.plusMonths(1);
        };
    return new Windows(start.atStartOfDay(zone).toInstant().toEpochMilli(), end.atStartOfDay(zone).toInstant().toEpochMilli());
  }

  private static LocalDate start(Budget.Window window, int anchorDay, LocalDate today) {
    return switch (window) {
      case LIFETIME, DAY, ROLLING_DAY, ROLLING_WEEK, ROLLING_MONTH -> today;
      case WEEK -> today.minusDays(Math.floorMod(today.getDayOfWeek().getValue() - anchorDay, 7));
      case MONTH -> {
        LocalDate anchor = today.withDayOfMonth(anchorDay);
        yield anchor.isAfter(today) ? anchor.minusMonths(1) : anchor;
      }
    };
  }
}
