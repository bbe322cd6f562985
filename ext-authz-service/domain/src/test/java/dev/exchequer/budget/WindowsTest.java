package dev.exchequer.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.Budget;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calendar windows: start inclusive, end exclusive, in the budget's own time zone. */
class WindowsTest {
  private static final ObjectName NAME = new ObjectName("default", "b");

  private static Budget budget(Budget.Window window, int anchorDay, String zone) {
    return new Budget(
        NAME, new Budget.Target(Budget.TargetKind.PROJECT, NAME), Budget.Per.TARGET, Map.of(), false, window, anchorDay, ZoneId.of(zone), false, 100, 0, Set.of(),
        List.of(), false);
  }

  private static String at(long millis, String zone) {
    return OffsetDateTime.ofInstant(Instant.ofEpochMilli(millis), ZoneId.of(zone)).toString();
  }

  @ParameterizedTest(name = "{0} anchor {1} {2}: {3} lies in {4} .. {5}")
  @CsvSource({
    "DAY,   1,  UTC,              2027-03-01T00:00:00Z,       2027-03-01T00:00Z,      2027-03-02T00:00Z",
    "DAY,   1,  UTC,              2027-03-01T23:59:59.999Z,   2027-03-01T00:00Z,      2027-03-02T00:00Z",
    "DAY,   1,  Asia/Shanghai,    2027-02-28T15:59:59.999Z,   2027-02-28T00:00+08:00, 2027-03-01T00:00+08:00",
    "DAY,   1,  Asia/Shanghai,    2027-02-28T16:00:00Z,       2027-03-01T00:00+08:00, 2027-03-02T00:00+08:00",
    // 23 hours: the clock goes from 02:00 to 03:00
    "DAY,   1,  Europe/Berlin,    2027-03-28T10:00:00Z,       2027-03-28T00:00+01:00, 2027-03-29T00:00+02:00",
    // 25 hours: 02:30 comes twice, both are in the same day
    "DAY,   1,  Europe/Berlin,    2027-10-31T00:30:00Z,       2027-10-31T00:00+02:00, 2027-11-01T00:00+01:00",
    "DAY,   1,  Europe/Berlin,    2027-10-31T01:30:00Z,       2027-10-31T00:00+02:00, 2027-11-01T00:00+01:00",
    // no midnight: this day begins at 01:00
    "DAY,   1,  America/Sao_Paulo, 2018-11-04T03:00:00Z,      2018-11-04T01:00-02:00, 2018-11-05T00:00-02:00",
    // midnight comes twice: the day before has 25 hours
    "DAY,   1,  America/Sao_Paulo, 2018-02-18T02:30:00Z,      2018-02-17T00:00-02:00, 2018-02-18T00:00-03:00",
    // a day that did not exist
    "DAY,   1,  Pacific/Apia,     2011-12-30T09:59:59Z,       2011-12-29T00:00-10:00, 2011-12-31T00:00+14:00",
    "WEEK,  1,  UTC,              2027-03-01T00:00:00Z,       2027-03-01T00:00Z,      2027-03-08T00:00Z",
    "WEEK,  7,  UTC,              2027-03-06T23:59:59Z,       2027-02-28T00:00Z,      2027-03-07T00:00Z",
    "WEEK,  3,  America/New_York, 2027-03-16T12:00:00Z,       2027-03-10T00:00-05:00, 2027-03-17T00:00-04:00",
    "MONTH, 1,  UTC,              2028-02-29T12:00:00Z,       2028-02-01T00:00Z,      2028-03-01T00:00Z",
    "MONTH, 28, UTC,              2027-02-27T12:00:00Z,       2027-01-28T00:00Z,      2027-02-28T00:00Z",
    "MONTH, 28, UTC,              2027-02-28T00:00:00Z,       2027-02-28T00:00Z,      2027-03-28T00:00Z",
    "MONTH, 15, UTC,              2027-01-14T23:59:59.999Z,   2026-12-15T00:00Z,      2027-01-15T00:00Z",
    "MONTH, 15, Europe/Berlin,    2027-04-01T00:00:00Z,       2027-03-15T00:00+01:00, 2027-04-15T00:00+02:00",
  })
  void windows(Budget.Window window, int anchorDay, String zone, String time, String start, String end) {
    Windows found = Windows.at(budget(window, anchorDay, zone), Instant.parse(time).toEpochMilli());
    assertThat(at(found.startMs(), zone)).isEqualTo(start);
    assertThat(at(found.endMs(), zone)).isEqualTo(end);
  }

  @Test
  void aLifetimeHasNeitherStartNorEnd() {
    assertThat(Windows.at(budget(Budget.Window.LIFETIME, 1, "UTC"), 1_800_000_000_000L)).isEqualTo(new Windows(0, 0));
  }

  /** Whatever the zone: a window holds its moment, all its moments give it, and the next begins where it ends. */
  @Test
  void windowsTileTime() {
    long seed = 4711;
    Random random = new Random(seed);
    List<String> zones = List.of("UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Africa/Cairo", "Pacific/Apia", "Australia/Lord_Howe");
    for (int i = 0; i < 20_000; i++) {
      Budget.Window window = List.of(Budget.Window.DAY, Budget.Window.WEEK, Budget.Window.MONTH).get(random.nextInt(3));
      int anchor = 1 + random.nextInt(window == Budget.Window.WEEK ? 7 : 28);
      Budget budget = budget(window, anchor, zones.get(random.nextInt(zones.size())));
      long time = 1_000_000_000_000L + random.nextLong(1_200_000_000_000L);
      Windows here = Windows.at(budget, time);
      String what = "seed " + seed + ": " + window + " anchor " + anchor + " " + budget.timeZone() + " at " + Instant.ofEpochMilli(time);
      assertThat(here.startMs()).as(what).isLessThanOrEqualTo(time);
      assertThat(here.endMs()).as(what).isGreaterThan(time);
      assertThat(Windows.at(budget, here.startMs())).as(what).isEqualTo(here);
      assertThat(Windows.at(budget, here.endMs() - 1)).as(what).isEqualTo(here);
      assertThat(Windows.at(budget, here.endMs()).startMs()).as(what).isEqualTo(here.endMs());
    }
  }
}
