package dev.exchequer.server.summary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.ObjectName;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calendars where clocks are changed. */
class PeriodsTest {
  private static long ms(String time) {
    return Instant.parse(time).toEpochMilli();
  }

  @ParameterizedTest
  @CsvSource({
    "DAY,   Europe/Berlin,     2026-10-25T21:30:00Z, 2026-10-25,              2026-10-24T22:00:00Z, 2026-10-25T23:00:00Z",
    "DAY,   Europe/Berlin,     2026-10-24T22:00:00Z, 2026-10-25,              2026-10-24T22:00:00Z, 2026-10-25T23:00:00Z",
    "DAY,   Europe/Berlin,     2026-10-24T21:59:59Z, 2026-10-24,              2026-10-23T22:00:00Z, 2026-10-24T22:00:00Z",
    "DAY,   Europe/Berlin,     2026-03-29T12:00:00Z, 2026-03-29,              2026-03-28T23:00:00Z, 2026-03-29T22:00:00Z",
    "DAY,   America/Sao_Paulo, 2018-11-04T12:00:00Z, 2018-11-04,              2018-11-04T03:00:00Z, 2018-11-05T02:00:00Z",
    "DAY,   UTC,               2026-10-25T21:30:00Z, 2026-10-25,              2026-10-25T00:00:00Z, 2026-10-26T00:00:00Z",
    "HOUR,  Europe/Berlin,     2026-10-25T00:30:00Z, 2026-10-25T02:00+02:00,  2026-10-25T00:00:00Z, 2026-10-25T01:00:00Z",
    "HOUR,  Europe/Berlin,     2026-10-25T01:30:00Z, 2026-10-25T02:00+01:00,  2026-10-25T01:00:00Z, 2026-10-25T02:00:00Z",
    "HOUR,  Europe/Berlin,     2026-03-29T01:30:00Z, 2026-03-29T03:00+02:00,  2026-03-29T01:00:00Z, 2026-03-29T02:00:00Z",
    "HOUR,  Asia/Kolkata,      2026-03-29T01:29:59Z, 2026-03-29T06:00+05:30,  2026-03-29T00:30:00Z, 2026-03-29T01:30:00Z",
    "MONTH, Europe/Berlin,     2026-10-31T22:59:59Z, 2026-10,                 2026-09-30T22:00:00Z, 2026-10-31T23:00:00Z",
    "MONTH, Europe/Berlin,     2026-10-31T23:00:00Z, 2026-11,                 2026-10-31T23:00:00Z, 2026-11-30T23:00:00Z",
    "MONTH, Pacific/Auckland,  2026-10-31T11:00:00Z, 2026-11,                 2026-10-31T11:00:00Z, 2026-11-30T11:00:00Z",
  })
  void aPeriodAsTheClockShowsIt(Granularity granularity, String zone, String at, String label, String start, String end) {
    Periods periods = new Periods(granularity, ZoneId.of(zone), 0, 1);
    assertThat(periods.at(ms(at))).isEqualTo(new Periods.Period(ms(start), ms(end), label));
  }

  @ParameterizedTest
  @CsvSource({"2026-10-25, 25", "2026-03-29, 23", "2026-10-26, 24"})
  void theHoursOfADayAreItsDayWithoutGaps(String day, int hours) {
    ZoneId zone = ZoneId.of("Europe/Berlin");
    Periods.Period whole = new Periods(Granularity.DAY, zone, 0, 1).at(ms(day + "T12:00:00Z"));
    Periods periods = new Periods(Granularity.HOUR, zone, 0, 1);
    List<Periods.Period> seen = new ArrayList<>();
    for (long at = whole.startMs(); at < whole.endMs(); at += 60_000) {
      Periods.Period hour = periods.at(at);
      if (seen.isEmpty() || !seen.getLast().equals(hour)) {
        assertThat(hour.startMs()).isEqualTo(seen.isEmpty() ? whole.startMs() : seen.getLast().endMs());
        seen.add(hour);
      }
    }
    assertThat(seen).hasSize(hours).doesNotHaveDuplicates();
    assertThat(seen.getLast().endMs()).isEqualTo(whole.endMs());
  }

  @Test
  void theWholeTimeIsOnePeriod() {
    Periods periods = new Periods(Granularity.NONE, ZoneId.of("UTC"), 5, 9);
    assertThat(periods.at(7)).isEqualTo(new Periods.Period(5, 9, null));
    assertThat(Periods.startOf(YearMonth.of(2026, 11), ZoneId.of("Europe/Berlin"))).isEqualTo(ms("2026-10-31T23:00:00Z"));
  }

  /** What was decided in the last second of a month may be committed in the first of the next. */
  @Test
  void aMonthIsCompleteAMinuteAfterItsEnd() {
    Statement statement = new Statement(new ObjectName("default", "wallet"), "CNY", YearMonth.of(2026, 11), ZoneId.of("UTC"), 0, 1_000_000, 0, 0, 0, 0, List.of(), List.of());
    assertThat(statement.complete(1_000_000)).isFalse();
    assertThat(statement.complete(1_059_999)).isFalse();
    assertThat(statement.complete(1_060_000)).isTrue();
  }
}
