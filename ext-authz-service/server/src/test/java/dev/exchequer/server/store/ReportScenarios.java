package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.fallback.Ending;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.World;
import dev.exchequer.pricing.Usage;
import dev.exchequer.server.summary.Dimension;
import dev.exchequer.server.summary.Granularity;
import dev.exchequer.server.summary.Statement;
import dev.exchequer.server.summary.UsageReport;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Usage and statements of a real ledger, against its own entries: alike on every store. */
public abstract class ReportScenarios {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final BigInteger CHARGE = BigInteger.valueOf(100_030_000);

  private final World world = new World();
  private final SetClock now = new SetClock(ms("2026-10-20T12:00:00Z"));
  private OpenLedger ledger = nothing();
  private LedgerLane lane = nothing();
  private LedgerHistory history = nothing();
  private LedgerReads reads = nothing();

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // set before each test
  private static <T> T nothing() {
    return null;
  }

  /** Opens the ledger of this test. */
  protected abstract OpenLedger open(World world, Clock clock);

  private static long ms(String time) {
    return Instant.parse(time).toEpochMilli();
  }

  @BeforeEach
  void open() {
    world.credit = "1000";
    world.wallet = "1000";
    world.costSheet = World.costSheet("CREDIT");
    ledger = open(world, now);
    lane = ledger.lane;
    history = ledger.home.history();
    reads = ledger.reads;
  }

  @AfterEach
  void close() {
    ledger.close();
  }

  private void admit(String id, String task) {
    world.now = now.millis();
    lane.submit(new Command.Admit(world.facts(id, task, null), ProviderView.ALL_WELL)).join();
  }

  private void settle(String id, int attempt, dev.exchequer.fallback.Evidence evidence) {
    lane.submit(new Command.Settle(new HoldId(id, attempt), evidence, ProviderView.ALL_WELL)).join();
  }

  private void served(String id, String task) {
    admit(id, task);
    settle(id, 1, World.ok(20, 10));
  }

  private List<UsageReport.Row> usage(List<Dimension> groupBy, Granularity granularity, String from, String to) {
    return UsageReport.of(history, new UsageReport.Query(groupBy, granularity, BERLIN, ms(from), ms(to)));
  }

  @Test
  void usageByDayAcrossTheChangeOfClocks() {
    now.set(ms("2026-10-24T21:59:59.999Z"));
    served("saturday", "");
    now.set(ms("2026-10-24T22:00:00Z"));
    served("first of sunday", "");
    now.set(ms("2026-10-25T22:59:59.999Z"));
    served("last of sunday", "");
    now.set(ms("2026-10-25T23:00:00Z"));
    served("monday", "");
    List<UsageReport.Row> days = usage(List.of(), Granularity.DAY, "2026-10-20T00:00:00Z", "2026-11-01T00:00:00Z");
    assertThat(days).extracting(UsageReport.Row::period).containsExactly("2026-10-24", "2026-10-25", "2026-10-26");
    assertThat(days).extracting(row -> row.sum().requests()).containsExactly(1L, 2L, 1L);
    assertThat(days.get(1).sum().charges()).isEqualTo(Map.of("CREDIT", CHARGE.multiply(BigInteger.TWO)));
    assertThat(days.get(1).sum().meters()).isEqualTo(Map.of("Input", BigInteger.valueOf(40), "Output", BigInteger.valueOf(20)));
    assertThat(days.get(1).endMs() - days.get(1).startMs()).isEqualTo(25 * 3_600_000L);
    assertThat(usage(List.of(), Granularity.NONE, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z").getFirst().sum().requests()).as("from inclusive, to exclusive").isEqualTo(2);
  }

  @Test
  void usageByHopTaskAndWhatCameLater() {
    served("direct", "build");
    admit("fell back", "build");
    settle("fell back", 1, World.status(429));
    lane.submit(new Command.NextAttempt(new HoldId("fell back", 2), ProviderView.ALL_WELL)).join();
    settle("fell back", 2, World.ok(20, 10));
    admit("cut", "");
    settle("cut", 1, World.cut(true, Usage.NOTHING, 40));
    lane.submit(new Command.Deny(world.facts("denied", "", null), Ending.of(404, "model_not_found", "no", new Ending.Retry.No()))).join();

    List<UsageReport.Row> estimated = usage(List.of(Dimension.ROUTE_CLASS), Granularity.NONE, "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z");
    assertThat(estimated).extracting(row -> row.group().getFirst()).containsExactly(null, "Direct", "Pool");
    assertThat(estimated.get(0).sum().requests()).as("nothing was tried").isEqualTo(1);
    assertThat(estimated.get(0).sum().attempts()).isZero();
    assertThat(estimated.get(1).sum().requests()).isEqualTo(3);
    assertThat(estimated.get(1).sum().estimated()).isEqualTo(1);
    assertThat(String.valueOf(estimated.get(1).sum().estimatedShare())).as("the 429 has no usage").isEqualTo("0.5000");
    assertThat(estimated.get(2).sum().charges()).isEqualTo(Map.of("CNY", CHARGE));

    settle("cut", 1, World.ok(20, 10)); // late
    List<UsageReport.Row> corrected = usage(List.of(Dimension.HOP, Dimension.TASK), Granularity.NONE, "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z");
    assertThat(corrected).extracting(UsageReport.Row::group).containsExactly(
        java.util.Arrays.asList(null, null), java.util.Arrays.asList("default/route/hop1", null), List.of("default/route/hop1", "build"), List.of("default/route/hop2", "build"));
    assertThat(corrected.get(1).sum().charges()).as("estimate and correction").isEqualTo(Map.of("CREDIT", CHARGE));
    assertThat(corrected.get(1).sum().estimated()).isZero();

    assertThat(usage(List.of(Dimension.PROVIDER, Dimension.SERVED_MODEL, Dimension.BALANCE), Granularity.NONE, "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"))
        .extracting(UsageReport.Row::group)
        .contains(java.util.Arrays.asList(null, null, null))
        .anySatisfy(group -> assertThat(group.get(2)).isEqualTo("default/wallet"))
        .filteredOn(group -> group.get(0) != null)
        .allSatisfy(group -> assertThat(group).doesNotContainNull());
    UsageReport.Row all = usage(List.of(), Granularity.NONE, "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z").getFirst();
    assertThat(all.sum().requests()).isEqualTo(4);
    assertThat(all.sum().attempts()).isEqualTo(4);
    assertThat(all.sum().charges()).as("= what left the balances").isEqualTo(Map.of("CREDIT", spent(World.CREDIT), "CNY", spent(World.WALLET)));
  }

  @Test
  void costAndMarginOfOneUnitAndNeverOfTwo() {
    BigInteger cost = BigInteger.valueOf(300_000);
    served("direct", "");
    admit("fell back", "");
    settle("fell back", 1, World.answer(500, World.ok(20, 10).usage()));
    lane.submit(new Command.NextAttempt(new HoldId("fell back", 2), ProviderView.ALL_WELL)).join();
    settle("fell back", 2, World.ok(20, 10));
    admit("cut", "");
    settle("cut", 1, World.cut(true, Usage.NOTHING, 40));
    List<UsageReport.Row> estimated = usage(List.of(Dimension.ROUTE_CLASS), Granularity.NONE, "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z");
    assertThat(estimated.get(0).sum().costs()).as("a failure that was billed, and an estimate of 1,010 tokens").isEqualTo(Map.of("CREDIT", BigInteger.valueOf(300_000 + 300_000 + 10_100_000)));
    assertThat(estimated.get(1).sum().charges()).isEqualTo(Map.of("CNY", CHARGE));
    assertThat(estimated.get(1).sum().costs()).as("the pool is billed in another unit").isEqualTo(Map.of("CREDIT", cost));
    assertThat(estimated.get(1).sum().margins()).isEmpty();

    settle("cut", 1, World.ok(20, 10)); // late
    List<UsageReport.Row> corrected = usage(List.of(Dimension.ROUTE_CLASS), Granularity.NONE, "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z");
    UsageReport.Row direct = corrected.get(0);
    assertThat(direct.sum().costs()).isEqualTo(Map.of("CREDIT", cost.multiply(BigInteger.valueOf(3))));
    assertThat(direct.sum().margins()).isEqualTo(Map.of("CREDIT", CHARGE.multiply(BigInteger.TWO).subtract(cost.multiply(BigInteger.valueOf(3)))));
    assertThat(direct.sum().costUnknown()).isZero();
    assertThat(history.houseAccounts()).containsExactly(new LedgerHistory.HouseAccount("default/mock", "CREDIT", cost.multiply(BigInteger.valueOf(4)), 5));
  }

  private BigInteger spent(ObjectName balance) {
    return reads.entries(balance, null, 500).items().stream()
        .filter(entry -> !entry.kind().equals("Grant"))
        .map(entry -> BigInteger.valueOf(-entry.amount()))
        .reduce(BigInteger.ZERO, BigInteger::add);
  }

  @Test
  void openingAndEntriesAreTheClosingInEveryMonthOfEveryTimeZone() {
    Random random = new Random(5);
    long end = ms("2027-02-03T00:00:00Z");
    for (int i = 0; now.millis() < end; i++) {
      now.forward(random.nextInt(4 * 24 * 3_600_000));
      if (random.nextInt(4) == 0) {
        lane.submit(new Command.Grant(World.CREDIT, 1 + random.nextInt(1_000_000_000), "ann", "top up", "g" + i)).join();
      }
      admit("r" + i, "");
      if (random.nextInt(3) == 0) {
        settle("r" + i, 1, World.cut(true, Usage.NOTHING, random.nextInt(400)));
        now.forward(random.nextInt(600_000));
      }
      settle("r" + i, 1, World.ok(random.nextInt(1000), random.nextInt(100)));
    }
    List<LedgerReads.EntryRow> entries = new ArrayList<>(reads.entries(World.CREDIT, null, 5000).items());
    assertThat(entries).hasSizeGreaterThan(50).extracting(LedgerReads.EntryRow::kind).contains("Grant", "Charge", "Correction");
    for (String zone : List.of("UTC", "Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles")) {
      long closing = 0;
      long told = 0;
      for (YearMonth month = YearMonth.of(2026, 10); !month.isAfter(YearMonth.of(2027, 3)); month = month.plusMonths(1)) {
        YearMonth here = month;
        Statement statement = Statement.of(history, World.CREDIT, month, ZoneId.of(zone)).orElseThrow();
        assertThat(statement.opening()).as("%s %s opens where the month before closed", zone, month).isEqualTo(closing);
        List<LedgerReads.EntryRow> own =
            entries.stream().filter(entry -> YearMonth.from(Instant.ofEpochMilli(entry.time()).atZone(ZoneId.of(zone))).equals(here)).toList();
        BigInteger sum = own.stream().map(entry -> BigInteger.valueOf(entry.amount())).reduce(BigInteger.ZERO, BigInteger::add);
        assertThat(BigInteger.valueOf(statement.opening()).add(sum)).isEqualTo(BigInteger.valueOf(statement.closing()));
        assertThat(statement.kinds().stream().map(Statement.OfKind::amount).reduce(BigInteger.ZERO, BigInteger::add)).isEqualTo(sum);
        BigInteger requests = own.stream().filter(entry -> entry.receipt() != null).map(entry -> BigInteger.valueOf(entry.amount())).reduce(BigInteger.ZERO, BigInteger::add);
        assertThat(statement.requests().stream().map(Statement.OfRequests::amount).reduce(BigInteger.ZERO, BigInteger::add)).isEqualTo(requests);
        assertThat(statement.requests()).allSatisfy(of -> {
          assertThat(of.apiKey()).isEqualTo("default/key");
          assertThat(of.model()).isEqualTo("model");
        });
        told += statement.kinds().stream().mapToLong(Statement.OfKind::entries).sum();
        closing = statement.closing();
      }
      assertThat(closing).isEqualTo(reads.balance(World.CREDIT).orElseThrow().posted());
      assertThat(told).isEqualTo(entries.size());
    }
    Statement before = Statement.of(history, World.CREDIT, YearMonth.of(2020, 1), BERLIN).orElseThrow();
    assertThat(before.opening()).isZero();
    assertThat(before.closing()).isZero();
    assertThat(before.firstSequence()).isZero();
    assertThat(before.kinds()).isEmpty();
    assertThat(Statement.of(history, World.name("nobody"), YearMonth.of(2026, 11), BERLIN)).isEmpty();
  }

  @Test
  void whatWasVoidedIsOnNoStatement() {
    admit("failed", "");
    settle("failed", 1, World.answer(500, new Usage(Map.of(dev.exchequer.policy.Meter.INPUT, 5L), Usage.Source.PROVIDER)));
    assertThat(Statement.of(history, World.CREDIT, YearMonth.of(2026, 10), BERLIN).orElseThrow().requests()).isEmpty();
    served("done", "");
    assertThat(Statement.of(history, World.CREDIT, YearMonth.of(2026, 10), BERLIN).orElseThrow().requests())
        .containsExactly(new Statement.OfRequests("default/key", "model", 1, CHARGE.negate()));
  }

  @Test
  void entriesThatDoNotFollowFromOneAnotherMakeNoStatement() {
    LedgerReads.EntryRow first = new LedgerReads.EntryRow("default/credit", 3, 1, "Grant", 5, 10, 15, null, null, "ann", "x");
    LedgerReads.EntryRow second = new LedgerReads.EntryRow("default/credit", 4, 2, "Charge", -5, 16, 11, "r", 1, null, null);
    assertThatThrownBy(() -> broken(new LedgerHistory.Opening("CREDIT", 10, 2), List.of(first, second))).hasMessage("entry 4 of default/credit does not follow entry 3");
    assertThatThrownBy(() -> broken(new LedgerHistory.Opening("CREDIT", 9, 2), List.of(first))).hasMessageContaining("entry 3 of default/credit does not follow what was posted");
    assertThatThrownBy(() -> broken(new LedgerHistory.Opening("CREDIT", 10, 1), List.of(first))).hasMessageContaining("does not follow what was posted");
  }

  private static void broken(LedgerHistory.Opening opening, List<LedgerReads.EntryRow> entries) {
    Statement.of(new BrokenHistory(opening, entries), World.CREDIT, YearMonth.of(2026, 10), BERLIN);
  }
}
