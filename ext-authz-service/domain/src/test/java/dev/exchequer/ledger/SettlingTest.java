package dev.exchequer.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.fallback.AttemptOutcome;
import dev.exchequer.fallback.Evidence;
import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command.JournalEvent;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.Meter;
import dev.exchequer.policy.PriceSheet;
import dev.exchequer.pricing.Usage;
import dev.exchequer.receipt.Receipt;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * DOMAIN section 3, each outcome with and without usage. Prices: 0.1 a request, 1 per million tokens; the hold is for 1,000 in and 100 out = 0.1011; the
 * reported usage is 20 in and 10 out = 0.10003; what was seen is 3 events with 40 bytes of text, which is 10 tokens.
 */
class SettlingTest {
  private static final String USED = "0.10003";
  private static final String ESTIMATED = "0.10101";
  private static final String INPUT_ONLY = "0.101";
  private static final String WHOLE = "0.1011";

  private final World world = new World();

  /** @param code null = the provider's answer stands */
  record Case(String name, AttemptOutcome outcome, EvidenceBuilder evidence, String charge, Hold.State state, String status, @Nullable String code) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static EvidenceBuilder stream() {
    return new EvidenceBuilder().stream(3, 40);
  }

  private static EvidenceBuilder gone(EvidenceBuilder evidence) {
    evidence.clientGone = true;
    return evidence;
  }

  private static EvidenceBuilder brotli() {
    EvidenceBuilder evidence = new EvidenceBuilder();
    evidence.encoding = "br";
    return evidence;
  }

  private static EvidenceBuilder errorInside() {
    EvidenceBuilder evidence = new EvidenceBuilder();
    evidence.errorSeen = true;
    return evidence;
  }

  private static EvidenceBuilder empty() {
    EvidenceBuilder evidence = new EvidenceBuilder();
    evidence.outputItems = 0;
    evidence.finish = "content_filter";
    return evidence;
  }

  private static EvidenceBuilder text() {
    EvidenceBuilder evidence = new EvidenceBuilder();
    evidence.textBytes = 40;
    return evidence;
  }

  static List<Case> table() {
    List<Case> cases = new ArrayList<>();
    charged(cases, "complete JSON", AttemptOutcome.COMPLETED, text(), ESTIMATED, "Succeeded", null);
    charged(cases, "complete stream", AttemptOutcome.COMPLETED, stream(), ESTIMATED, "Succeeded", null);
    charged(cases, "tool calls only", AttemptOutcome.COMPLETED, new EvidenceBuilder(), WHOLE, "Succeeded", null);
    charged(cases, "stream broken", AttemptOutcome.STREAM_BROKEN, stream().cut(), ESTIMATED, "Failed", null);
    charged(cases, "client gone in the stream", AttemptOutcome.CLIENT_GONE, gone(stream().cut()), ESTIMATED, "Succeeded", null);
    charged(cases, "client gone before any byte", AttemptOutcome.CLIENT_GONE, gone(new EvidenceBuilder().status(0)), INPUT_ONLY, "Failed", null);
    for (int status : new int[] {400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504}) {
      free(cases, status + " from the provider", AttemptOutcome.PROVIDER_STATUS, new EvidenceBuilder().status(status), providerCode(status));
    }
    free(cases, "connect failure", AttemptOutcome.CONNECT_FAILURE, new EvidenceBuilder().local(503, "UF connect"), "provider_unreachable");
    free(cases, "no such cluster", AttemptOutcome.CONNECT_FAILURE, new EvidenceBuilder().local(503, "NC cluster_not_found"), "provider_unreachable");
    free(cases, "first byte timeout", AttemptOutcome.FIRST_BYTE_TIMEOUT, new EvidenceBuilder().local(504, "UT upstream_per_try_timeout"), "provider_timeout");
    free(cases, "response timeout", AttemptOutcome.RESPONSE_TIMEOUT, new EvidenceBuilder().local(504, "UT response_timeout"), "provider_timeout");
    free(cases, "unasked encoding", AttemptOutcome.UNREADABLE, brotli(), "provider_unreadable");
    free(cases, "2xx with an error inside", AttemptOutcome.UNREADABLE, errorInside(), "provider_unreadable");
    free(cases, "empty with an error finish", AttemptOutcome.EMPTY_ERROR, empty(), "provider_unreadable");
    EvidenceBuilder unsent = gone(new EvidenceBuilder().status(0));
    unsent.upstreamSeen = false;
    cases.add(new Case("client gone, not sent", AttemptOutcome.CLIENT_GONE, unsent, "0", Hold.State.VOIDED, "Failed", null));
    return cases;
  }

  private static void charged(List<Case> cases, String name, AttemptOutcome outcome, EvidenceBuilder unknown, String estimate, String status, @Nullable String code) {
    cases.add(new Case(name + ", usage unknown", outcome, unknown, estimate, Hold.State.ESTIMATED, status, code));
    cases.add(new Case(name + ", usage known", outcome, copy(unknown).reports(20, 10), USED, Hold.State.SETTLED, status, code));
    cases.add(new Case(name + ", explicit zero", outcome, copy(unknown).reports(0, 0), "0.1", Hold.State.SETTLED, status, code));
  }

  private static void free(List<Case> cases, String name, AttemptOutcome outcome, EvidenceBuilder unknown, String code) {
    cases.add(new Case(name + ", usage unknown", outcome, unknown, "0", Hold.State.VOIDED, "Failed", code));
    cases.add(new Case(name + ", usage known", outcome, copy(unknown).reports(20, 10), "0", Hold.State.VOIDED, "Failed", code));
  }

  private static EvidenceBuilder copy(EvidenceBuilder other) {
    EvidenceBuilder copy = new EvidenceBuilder();
    copy.status = other.status;
    copy.local = other.local;
    copy.encoding = other.encoding;
    copy.finish = other.finish;
    copy.errorSeen = other.errorSeen;
    copy.streamed = other.streamed;
    copy.released = other.released;
    copy.complete = other.complete;
    copy.clientGone = other.clientGone;
    copy.upstreamSeen = other.upstreamSeen;
    copy.events = other.events;
    copy.textBytes = other.textBytes;
    copy.outputItems = other.outputItems;
    return copy;
  }

  private static String providerCode(int status) {
    return switch (status) {
      case 401, 402, 403, 404 -> "provider_config";
      case 429 -> "provider_rate_limited";
      case 500, 502, 503, 504 -> "provider_error";
      default -> "provider_rejected";
    };
  }

  private Receipt receipt(String id) {
    return Objects.requireNonNull(world.receipts.get(id));
  }

  private Hold hold(String id) {
    return Objects.requireNonNull(world.everyHold.get(new HoldId(id, 1)));
  }

  @ParameterizedTest
  @MethodSource("table")
  void settled(Case row) {
    world.maxAttempts = 1;
    world.budgets.add(world.budget("b", Budget.Per.TARGET, "CREDIT", "5", 100));
    world.start();
    world.admit("r");
    Result.Settled settled = world.settle("r", 1, row.evidence.build());
    long charge = Money.parse(row.charge);
    assertThat(settled.chargeNanos()).isEqualTo(charge);
    assertThat(settled.next()).isFalse();
    assertThat(settled.ending() == null ? null : settled.ending().code()).isEqualTo(row.code);
    assertThat(hold("r").state()).isEqualTo(row.state);
    assertThat(world.posted(World.CREDIT)).isEqualTo(Money.parse("10") - charge);
    assertThat(world.held(World.CREDIT)).isZero();
    assertThat(world.state.bucket(hold("r").buckets().get(0)).orElseThrow())
        .satisfies(bucket -> {
          assertThat(bucket.spent()).isEqualTo(charge);
          assertThat(bucket.held()).isZero();
        });
    Receipt receipt = receipt("r");
    assertThat(receipt.status()).isEqualTo(row.status);
    assertThat(receipt.clientGone()).isEqualTo(row.evidence.clientGone);
    assertThat(receipt.error() == null ? null : receipt.error().code()).isEqualTo(row.code);
    Receipt.Hop hop = receipt.hops().get(0);
    assertThat(hop.outcome()).isEqualTo(row.outcome.text());
    assertThat(hop.charge()).isEqualTo(charge);
    assertThat(hop.entry() != null).isEqualTo(charge != 0);
    String source = row.evidence.usage.reported() ? "Provider" : row.state == Hold.State.VOIDED ? "None" : "Estimated";
    assertThat(Objects.requireNonNull(hop.usage()).source()).as("usage is noted also where it is not charged").isEqualTo(source);
  }

  @Test
  void everyOutcomeIsInTheTable() {
    Set<AttemptOutcome> seen = EnumSet.of(AttemptOutcome.IN_DOUBT);
    table().forEach(row -> seen.add(row.outcome));
    assertThat(seen).as("in doubt is below").containsExactlyInAnyOrder(AttemptOutcome.values());
  }

  /** Better evidence after an uncertain outcome: the same charge as if it had come in time. */
  @ParameterizedTest
  @MethodSource("table")
  void lateUsageChargesAsTimelyUsageDoes(Case row) {
    if (!row.evidence.usage.reported()) {
      return;
    }
    world.maxAttempts = 1;
    world.start();
    world.admit("unsent");
    world.admit("sent");
    world.journal(new JournalEvent.HopProgress(new HoldId("sent", 1), World.cut(false, Usage.NOTHING, 40)));
    world.now += 61_000;
    world.apply(new Command.Sweep());
    assertThat(hold("unsent").state()).isEqualTo(Hold.State.LEASE_VOIDED);
    assertThat(hold("sent").state()).isEqualTo(Hold.State.EXPIRED);
    for (String id : List.of("unsent", "sent")) {
      world.settle(id, 1, row.evidence.build());
      assertThat(hold(id).charged()).as(id).isEqualTo(Money.parse(row.charge));
      assertThat(hold(id).state()).isEqualTo(Hold.State.CORRECTED);
    }
    assertThat(world.posted(World.CREDIT)).isEqualTo(Money.parse("10") - 2 * Money.parse(row.charge));
  }

  @ParameterizedTest(name = "{0}, checkpoint with usage {1}: {2}")
  @CsvSource({
    "CHARGE_OBSERVED, false, 0.10101",
    "CHARGE_OBSERVED, true,  0.10003",
    "RELEASE,         false, 0",
    "RELEASE,         true,  0",
    "CHARGE_HOLD,     false, 0.1011",
    "CHARGE_HOLD,     true,  0.1011",
  })
  void inDoubt(Balance.OnInDoubt policy, boolean usageSeen, String charge) {
    world.onInDoubt = policy;
    world.start();
    world.admit("r");
    Usage usage = usageSeen ? new Usage(Map.of(Meter.INPUT, 20L, Meter.OUTPUT, 10L), Usage.Source.JOURNAL) : Usage.NOTHING;
    world.journal(new JournalEvent.HopProgress(new HoldId("r", 1), World.cut(false, usage, 40)));
    world.now += 60_000;
    world.apply(new Command.Sweep());
    assertThat(hold("r").state()).isEqualTo(Hold.State.EXPIRED);
    assertThat(hold("r").charged()).isEqualTo(Money.parse(charge));
    assertThat(receipt("r").status()).isEqualTo("InDoubt");
    assertThat(receipt("r").hops().get(0).outcome()).isEqualTo(AttemptOutcome.IN_DOUBT.text());
  }

  @ParameterizedTest(name = "missingUsage {0}, hidden reasoning {1}: {2}")
  @CsvSource({"ESTIMATE, false, 0.10101", "ESTIMATE, true, 0.1011", "CHARGE_HOLD, false, 0.1011", "FREE, false, 0.1"})
  void missingUsage(PriceSheet.MissingUsage terms, boolean hiddenReasoning, String charge) {
    world.missingUsage = terms;
    world.hiddenReasoning = hiddenReasoning;
    world.start();
    world.admit("r");
    assertThat(world.settle("r", 1, stream().build()).chargeNanos()).isEqualTo(Money.parse(charge));
    assertThat(Objects.requireNonNull(receipt("r").hops().get(0).usage()).source()).isEqualTo("Estimated");
  }

  @Test
  void aCheckpointsUsageCountsWhereTheEndSaysNothing() {
    world.start();
    world.admit("r");
    Usage usage = new Usage(Map.of(Meter.INPUT, 20L, Meter.OUTPUT, 10L), Usage.Source.JOURNAL);
    world.journal(new JournalEvent.HopProgress(new HoldId("r", 1), World.cut(false, usage, 40)));
    assertThat(world.settle("r", 1, stream().cut().build()).chargeNanos()).isEqualTo(Money.parse(USED));
  }

  /** A ledger at the end of what a long can count still ends every hold, and a sweep is never stopped by one of them. */
  @ParameterizedTest
  @ValueSource(longs = {1_000_000_000L, 1_000_000_000_000_000L, Long.MAX_VALUE / 2, Long.MAX_VALUE})
  void absurdUsageNeitherOverflowsNorIsCut(long tokens) {
    world.pricePerMillionTokens = Money.parse("1000");
    world.budgets.add(world.budget("b", Budget.Per.TARGET, "CREDIT", "9223372036", 100));
    world.credit = "1000000";
    world.start();
    Usage usage = new Usage(Map.of(Meter.INPUT, tokens, Meter.CACHE_READ, tokens, Meter.OUTPUT, tokens), Usage.Source.PROVIDER);
    for (int i = 0; i < 30; i++) {
      world.admit("r" + i);
    }
    for (int i = 0; i < 20; i++) {
      world.settle("r" + i, 1, World.answer(200, usage));
    }
    for (int i = 20; i < 30; i++) {
      Evidence seen = World.cut(false, usage, 40);
      world.journal(new JournalEvent.HopProgress(new HoldId("r" + i, 1), seen));
    }
    world.now += 60_000;
    world.apply(new Command.Sweep());
    assertThat(world.held(World.CREDIT)).isZero();
    assertThat(world.receipts).hasSize(30);
    assertThat(world.posted(World.CREDIT)).isLessThan(Money.parse("1000000"));
    assertThat(world.admit("last")).isInstanceOf(Result.class);
  }

  /** A policy is kept while late evidence may need its prices, however long ago it came into force. */
  @Test
  void lateUsageIsPricedByThePolicyOfItsHold() {
    world.start();
    world.now += 5 * 3_600_000L;
    world.admit("r");
    world.pricePerRequest = Money.parse("5");
    world.apply(new Command.Activate(world.policy()));
    world.settle("r", 1, stream().build());
    world.apply(new Command.Sweep());
    world.now += 3_500_000;
    world.apply(new Command.Sweep());
    world.settle("r", 1, stream().reports(20, 10).build());
    assertThat(world.posted(World.CREDIT)).isEqualTo(Money.parse("10") - Money.parse(USED));
    world.now += 3_600_000;
    world.apply(new Command.Sweep());
    assertThat(world.state.policies()).hasSize(1);
  }
}
