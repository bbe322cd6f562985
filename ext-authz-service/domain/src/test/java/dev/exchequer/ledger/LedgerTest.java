package dev.exchequer.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command.JournalEvent;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.Meter;
import dev.exchequer.policy.Project;
import dev.exchequer.policy.RouteClass;
import dev.exchequer.pricing.Usage;
import dev.exchequer.receipt.Receipt;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ledger's scenarios. The quote of a request here is 0.1 + 1,100 tokens at 1 per million = 0.1011. */
class LedgerTest {
  private static final long QUOTE = Money.parse("0.1011");
  private static final long CHARGE = Money.parse("0.10003");
  private final World world = new World();

  private static Result.Held held(Result result) {
    assertThat(result).isInstanceOf(Result.Held.class);
    return (Result.Held) result;
  }

  private static String refused(Result result) {
    assertThat(result).isInstanceOf(Result.Refused.class);
    return ((Result.Refused) result).ending().code();
  }

  private Receipt receipt(String id) {
    return Objects.requireNonNull(world.receipts.get(id), "the receipt of " + id);
  }

  @Test
  void aRequestIsHeldSettledAndReceipted() {
    world.start();
    Result.Held held = held(world.admit("r"));
    assertThat(held.balance()).isEqualTo(World.CREDIT);
    assertThat(held.amountNanos()).isEqualTo(QUOTE);
    assertThat(world.held(World.CREDIT)).isEqualTo(QUOTE);
    assertThat(world.receipts).isEmpty();

    Result.Settled settled = world.settle("r", 1, World.ok(20, 10));
    assertThat(settled.next()).isFalse();
    assertThat(settled.chargeNanos()).isEqualTo(CHARGE);
    assertThat(world.held(World.CREDIT)).isZero();
    assertThat(world.posted(World.CREDIT)).isEqualTo(Money.parse("10") - CHARGE);
    Receipt receipt = receipt("r");
    assertThat(receipt.status()).isEqualTo("Succeeded");
    assertThat(receipt.totals()).containsExactly(new Receipt.Total("CREDIT", CHARGE));
    Receipt.Hop hop = receipt.hops().get(0);
    assertThat(hop.balanceBefore()).isEqualTo(Money.parse("10"));
    assertThat(hop.balanceAfter()).isEqualTo(Money.parse("10") - CHARGE);
    assertThat(hop.entry()).isEqualTo(2);
    assertThat(hop.lines()).extracting(Receipt.Line::meter).containsExactly("Input", "Output", "Request");
    assertThat(hop.usage()).isEqualTo(new Receipt.UsageOn(Map.of("Input", 20L, "Output", 10L), "Provider", null));
  }

  @Test
  void aFallbackReleasesTheFirstBalanceBeforeTheSecondIsHeld() {
    world.start();
    world.admit("r");
    Result.Settled first = world.settle("r", 1, World.status(429));
    assertThat(first.next()).isTrue();
    assertThat(world.held(World.CREDIT)).isZero();
    assertThat(world.held(World.WALLET)).isZero();
    assertThat(world.receipts).isEmpty();
    Result.Held second = held(world.next("r", 2));
    assertThat(second.balance()).isEqualTo(World.WALLET);
    assertThat(second.position()).isEqualTo(2);
    world.settle("r", 2, World.ok(20, 10));
    Receipt receipt = receipt("r");
    assertThat(receipt.hops()).extracting(Receipt.Hop::outcome).containsExactly("ProviderStatus", "Completed");
    assertThat(receipt.hops()).extracting(Receipt.Hop::charge).containsExactly(0L, CHARGE);
    assertThat(receipt.retries()).isEqualTo(1);
    assertThat(world.posted(World.CREDIT)).isEqualTo(Money.parse("10"));
    assertThat(world.posted(World.WALLET)).isEqualTo(Money.parse("10") - CHARGE);
  }

  @ParameterizedTest(name = "first {0}, second {1}, policy consents {2}, project {3}, key never {4}: pays {5}")
  @CsvSource({
    "DIRECT, DIRECT, false, false, false, credit",
    "DIRECT, DIRECT, false, false, true,  credit",
    "DIRECT, POOL,   false, false, false, -",
    "DIRECT, POOL,   true,  false, false, -",
    "DIRECT, POOL,   false, true,  false, -",
    "DIRECT, POOL,   true,  true,  true,  -",
    "DIRECT, POOL,   true,  true,  false, wallet",
    "POOL,   DIRECT, true,  true,  false, -",
    "POOL,   POOL,   false, false, true,  wallet",
    "DIRECT, BYOK,   true,  true,  false, -",
    "BYOK,   POOL,   true,  true,  false, -",
    "BYOK,   FREE,   false, false, true,  none",
  })
  void crossing(RouteClass first, RouteClass second, boolean policy, boolean project, boolean never, String pays) {
    world.hops = List.of(first, second);
    world.withConsent = policy;
    world.consents = project ? Set.of(new Project.Crossing(RouteClass.DIRECT, RouteClass.POOL)) : Set.of();
    world.neverCross = never;
    world.start();
    held(world.admit("r"));
    Result.Settled settled = world.settle("r", 1, World.status(429));
    assertThat(settled.next()).isEqualTo(!pays.equals("-"));
    if (!settled.next()) {
      Receipt.Hop skipped = receipt("r").hops().get(1);
      assertThat(skipped.skipReason()).isEqualTo("cross_balance_forbidden");
      assertThat(skipped.charge()).isNull();
      assertThat(Objects.requireNonNull(settled.ending()).message()).contains("cross_balance_forbidden");
      return;
    }
    Result.Held second2 = held(world.next("r", 2));
    assertThat(second2.balance()).isEqualTo(pays.equals("none") ? null : World.name(pays));
  }

  @Test
  void emptyCreditAndNeverIs402AndPoolIsNotTried() {
    world.credit = "0";
    world.withConsent = false;
    world.start();
    assertThat(refused(world.admit("r"))).isEqualTo("balance_insufficient");
    assertThat(receipt("r").status()).isEqualTo("Denied");
    assertThat(receipt("r").hops()).extracting(Receipt.Hop::skipReason).containsExactly("balance_insufficient", "cross_balance_forbidden");
  }

  @Test
  void aKeyLimitedToPoolIsPaidByTheWalletAndNothingIsCrossed() {
    world.keyClasses = EnumSet.of(RouteClass.POOL);
    world.withConsent = false;
    world.start();
    assertThat(held(world.admit("r")).balance()).isEqualTo(World.WALLET);
  }

  @Test
  void exactlyAsManyAsTheBalancePaysFor() {
    world.credit = "3.7407";
    world.withConsent = false;
    world.start();
    int admitted = 0;
    for (int i = 0; i < 200; i++) {
      if (world.admit("r" + i) instanceof Result.Held) {
        admitted++;
      }
    }
    assertThat(admitted).isEqualTo(37);
    assertThat(world.state.account(World.CREDIT).orElseThrow().available(0)).isZero();
  }

  @Test
  void aBudgetThatFailsHoldsNothingAnywhere() {
    world.budgets.add(world.budget("wide", Budget.Per.TARGET, "CREDIT", "5", 100));
    world.budgets.add(world.budget("narrow", Budget.Per.API_KEY, "CREDIT", "0.15", 100));
    world.budgets.add(world.budget("user", Budget.Per.END_USER, "CREDIT", "5", 100));
    world.withConsent = false;
    world.start();
    held(world.admit("a"));
    long heldByOne = world.held(World.CREDIT);
    Result second = world.admit("b");
    assertThat(refused(second)).isEqualTo("budget_exceeded");
    assertThat(((Result.Refused) second).ending().message()).contains("default/narrow");
    assertThat(world.held(World.CREDIT)).isEqualTo(heldByOne);
    world.settle("a", 1, World.ok(0, 0));
    assertThat(refused(world.admit("c"))).as("spent 0.1 of 0.15: 0.1011 more is too much").isEqualTo("budget_exceeded");
  }

  @Test
  void taskLabels() {
    world.budgets.add(world.budget("tasks", Budget.Per.TASK, "CREDIT", "1", 2));
    world.start();
    assertThat(refused(world.admit("a"))).isEqualTo("task_required");
    held(world.admit("b", "one", null));
    held(world.admit("c", "two", null));
    assertThat(refused(world.admit("d", "three", null))).isEqualTo("task_limit");
    held(world.admit("e", "one", null));
    world.settle("b", 1, World.ok(0, 0));
    world.settle("c", 1, World.ok(0, 0));
    world.settle("e", 1, World.ok(0, 0));
    world.now += 3_600_001;
    world.apply(new Command.Sweep());
    held(world.admit("f", "three", null));
  }

  @Test
  void theFirstAnswerIsGivenToEveryLaterCaller() {
    world.start();
    assertThat(world.admit("r")).isEqualTo(world.admit("r"));
    Result.Settled first = world.settle("r", 1, World.ok(20, 10));
    assertThat(world.settle("r", 1, World.ok(500, 500))).isEqualTo(first);
    world.journal(new JournalEvent.HopEnd(new HoldId("r", 1), World.ok(700, 1)));
    assertThat(world.settle("r", 1, World.status(500))).isEqualTo(first);
    assertThat(world.entries).hasSize(3);
  }

  @Test
  void journalBeforeSettleChargesOnce() {
    world.start();
    world.admit("r");
    world.journal(new JournalEvent.HopEnd(new HoldId("r", 1), World.ok(20, 10)));
    long after = world.posted(World.CREDIT);
    assertThat(world.settle("r", 1, World.ok(20, 10)).chargeNanos()).isEqualTo(CHARGE);
    assertThat(world.posted(World.CREDIT)).isEqualTo(after);
  }

  @Test
  void anUnknownHoldIsNeverMovedOnFrom() {
    world.start();
    Result.Settled settled = world.settle("nobody", 1, World.status(429));
    assertThat(settled.known()).isFalse();
    assertThat(settled.next()).isFalse();
    assertThat(refused(world.next("nobody", 2))).isEqualTo("accounting_restarted");
  }

  @Test
  void noSecondAttemptUnlessTheFirstEndedWithNext() {
    world.start();
    world.admit("r");
    assertThat(refused(world.next("r", 2))).isEqualTo("accounting_restarted");
    assertThat(world.held(World.WALLET)).isZero();
    world.settle("r", 1, World.ok(1, 1));
    assertThat(refused(world.next("r", 2))).isEqualTo("accounting_restarted");
  }

  @Test
  void aBrokenStreamIsEstimatedAndCorrectedOnce() {
    world.start();
    world.admit("r");
    world.journal(new JournalEvent.HopEnd(new HoldId("r", 1), World.cut(true, Usage.NOTHING, 40)));
    Receipt receipt = receipt("r");
    assertThat(receipt.clientGone()).isTrue();
    assertThat(receipt.status()).isEqualTo("Succeeded");
    assertThat(Objects.requireNonNull(receipt.hops().get(0).usage()).source()).isEqualTo("Estimated");
    // 1,000 bytes of input bound, 40 bytes of text = 10 tokens, one request
    assertThat(receipt.hops().get(0).charge()).isEqualTo(Money.parse("0.10101"));
    Usage late = new Usage(Map.of(Meter.INPUT, 20L, Meter.OUTPUT, 10L), Usage.Source.JOURNAL);
    world.journal(new JournalEvent.HopEnd(new HoldId("r", 1), World.cut(true, late, 40)));
    assertThat(world.posted(World.CREDIT)).isEqualTo(Money.parse("10") - CHARGE);
    world.journal(new JournalEvent.HopEnd(new HoldId("r", 1), World.cut(true, late, 40)));
    assertThat(world.entries).extracting(Entry::kind).containsExactly(Entry.Kind.GRANT, Entry.Kind.GRANT, Entry.Kind.CHARGE, Entry.Kind.CORRECTION);
  }

  @Test
  void leases() {
    world.start();
    world.admit("unsent");
    world.admit("sent");
    world.now += 50_000;
    world.journal(new JournalEvent.HopProgress(new HoldId("sent", 1), World.cut(false, Usage.NOTHING, 400)));
    world.now += 20_000;
    world.apply(new Command.Sweep());
    assertThat(receipt("unsent").status()).isEqualTo("Failed");
    assertThat(receipt("unsent").hops().get(0).charge()).isZero();
    assertThat(world.receipts).doesNotContainKey("sent");
    world.now += 60_000;
    world.apply(new Command.Sweep());
    assertThat(receipt("sent").status()).isEqualTo("InDoubt");
    assertThat(receipt("sent").hops().get(0).outcome()).isEqualTo("InDoubt");
    assertThat(receipt("sent").hops().get(0).charge()).isEqualTo(Money.parse("0.1011"));
    assertThat(world.held(World.CREDIT)).isZero();
    world.settle("sent", 1, World.ok(20, 10));
    assertThat(world.posted(World.CREDIT)).as("late usage after expiry charges once").isEqualTo(Money.parse("10") - CHARGE);
    world.settle("unsent", 1, World.ok(20, 10));
    assertThat(world.posted(World.CREDIT)).isEqualTo(Money.parse("10") - 2 * CHARGE);
  }

  @Test
  void inDoubtIsReleasedWhereTheBalanceSaysSo() {
    world.onInDoubt = Balance.OnInDoubt.RELEASE;
    world.start();
    world.admit("r");
    world.journal(new JournalEvent.HopProgress(new HoldId("r", 1), World.cut(false, Usage.NOTHING, 400)));
    world.now += 61_000;
    world.apply(new Command.Sweep());
    assertThat(receipt("r").status()).isEqualTo("InDoubt");
    assertThat(world.posted(World.CREDIT)).isEqualTo(Money.parse("10"));
  }

  @Test
  void aChargeAboveTheHoldIsDebtOnTheSameBalance() {
    world.credit = "0.11";
    world.withConsent = false;
    world.start();
    world.admit("r");
    world.settle("r", 1, World.ok(50_000, 50_000));
    assertThat(world.posted(World.CREDIT)).isEqualTo(Money.parse("0.11") - Money.parse("0.2"));
    assertThat(world.posted(World.WALLET)).isEqualTo(Money.parse("10"));
    assertThat(refused(world.admit("s"))).isEqualTo("balance_insufficient");
  }

  @Test
  void limitsOfAKey() {
    world.concurrency = 1;
    world.requestsPerMinute = 2;
    world.start();
    held(world.admit("a"));
    assertThat(refused(world.admit("b"))).isEqualTo("concurrency_limited");
    world.settle("a", 1, World.ok(1, 1));
    held(world.admit("c"));
    world.settle("c", 1, World.ok(1, 1));
    assertThat(refused(world.admit("d"))).isEqualTo("rate_limited");
    world.now += 60_000;
    held(world.admit("e"));
  }

  @Test
  void idempotencyKeys() {
    world.start();
    held(world.admit("a", "", "k"));
    Result.Refused again = (Result.Refused) world.admit("b", "", "k");
    assertThat(again.ending().code()).isEqualTo("idempotency_conflict");
    assertThat(again.receipt()).isEqualTo("a");
    assertThat(world.receipts).as("no receipt of its own").doesNotContainKey("b");
    world.settle("a", 1, World.ok(1, 1));
    assertThat(refused(world.admit("c", "", "k"))).isEqualTo("idempotency_conflict");
    world.now += 24 * 3_600_000L;
    held(world.admit("d", "", "k"));
    world.settle("d", 1, World.status(400));
    held(world.admit("e", "", "k"));
  }

  @Test
  void grantsAreMadeOnce() {
    world.start();
    world.apply(new Command.Activate(world.policy()));
    assertThat(world.posted(World.CREDIT)).isEqualTo(Money.parse("10"));
    Command.Grant grant = new Command.Grant(World.CREDIT, 5, "ann", "top up", "k1");
    assertThat(world.apply(grant)).isEqualTo(new Result.Granted(World.CREDIT, 2, Money.parse("10"), Money.parse("10") + 5, false));
    assertThat(world.apply(grant)).isEqualTo(new Result.Granted(World.CREDIT, 2, Money.parse("10"), Money.parse("10") + 5, true));
    assertThat(world.apply(new Command.Grant(World.CREDIT, 6, "ann", "top up", "k1"))).isInstanceOf(Result.Rejected.class);
    assertThat(world.apply(new Command.Grant(World.name("other"), 6, "ann", "top up", "k2"))).isInstanceOf(Result.Rejected.class);
    assertThat(world.apply(new Command.Grant(World.CREDIT, 0, "ann", "top up", "k3"))).isInstanceOf(Result.Rejected.class);
    assertThat(world.apply(new Command.Grant(World.CREDIT, Long.MAX_VALUE, "ann", "top up", "k4"))).isInstanceOf(Result.Rejected.class);
    assertThat(world.posted(World.CREDIT)).isEqualTo(Money.parse("10") + 5);
  }

  @Test
  void anAbandonedHoldCostsNothing() {
    world.start();
    world.admit("r");
    world.apply(new Command.Abandon(new HoldId("r", 1)));
    assertThat(world.held(World.CREDIT)).isZero();
    assertThat(receipt("r").status()).isEqualTo("Failed");
    assertThat(receipt("r").totals()).isEmpty();
  }

  @Test
  void aPromisedAttemptThatNeverComesIsClosed() {
    world.start();
    world.admit("r");
    assertThat(world.settle("r", 1, World.local("UF connect")).next()).isTrue();
    world.journal(new JournalEvent.RequestEnd("r", 503, false));
    assertThat(Objects.requireNonNull(receipt("r").error()).code()).isEqualTo("accounting_restarted");
    assertThat(refused(world.next("r", 2))).isEqualTo("accounting_restarted");
  }

  @Test
  void aRunningRequestFinishesOnItsPlan() {
    world.start();
    world.admit("r");
    world.pricePerRequest = Money.parse("5");
    world.apply(new Command.Activate(world.policy()));
    assertThat(world.settle("r", 1, World.ok(20, 10)).chargeNanos()).isEqualTo(CHARGE);
  }

  /** The gateway's clock stepped back by an hour, or another gateway's is an hour ahead: ledger time is what counts. */
  @Test
  void aClockThatIsBehindTakesNoFallbackAndTellsNoLatencyThatNobodyWaited() {
    world.start();
    held(world.apply(new Command.Admit(world.facts("r", "", null).at(world.now - 3_600_000), world.providers)));
    assertThat(world.settle("r", 1, World.status(429)).next()).isTrue();
    held(world.next("r", 2));
    world.now += 7;
    world.settle("r", 2, World.ok(20, 10));
    assertThat(receipt("r").time()).isEqualTo(world.now - 7);
    assertThat(receipt("r").latencyMs()).isEqualTo(7);

    world.apply(new Command.Deny(world.facts("d", "", null).at(world.now - 3_600_000), dev.exchequer.fallback.Ending.of(400, "x", "x", new dev.exchequer.fallback.Ending.Retry.No())));
    assertThat(receipt("d").time()).isEqualTo(world.now);
    held(world.apply(new Command.Admit(world.facts("soon", "", null).at(world.now + 3_600_000), world.providers)));
    world.settle("soon", 1, World.ok(20, 10));
    assertThat(receipt("soon").time()).as("nothing comes from the future").isEqualTo(world.now);
  }

  @Test
  void whoWaitedForTheDecisionCameBeforeIt() {
    world.start();
    held(world.apply(new Command.Admit(world.facts("r", "", null).at(world.now - 1_500), world.providers)));
    world.settle("r", 1, World.ok(20, 10));
    assertThat(receipt("r").latencyMs()).isEqualTo(1_500);
  }
}
