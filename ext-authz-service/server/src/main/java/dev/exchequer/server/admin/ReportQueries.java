package dev.exchequer.server.admin;

import dev.exchequer.server.summary.Dimension;
import dev.exchequer.server.summary.Granularity;
import dev.exchequer.server.summary.UsageReport;
import io.javalin.http.Context;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Query parameters of reports: calendars and time zones. */
final class ReportQueries {
  private static final Set<String> USAGE = Set.of("groupBy", "granularity", "timeZone", "from", "to");
  private static final Set<String> STATEMENT = Set.of("month", "timeZone");

  private ReportQueries() {}

  /** A month of a calendar. */
  record MonthIn(YearMonth month, ZoneId zone) {}

  /** Unless told otherwise: all of the running month, in one row. */
  static UsageReport.Query usage(Context call, long nowMs) {
    AdminQueries.onlyKnown(call, USAGE);
    ZoneId zone = zone(call);
    String period = AdminQueries.one(call, "granularity");
    Granularity granularity =
        period == null
            ? Granularity.NONE
            : Granularity.of(period).orElseThrow(() -> AdminRefusal.badRequest("granularity must be one of " + String.join(", ", Granularity.texts())));
    Long from = moment(call, "from", zone);
    Long to = moment(call, "to", zone);
    long start = from != null ? from : YearMonth.from(Instant.ofEpochMilli(nowMs).atZone(zone)).atDay(1).atStartOfDay(zone).toInstant().toEpochMilli();
    long end = to != null ? to : nowMs;
    if (start >= end) {
      throw AdminRefusal.badRequest("from must be before to");
    }
    return new UsageReport.Query(groupBy(call), granularity, zone, start, end);
  }

  /** The running month unless told otherwise. */
  static MonthIn month(Context call, long nowMs) {
    AdminQueries.onlyKnown(call, STATEMENT);
    ZoneId zone = zone(call);
    YearMonth running = YearMonth.from(Instant.ofEpochMilli(nowMs).atZone(zone));
    String text = AdminQueries.one(call, "month");
    if (text == null) {
      return new MonthIn(running, zone);
    }
    try {
      YearMonth month = YearMonth.parse(text.matches("[0-9]{4}-[0-9]{2}") ? text : "");
      if (month.isAfter(running)) {
        throw AdminRefusal.badRequest("month must not be later than now: what comes is not in the ledger");
      }
      return new MonthIn(month, zone);
    } catch (DateTimeException e) {
      throw AdminRefusal.badRequest("month must be a month like 2026-11");
    }
  }

  private static List<Dimension> groupBy(Context call) {
    String text = AdminQueries.one(call, "groupBy");
    List<Dimension> dimensions = new ArrayList<>();
    for (String name : text == null ? List.<String>of() : List.of(text.split(",", -1))) {
      Dimension dimension = Dimension.of(name).orElseThrow(() -> AdminRefusal.badRequest("groupBy must be a list of " + String.join(",", Dimension.texts())));
      if (dimensions.contains(dimension)) {
        throw AdminRefusal.badRequest("groupBy has " + name + " twice");
      }
      dimensions.add(dimension);
    }
    return dimensions;
  }

  private static ZoneId zone(Context call) {
    String text = AdminQueries.one(call, "timeZone");
    try {
      return ZoneId.of(text == null ? "UTC" : text);
    } catch (DateTimeException e) {
      throw AdminRefusal.badRequest("timeZone must be a time zone like Europe/Berlin or UTC");
    }
  }

  /** A time, or a day: its beginning in the time zone. */
  private static @Nullable Long moment(Context call, String name, ZoneId zone) {
    String text = AdminQueries.one(call, name);
    if (text == null) {
      return null;
    }
    try {
      return text.length() == 10 ? LocalDate.parse(text).atStartOfDay(zone).toInstant().toEpochMilli() : OffsetDateTime.parse(text).toInstant().toEpochMilli();
    } catch (DateTimeException | ArithmeticException e) {
      throw AdminRefusal.badRequest(name + " must be a day like 2026-01-31 or an RFC 3339 time like 2026-01-31T00:00:00Z (a + in a URL is written %2B)");
    }
  }
}
