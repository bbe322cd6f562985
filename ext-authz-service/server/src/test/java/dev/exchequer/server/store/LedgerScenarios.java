package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.GrantTerms;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.LedgerState;
import dev.exchequer.ledger.World;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.store.LedgerPicture.BalanceMoney;
import dev.exchequer.server.store.LedgerPicture.BudgetUse;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every store does alike. */
public abstract class LedgerScenarios extends BudgetScenarios {
  private static final long CHARGE = Money.parse("0.10003");
  private static final long HOLD = Money.parse("0.1011");

  @Test
  void whatWasAnsweredIsThereAfterReopening() {
    try (OpenLedger ledger = open(world())) {
      ledger.admit("open").join();
      ledger.admit("done").join();
      ledger.settle("done").join();
      assertThat(ledger.reads.receipt("open")).isEmpty();
    }
    try (OpenLedger ledger = open(world())) {
      assertThat(ledger.loaded().activeHolds()).hasSize(1);
      assertThat(ledger.reads.balance(World.CREDIT).orElseThrow().posted()).isEqualTo(Money.parse("10") - CHARGE);
      assertThat(ledger.reads.balance(World.CREDIT).orElseThrow().held()).isEqualTo(Money.parse("0.1011"));
      String receipt = ledger.reads.receipt("done").orElseThrow();
      assertThat(receipt).contains("\"charge\":\"0.100030000\"").endsWith(",\"corrections\":[]}");
      // a settle that the process before answered
      assertThat(((Result.Settled) ledger.settle("done").join()).chargeNanos()).isEqualTo(CHARGE);
      assertThat(((Result.Settled) ledger.settle("open").join()).chargeNanos()).isEqualTo(CHARGE);
      assertThat(ledger.reads.balance(World.CREDIT).orElseThrow().held()).isZero();
      assertThat(ledger.reads.entries(World.CREDIT, null, 50).items()).hasSize(3);
    }
  }

  @Test
  void anAllowanceComesOnceAWindowAlsoAfterReopening() {
    for (int i = 0; i < 2; i++) {
      World world = world();
      world.recurringGrants = List.of(new Balance.RecurringGrant("monthly", Money.parse("3"), true, 10, Budget.Window.MONTH, 1, ZoneId.of("UTC"), false));
      try (OpenLedger ledger = open(world)) {
        ledger.admit("r" + i).join();
        ledger.settle("r" + i).join();
        List<LedgerReads.EntryRow> entries = ledger.reads.entries(World.CREDIT, null, 50).items();
        assertThat(entries).filteredOn(entry -> entry.kind().equals("Grant")).hasSize(2);
        LedgerReads.EntryRow charge = entries.getFirst();
        assertThat(charge.allocations()).as("promotional value of a lower priority goes first").singleElement().satisfies(taken -> assertThat(taken.grant()).startsWith("recurring/"));
      }
    }
  }

  @Test
  void peopleChangeMoneyOnceAndForAReason() {
    try (OpenLedger ledger = open(world())) {
      ledger.admit("r").join();
      ledger.settle("r").join();
      Command.Refund refund = new Command.Refund("r", 1, CHARGE, "jane", "it was bad", "k1");
      Result.Booked back = (Result.Booked) ledger.lane.submit(refund).join();
      assertThat(back.repeated()).isFalse();
      assertThat(back.afterNanos()).isEqualTo(Money.parse("10"));
      assertThat(((Result.Booked) ledger.lane.submit(refund).join()).repeated()).isTrue();
      Result again = ledger.lane.submit(new Command.Refund("r", 1, 1, "jane", "more", "k2")).join();
      assertThat(((Result.Rejected) again).code()).isEqualTo("refund_exceeds_charge");
      assertThat(ledger.lane.submit(new Command.Stand(World.CREDIT, Command.Stand.Standing.SUSPENDED, "jane", "looking", "k3")).join()).isInstanceOf(Result.Booked.class);
      assertThat(ledger.reads.balance(World.CREDIT).orElseThrow().stopped()).isTrue();
      Result other = ledger.lane.submit(new Command.Adjust(World.CREDIT, -1, "jane", "x", "k3")).join();
      assertThat(((Result.Rejected) other).code()).isEqualTo("idempotency_conflict");
      Result tooMuch = ledger.lane.submit(new Command.Adjust(World.CREDIT, -Money.parse("10.1"), "jane", "x", "k4")).join();
      assertThat(((Result.Rejected) tooMuch).code()).isEqualTo("balance_insufficient");
      assertThat(ledger.reads.receipt("r").orElseThrow()).contains("\"kind\":\"Refund\"");
    }
    try (OpenLedger ledger = open(world())) {
      assertThat(((Result.Refused) ledger.admit("s").join()).ending().code()).isEqualTo("balance_suspended");
    }
  }

  @Test
  void whatIsRefundedToAGrantThatWasUsedUpKeepsItsTerms() {
    try (OpenLedger ledger = open(world())) {
      GrantTerms promotional = new GrantTerms(true, 1, 0, System.currentTimeMillis() + 3_600_000);
      ledger.lane.submit(new Command.Grant(World.CREDIT, Money.parse("0.05"), promotional, "jane", "a gift", "gift")).join();
      ledger.admit("r").join();
      ledger.settle("r").join();
      assertThat(ledger.lane.ask(new LotsOf(World.CREDIT)).join()).as("used up").noneMatch(lot -> lot.startsWith("admin/gift"));
      assertThat(code(ledger.lane.submit(new Command.Refund("r", 1, CHARGE, "jane", "bad", "back")).join())).isEqualTo("Booked");
      assertThat(ledger.lane.ask(new LotsOf(World.CREDIT)).join()).as("a gift again, with its end").contains("admin/gift 50000000 true");
    }
  }

  private record LotsOf(ObjectName balance) implements LedgerLane.Question<List<String>> {
    @Override
    public List<String> of(LedgerState state, long nowMs) {
      return state.account(balance).orElseThrow().purse().lots().stream().map(lot -> lot.grant() + " " + lot.remaining() + " " + lot.terms().promotional()).toList();
    }
  }

  @Test
  void openHoldsAreCountedWithTheAgeOfTheOldest() {
    try (OpenLedger ledger = open(world())) {
      assertThat(ledger.reads.openHolds()).isEqualTo(new LedgerReads.OpenHolds(0, 0));
      long before = System.currentTimeMillis();
      ledger.admit("a").join();
      long after = System.currentTimeMillis();
      ledger.admit("b").join();
      assertThat(ledger.reads.openHolds().count()).isEqualTo(2);
      assertThat(ledger.reads.openHolds().oldestHeldAtMs()).isBetween(before, after);
      ledger.settle("a").join();
      ledger.settle("b").join();
      assertThat(ledger.reads.openHolds().count()).isZero();
    }
  }

  @Test
  void thePastIsWhatTheLastEntryBeforeItSays() {
    try (OpenLedger ledger = open(world())) {
      ledger.admit("r").join();
      ledger.settle("r").join();
      List<LedgerReads.EntryRow> newestFirst = ledger.reads.entries(World.CREDIT, null, 50).items();
      LedgerReads.EntryRow charge = newestFirst.getFirst();
      LedgerReads.EntryRow grant = newestFirst.getLast();
      assertThat(past(ledger, charge.time())).isEqualTo(new LedgerReads.PastBalance(World.CREDIT, "CREDIT", charge.after(), charge.sequence()));
      assertThat(past(ledger, Long.MAX_VALUE)).isEqualTo(past(ledger, charge.time()));
      assertThat(past(ledger, grant.time() - 1)).as("before all").isEqualTo(new LedgerReads.PastBalance(World.CREDIT, "CREDIT", 0, 0));
      // several entries may share a millisecond: the last of them counts
      long last = newestFirst.stream().filter(entry -> entry.time() <= grant.time()).mapToLong(LedgerReads.EntryRow::sequence).max().orElseThrow();
      assertThat(past(ledger, grant.time()).sequence()).isEqualTo(last);
    }
  }

  private static LedgerReads.PastBalance past(OpenLedger ledger, long atMs) {
    LedgerReads.PastBalance one = ledger.reads.balanceAt(World.CREDIT, atMs).orElseThrow();
    assertThat(ledger.reads.balancesAt(atMs)).contains(one);
    assertThat(ledger.reads.balanceAt(new ObjectName("default", "none"), atMs)).isEmpty();
    return one;
  }

  @ParameterizedTest(name = "{1} requests of 100 at once on {0}: {2} are admitted")
  @CsvSource({"1000, 50, 10", "100000, 1050, 1000"})
  void fiftyRequestsOfCost100OnABalanceOf1000AdmitExactlyTen(String balance, int requests, int admitted) {
    World world = world();
    world.credit = balance;
    world.pricePerMillionTokens = 0;
    world.pricePerRequest = Money.parse("100");
    world.concurrency = 10_000;
    world.maxInFlight = 10_000;
    try (OpenLedger ledger = open(world)) {
      List<CompletableFuture<Result>> answers = new ArrayList<>();
      for (int i = 0; i < requests; i++) {
        answers.add(ledger.admit("r" + i));
      }
      assertThat(answers.stream().filter(answer -> answer.join() instanceof Result.Held)).hasSize(admitted);
      assertThat(ledger.reads.balance(World.CREDIT).orElseThrow().held()).isEqualTo(Money.parse(balance));
    }
  }

  @Test
  void exactlyAsManyAsTheBalanceAndThreeBudgetsAllow() {
    World world = world();
    world.credit = "1000";
    world.pricePerMillionTokens = 0;
    world.budgets.add(world.budget("a", Budget.Per.TARGET, "CREDIT", "50", 100));
    world.budgets.add(world.budget("b", Budget.Per.API_KEY, "CREDIT", "3.7", 100));
    world.budgets.add(world.budget("c", Budget.Per.END_USER, "CREDIT", "60", 100));
    try (OpenLedger ledger = open(world)) {
      List<CompletableFuture<Result>> answers = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        answers.add(ledger.admit("r" + i));
      }
      long held = answers.stream().filter(answer -> answer.join() instanceof Result.Held).count();
      assertThat(held).isEqualTo(37);
      for (int i = 0; i < 200; i++) {
        ledger.settle("r" + i).join();
      }
      LedgerReads.BalanceRow row = ledger.reads.balance(World.CREDIT).orElseThrow();
      assertThat(row.held()).isZero();
      assertThat(row.posted()).isEqualTo(Money.parse("996.3"));
      assertThat(ledger.reads.budgets()).allSatisfy(budget -> {
        assertThat(budget.spent()).isEqualTo(Money.parse("3.7"));
        assertThat(budget.held()).isZero();
      });
      long receipts = ledger.reads.receipts(new LedgerReads.ReceiptQuery(null, null, null, null, "Denied", null, null, null, null, null, 500)).items().size();
      long counted = ledger.home.history().refusals(new LedgerHistory.RefusalQuery(null, null, null, null, 500)).items().stream().mapToLong(LedgerHistory.RefusalRow::count).sum();
      assertThat(receipts + counted).as("each refusal has a receipt or is counted").isEqualTo(163);
    }
  }

  @Test
  void aCancelledHoldIsVoidedAndADroppedOneNeverHappens() {
    try (OpenLedger ledger = open(world())) {
      Command admit = new Command.Admit(ledger.world.facts("late", "", null), ProviderView.ALL_WELL);
      assertThatThrownBy(() -> ledger.lane.submit(admit, () -> false, System.nanoTime() - 1).join()).hasCauseInstanceOf(LedgerLane.LedgerUnavailable.class);
      assertThat(((Result.Settled) ledger.settle("late").join()).known()).isFalse();

      boolean[] asked = new boolean[1];
      Command again = new Command.Admit(ledger.world.facts("gone", "", null), ProviderView.ALL_WELL);
      CompletableFuture<Result> gone =
          ledger.lane.submit(
              again,
              () -> {
                boolean afterCommit = asked[0];
                asked[0] = true;
                return afterCommit;
              },
              System.nanoTime() + 5_000_000_000L);
      assertThatThrownBy(gone::join).isInstanceOf(java.util.concurrent.CancellationException.class);
      ledger.lane.submit(new Command.Sweep()).join();
      assertThat(ledger.reads.balance(World.CREDIT).orElseThrow().held()).isZero();
      assertThat(ledger.reads.receipt("gone").orElseThrow()).contains("\"status\":\"Failed\"");
    }
  }

  @Test
  void theJournalsPlaceIsStoredWithItsEffect() {
    Command.JournalPosition place = new Command.JournalPosition("hops.jsonl", 7, 1, 4711);
    try (OpenLedger ledger = open(world())) {
      ledger.admit("r").join();
      ledger.lane.submit(new Command.Journal(place, new Command.JournalEvent.HopEnd(new HoldId("r", 1), World.ok(20, 10)))).join();
    }
    try (OpenLedger ledger = open(world())) {
      assertThat(ledger.loaded().journalPosition("hops.jsonl")).contains(place);
      assertThat(ledger.reads.receipt("r")).isPresent();
    }
  }

  @Test
  void saysWhatTheBooksSay() {
    try (OpenLedger ledger = open(world())) {
      LedgerPicture.Source pictures = ledger.home.pictures();
      ledger.admit("a").join();
      ledger.admit("b").join();
      ledger.settle("a").join();
      LedgerPicture picture = pictures.take(ledger.world.policy(), ledger.world.now);
      assertThat(picture.balances())
          .contains(new BalanceMoney(World.CREDIT, Money.parse("10") - CHARGE, HOLD, 2, 1, Money.parse("10")))
          .allSatisfy(balance -> assertThat(balance.posted()).isEqualTo(ledger.reads.balance(balance.name()).orElseThrow().posted()));
      assertThat(picture.asOfMs()).isEqualTo(ledger.reads.balance(World.CREDIT).orElseThrow().asOfMs());
      ledger.settle("b").join();
      assertThat(pictures.take(ledger.world.policy(), ledger.world.now).balances()).allSatisfy(balance -> assertThat(balance.openHolds()).isZero());
    }
  }

  @Test
  void ofABudgetTheFullestCounterOfTheOpenWindow() {
    World world = world();
    world.budgets.add(world.budget("capped", Budget.Per.END_USER, "CREDIT", "0.15", 100));
    try (OpenLedger ledger = open(world)) {
      LedgerPicture.Source pictures = ledger.home.pictures();
      Policy policy = world.policy();
      BudgetUse fresh = pictures.take(policy, world.now).budgets().getFirst();
      assertThat(fresh).isEqualTo(new BudgetUse(fresh.budget(), "", "CREDIT", Money.parse("0.15"), 0, 0, 0, 0));
      ledger.admit("a").join();
      assertThat(pictures.take(policy, world.now).budgets().getFirst())
          .satisfies(
              use -> {
                assertThat(use.held()).isEqualTo(HOLD);
                assertThat(use.spent()).isZero();
                assertThat(use.values()).isEqualTo(1);
                assertThat(use.exhausted()).isZero();
              });
      ledger.settle("a").join();
      assertThat(pictures.take(policy, world.now).budgets().getFirst().spent()).isEqualTo(CHARGE);
      world.budgets.set(0, world.budget("capped", Budget.Per.END_USER, "CREDIT", "0.1", 100));
      assertThat(pictures.take(world.policy(), world.now).budgets().getFirst().exhausted()).as("a smaller limit").isEqualTo(1);
    }
  }
}
