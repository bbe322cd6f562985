package dev.exchequer.server.summary;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Hours, days and months as a clock in one time zone shows them: a day has 23 or 25 hours where the clock is changed, and the hour that comes twice is two
 * hours. Remembers the last period: who asks in order of time pays for each once.
 */
final class Periods {
  private static final DateTimeFormatter HOUR = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mmxxx", Locale.ROOT);

  private final Granularity granularity;
  private final ZoneId zone;
  private final Period all;
  private Period last;

  /**
   * @param startMs inclusive, milliseconds since the epoch
   * @param endMs exclusive
   * @param label as people write it in that time zone: 2026-11, 2026-11-26, 2026-10-25T02:00+01:00; null for the whole time
   */
  record Period(long startMs, long endMs, @Nullable String label) {
    private boolean has(long ms) {
      return startMs <= ms && ms < endMs;
    }
  }

  /** @param fromMs to {@code toMs}: the one period of {@link Granularity#NONE} */
  Periods(Granularity granularity, ZoneId zone, long fromMs, long toMs) {
    this.granularity = granularity;
    this.zone = zone;
    this.all = new Period(fromMs, toMs, null);
    this.last = new Period(0, 0, null);
  }

  Period at(long ms) {
    if (granularity == Granularity.NONE) {
      return all;
    }
    if (!last.has(ms)) {
      last = find(ms);
    }
    return last;
  }

  private Period find(long ms) {
    ZonedDateTime local = Instant.ofEpochMilli(ms).atZone(zone);
    return switch (granularity) {
      case NONE -> all;
      case HOUR -> {
        // an offset stays as it is when minutes are cut, so the hour that comes twice is told apart
        ZonedDateTime start = local.truncatedTo(ChronoUnit.HOURS);
        yield new Period(ms(start), ms(start.plusHours(1)), HOUR.format(start));
      }
      case DAY -> {
        LocalDate day = local.toLocalDate();
        yield new Period(ms(day.atStartOfDay(zone)), ms(day.plusDays(1).atStartOfDay(zone)), day.toString());
      }
      case MONTH -> {
        YearMonth month = YearMonth.from(local);
        yield new Period(startOf(month, zone), startOf(month.plusMonths(1), zone), month.toString());
      }
    };
  }

  static long startOf(YearMonth month, ZoneId zone) {
    return ms(month.atDay(1).atStartOfDay(zone));
  }

  private static long ms(ZonedDateTime time) {
    return time.toInstant().toEpochMilli();
  }
}
