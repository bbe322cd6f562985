package dev.exchequer.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.fallback.AttemptOutcome;
import dev.exchequer.fallback.Evidence;
import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command.JournalEvent;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Meter;
import dev.exchequer.policy.PriceSheet.ChargeOn;
import dev.exchequer.policy.PriceSheet.MissingUsage;
import dev.exchequer.policy.Provider.UsageTrust;
import dev.exchequer.pricing.Usage;
import dev.exchequer.receipt.Receipt;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The tables of docs/design/prices.md. Prices, hold and usage are those of {@link SettlingTest}: hold 0.1011, reported 0.10003, estimate 0.10101. */
class ChargeTermsTest {
  private static final String USED = "0.10003";

  private final World world = new World();

  private Receipt.Hop hop(String id) {
    return Objects.requireNonNull(world.receipts.get(id)).hops().get(0);
  }

  private Hold hold(String id) {
    return Objects.requireNonNull(world.everyHold.get(new HoldId(id, 1)));
  }

  /** Every row of SettlingTest's table of outcomes, with the two other terms: where they differ from Delivered and where they do not. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("dev.exchequer.ledger.SettlingTest#table")
  void everyOutcomeByEveryTerm(SettlingTest.Case row) {
    boolean failed = row.state() == Hold.State.VOIDED;
    boolean reported = row.evidence().usage.reported();
    String upstream = failed && reported ? USED : row.charge();
    boolean broken = row.outcome() == AttemptOutcome.STREAM_BROKEN;
    boolean leftBefore = row.outcome() == AttemptOutcome.CLIENT_GONE && !row.evidence().released;
    assertCharge(row, ChargeOn.DELIVERED, row.charge());
    assertCharge(row, ChargeOn.UPSTREAM_BILLED, upstream);
    assertCharge(row, ChargeOn.SUCCESS_ONLY, broken || leftBefore ? "0" : row.charge());
  }

  private static void assertCharge(SettlingTest.Case row, ChargeOn chargeOn, String charge) {
    World world = new World();
    world.maxAttempts = 1;
    world.chargeOn = chargeOn;
    world.start();
    world.admit("r");
    assertThat(world.settle("r", 1, row.evidence().build()).chargeNanos()).as("%s, %s", row.name(), chargeOn).isEqualTo(Money.parse(charge));
    assertThat(world.posted(World.CREDIT)).isEqualTo(Money.parse("10") - Money.parse(charge));
    assertThat(world.held(World.CREDIT)).isZero();
    Receipt.Hop hop = Objects.requireNonNull(world.receipts.get("r")).hops().get(0);
    assertThat(hop.charge()).isEqualTo(Money.parse(charge));
    assertThat(Objects.requireNonNull(hop.usage()).source()).as("a report is noted also where it is not charged").isEqualTo(row.evidence().usage.reported() ? "Provider" : charge.equals("0") ? "None" : "Estimated");
  }

  @Test
  void whatTheUpstreamBilledIsChargedAlsoWhenTheNextHopServes() {
    world.chargeOn = ChargeOn.UPSTREAM_BILLED;
    world.start();
    world.admit("r");
    assertThat(world.settle("r", 1, World.answer(500, used())).next()).isTrue();
    assertThat(world.next("r", 2)).isInstanceOf(Result.Held.class);
    Result.Settled second = world.settle("r", 2, World.ok(20, 10));
    assertThat(second.before()).containsExactly(new Receipt.Total("CREDIT", Money.parse(USED)));
    Receipt receipt = Objects.requireNonNull(world.receipts.get("r"));
    assertThat(receipt.hops()).extracting(Receipt.Hop::charge).containsExactly(Money.parse(USED), Money.parse(USED));
    assertThat(receipt.totals()).containsExactly(new Receipt.Total("CNY", Money.parse(USED)), new Receipt.Total("CREDIT", Money.parse(USED)));
  }

  /** @param released bytes of an answer were let go before the silence */
  @ParameterizedTest(name = "{0} {1} released {2}: {3}")
  @CsvSource({
    "DELIVERED,       CHARGE_OBSERVED, true,  0.10101", "DELIVERED,       CHARGE_OBSERVED, false, 0.101", "DELIVERED,       CHARGE_HOLD, false, 0.1011",
    "UPSTREAM_BILLED, CHARGE_OBSERVED, true,  0.10101", "UPSTREAM_BILLED, RELEASE,         true,  0",
    "SUCCESS_ONLY,    CHARGE_OBSERVED, true,  0.10101", "SUCCESS_ONLY,    CHARGE_OBSERVED, false, 0", "SUCCESS_ONLY,    CHARGE_HOLD, false, 0.1011",
  })
  void inDoubt(ChargeOn chargeOn, Balance.OnInDoubt onInDoubt, boolean released, String charge) {
    world.chargeOn = chargeOn;
    world.onInDoubt = onInDoubt;
    world.start();
    world.admit("r");
    EvidenceBuilder seen = released ? new EvidenceBuilder().stream(3, 40).cut() : new EvidenceBuilder().status(0);
    seen.from = Evidence.From.JOURNAL;
    world.journal(new JournalEvent.HopProgress(new HoldId("r", 1), seen.build()));
    world.now += 61_000;
    world.apply(new Command.Sweep());
    assertThat(hold("r").state()).isEqualTo(Hold.State.EXPIRED);
    assertThat(hold("r").charged()).isEqualTo(Money.parse(charge));
    world.settle("r", 1, World.answer(200, used()));
    assertThat(hold("r").charged()).as("better evidence corrects it").isEqualTo(Money.parse(USED));
  }

  @ParameterizedTest(name = "minimum {0}, {1} in {2} out: {3}")
  @CsvSource({"0.5, 20, 10, 0.5, true", "0.100031, 20, 10, 0.100031, true", "0.10003, 20, 10, 0.10003, false", "0.05, 20, 10, 0.10003, false"})
  void minimumCharge(String minimum, long input, long output, String charge, boolean told) {
    world.minimumCharge = Money.parse(minimum);
    world.start();
    world.admit("r");
    assertThat(hold("r").amount()).as("the hold covers it").isGreaterThanOrEqualTo(world.minimumCharge);
    assertThat(world.settle("r", 1, World.ok(input, output)).chargeNanos()).isEqualTo(Money.parse(charge));
    assertThat(hop("r").minimumCharge()).isEqualTo(told ? Money.parse(minimum) : null);
  }

  @Test
  void aBalanceThatCannotPayTheMinimumIsNotTried() {
    world.minimumCharge = Money.parse("0.5");
    world.credit = "0.4";
    world.withConsent = false;
    world.start();
    assertThat(world.admit("r")).isInstanceOf(Result.Refused.class);
    assertThat(hop("r").skipReason()).isEqualTo("balance_insufficient");
  }

  @Test
  void nothingIsNotRaisedToTheMinimum() {
    world.minimumCharge = Money.parse("0.5");
    world.pricePerRequest = 0;
    world.start();
    world.admit("zero");
    assertThat(world.settle("zero", 1, World.ok(0, 0)).chargeNanos()).as("explicit zero").isZero();
    world.maxAttempts = 1;
    world.admit("failed");
    assertThat(world.settle("failed", 1, World.answer(400, used())).chargeNanos()).isZero();
  }

  private static Usage used() {
    return new Usage(Map.of(Meter.INPUT, 20L, Meter.OUTPUT, 10L), Usage.Source.PROVIDER);
  }

  /**
   * The hold is for 1,000 in and 100 out; tokens cost 1 per million.
   *
   * @param charge of a complete stream with 3 events and 40 bytes of text
   * @param state the state of its hold then
   */
  @ParameterizedTest(name = "{0}: {1} in {2} out: {3}")
  @CsvSource({
    "FULL,     20,         10,       0.10003,  SETTLED, ",
    "FULL,     2000,       10,       0.10201,  SETTLED, ",
    "BOUNDED,  20,         10,       0.10003,  SETTLED, Bounded",
    "BOUNDED,  1000,       100,      0.1011,   SETTLED, Bounded",
    "BOUNDED,  2000,       10,       0.10101,  SETTLED, Bounded",
    "BOUNDED,  20,         100000,   0.10012,  SETTLED, Bounded",
    "BOUNDED,  2000000000, 90000000, 0.1011,   SETTLED, Bounded",
    "ESTIMATE, 20,         10,       0.10101,  SETTLED, Estimate",
    "ESTIMATE, 2000,       90000,    0.10101,  SETTLED, Estimate",
    "ESTIMATE, 0,          0,        0.10101,  SETTLED, Estimate",
  })
  void usageTrust(UsageTrust trust, long input, long output, String charge, Hold.State state, @Nullable String told) {
    world.usageTrust = trust;
    world.start();
    world.admit("r");
    assertThat(world.settle("r", 1, new EvidenceBuilder().stream(3, 40).reports(input, output).build()).chargeNanos()).isEqualTo(Money.parse(charge));
    assertThat(hold("r").state()).isEqualTo(state);
    assertThat(Objects.requireNonNull(hop("r").usage()).trust()).isEqualTo(told);
    boolean believed = trust == UsageTrust.FULL || trust == UsageTrust.BOUNDED && input <= 1000 && output <= 100;
    assertThat(Objects.requireNonNull(hop("r").reason()).contains("not believed")).isEqualTo(!believed);
  }

  @Test
  void anEstimateOfAProviderThatIsNotTrustedIsFinal() {
    world.usageTrust = UsageTrust.ESTIMATE;
    world.start();
    world.admit("r");
    world.settle("r", 1, new EvidenceBuilder().stream(3, 40).build());
    world.settle("r", 1, World.ok(20, 10));
    assertThat(hold("r").charged()).isEqualTo(Money.parse("0.10101"));
  }

  /** More text than the cap allows is estimated as more than the hold: only a trusted provider can make a customer owe that. */
  @ParameterizedTest
  @CsvSource({"FULL, 0.103", "BOUNDED, 0.1011", "ESTIMATE, 0.1011"})
  void nothingAboveTheHoldWithoutFullTrust(UsageTrust trust, String charge) {
    world.usageTrust = trust;
    world.start();
    world.admit("r");
    assertThat(world.settle("r", 1, new EvidenceBuilder().stream(2_000, 4_000).build()).chargeNanos()).isEqualTo(Money.parse(charge));
  }

  @Test
  void whatFailedIsNotBilledByAReportThatIsNotTrusted() {
    world.chargeOn = ChargeOn.UPSTREAM_BILLED;
    world.usageTrust = UsageTrust.ESTIMATE;
    world.missingUsage = MissingUsage.CHARGE_HOLD;
    world.maxAttempts = 1;
    world.start();
    world.admit("r");
    assertThat(world.settle("r", 1, World.answer(500, used())).chargeNanos()).isZero();
  }
}
