package dev.exchequer.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command.JournalEvent;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Meter;
import dev.exchequer.policy.ModelPattern;
import dev.exchequer.policy.PriceSheet;
import dev.exchequer.policy.Provider.UsageTrust;
import dev.exchequer.policy.RouteClass;
import dev.exchequer.pricing.HouseCost;
import dev.exchequer.pricing.Usage;
import dev.exchequer.receipt.Receipt;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The house is billed 10 USD per million tokens; customers as in {@link SettlingTest}: 20 in and 10 out are 0.0003 USD, estimates of 1,010 tokens 0.0101 USD. */
class HouseCostTest {
  private static final PriceSheet.Match ANY = new PriceSheet.Match(Set.of(), Set.of(), List.of(), List.of(), Set.of());
  private final World world = new World();

  static PriceSheet sheet(PriceSheet.Match match, PriceSheet.MissingUsage missing, long from) {
    Map<Meter, PriceSheet.MeterPrice> prices =
        Map.of(Meter.INPUT, new PriceSheet.MeterPrice(Meter.INPUT, 1_000_000, Money.parse("10")), Meter.OUTPUT, new PriceSheet.MeterPrice(Meter.OUTPUT, 1_000_000, Money.parse("10")));
    return new PriceSheet(World.name("house"), "USD", Money.NANOS_PER_UNIT, from, 0, missing, List.of(new PriceSheet.Rate("list", match, false, prices, List.of())), "cost-digest");
  }

  private World costed() {
    world.costSheet = World.costSheet("USD");
    return world.start();
  }

  private Receipt.HouseCostOn told(String id, int hop) {
    return Objects.requireNonNull(Objects.requireNonNull(world.receipts.get(id)).hops().get(hop).houseCost());
  }

  private HouseCost cost(String id) {
    return Objects.requireNonNull(Objects.requireNonNull(world.everyHold.get(new HoldId(id, 1))).cost());
  }

  private static Usage used() {
    return new Usage(Map.of(Meter.INPUT, 20L, Meter.OUTPUT, 10L), Usage.Source.PROVIDER);
  }

  /** Whatever the customer pays: what was reported, an estimate of what was delivered, or nothing where nothing was. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("dev.exchequer.ledger.SettlingTest#table")
  void everyOutcome(SettlingTest.Case row) {
    world.maxAttempts = 1;
    costed().admit("r");
    world.settle("r", 1, row.evidence().build());
    Receipt.HouseCostOn cost = Objects.requireNonNull(world.receipts.get("r")).hops().get(0).houseCost();
    if (row.evidence().usage.reported()) {
      long tokens = row.evidence().usage.meters().values().stream().mapToLong(Long::longValue).sum();
      assertThat(cost).isEqualTo(new Receipt.HouseCostOn(tokens * 10_000, "USD", "default/house", "cost-digest", "list", false));
    } else if (row.state() == Hold.State.VOIDED) {
      assertThat(cost).isNull();
    } else {
      assertThat(Objects.requireNonNull(cost).estimated()).isTrue();
      assertThat(cost.amount()).isEqualTo((Objects.requireNonNull(Objects.requireNonNull(world.receipts.get("r")).hops().get(0).charge()) - Money.parse("0.1")) * 10);
    }
    assertThat(world.house).hasSize(cost == null || cost.amount() == null || cost.amount() == 0 ? 0 : 1);
    assertThat(world.posted(World.CREDIT)).as("the customer pays the same").isEqualTo(Money.parse("10") - Money.parse(row.charge()));
  }

  @Test
  void bothHopsOfAFallbackCostWhatTheyReport() {
    costed().admit("r");
    world.settle("r", 1, World.answer(500, used()));
    world.next("r", 2);
    world.settle("r", 2, World.ok(30, 10));
    assertThat(told("r", 0).amount()).isEqualTo(Money.parse("0.0003"));
    assertThat(told("r", 1).amount()).isEqualTo(Money.parse("0.0004"));
    assertThat(Objects.requireNonNull(world.receipts.get("r")).hops().get(0).charge()).as("the customer pays nothing for the first").isZero();
    assertThat(world.house).extracting(HouseEntry::amount).containsExactly(Money.parse("0.0003"), Money.parse("0.0004"));
  }

  @ParameterizedTest
  @CsvSource({"FULL, 0.0003", "BOUNDED, 0.0003", "ESTIMATE, 0.0003"})
  void trustIsAboutCustomersNotAboutTheBill(UsageTrust trust, String amount) {
    world.usageTrust = trust;
    costed().admit("r");
    world.settle("r", 1, World.answer(200, used()));
    assertThat(told("r", 0).amount()).isEqualTo(Money.parse(amount));
  }

  @Test
  void lateEvidenceCorrectsTheCostOnce() {
    world.onInDoubt = Balance.OnInDoubt.RELEASE;
    costed().admit("r");
    world.journal(new JournalEvent.HopProgress(new HoldId("r", 1), World.cut(false, Usage.NOTHING, 40)));
    world.now += 61_000;
    world.apply(new Command.Sweep());
    assertThat(cost("r").amountNanos()).as("the customer is released, the provider will bill it").isEqualTo(Money.parse("0.0101"));
    assertThat(told("r", 0).estimated()).isTrue();
    world.settle("r", 1, World.answer(200, used()));
    world.settle("r", 1, World.ok(90, 90));
    assertThat(cost("r").amountNanos()).isEqualTo(Money.parse("0.0003"));
    assertThat(world.house).extracting(HouseEntry::kind).containsExactly(HouseEntry.Kind.COST, HouseEntry.Kind.CORRECTION);
    assertThat(world.house.get(1).amount()).isEqualTo(Money.parse("0.0003") - Money.parse("0.0101"));
  }

  @ParameterizedTest
  @CsvSource({"BYOK, false", "FREE, true"})
  void whoPaysTheProvider(RouteClass routeClass, boolean house) {
    world.hops = List.of(routeClass);
    costed().admit("r");
    world.settle("r", 1, World.answer(200, used()));
    assertThat(world.house).hasSize(house ? 1 : 0);
    assertThat(Objects.requireNonNull(world.receipts.get("r")).hops().get(0).houseCost() != null).isEqualTo(house);
  }

  @Test
  void aFreeHopWithoutUsageIsEstimatedByItsText() {
    world.hops = List.of(RouteClass.FREE);
    costed().admit("r");
    world.settle("r", 1, new EvidenceBuilder().stream(3, 40).build());
    assertThat(told("r", 0).amount()).as("1,000 in, 10 out").isEqualTo(Money.parse("0.0101"));
  }

  @Test
  void unknownIsNotZero() {
    world.costSheet = sheet(new PriceSheet.Match(Set.of(), Set.of(), List.of(new ModelPattern("other")), List.of(), Set.of()), PriceSheet.MissingUsage.ESTIMATE, 0);
    world.start();
    world.admit("r");
    assertThat(world.settle("r", 1, World.answer(200, used())).chargeNanos()).as("the customer pays all the same").isPositive();
    assertThat(told("r", 0).amount()).isNull();
    assertThat(told("r", 0).rate()).isNull();
    assertThat(world.house).isEmpty();
  }

  @Test
  void aSheetThatIsNotInForceKnowsNothing() {
    world.costSheet = sheet(ANY, PriceSheet.MissingUsage.ESTIMATE, World.START + 1_000_000);
    world.start();
    world.admit("r");
    world.settle("r", 1, World.answer(200, used()));
    assertThat(told("r", 0).amount()).isNull();
  }

  @Test
  void whatNobodyReportsMayBeFree() {
    world.costSheet = sheet(ANY, PriceSheet.MissingUsage.FREE, 0);
    world.start();
    world.admit("r");
    world.settle("r", 1, new EvidenceBuilder().stream(3, 40).build());
    assertThat(told("r", 0).amount()).isZero();
    assertThat(world.house).isEmpty();
  }

  @Test
  void theSheetIsThatOfTheHoldsPlan() {
    costed().admit("r");
    world.costSheet = null;
    world.apply(new Command.Activate(world.policy()));
    world.settle("r", 1, World.answer(200, used()));
    assertThat(told("r", 0).amount()).isEqualTo(Money.parse("0.0003"));
  }

  @Test
  void whatCannotBeCountedIsUnknownAndStopsNothing() {
    costed().admit("r");
    Usage absurd = new Usage(Map.of(Meter.INPUT, Long.MAX_VALUE, Meter.OUTPUT, 1L), Usage.Source.PROVIDER);
    world.settle("r", 1, World.answer(200, absurd));
    assertThat(told("r", 0).amount()).isNull();
    assertThat(world.held(World.CREDIT)).isZero();
  }
}
