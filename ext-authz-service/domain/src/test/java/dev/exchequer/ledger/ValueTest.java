package dev.exchequer.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.HoldId;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Budget;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Grants, burn order, expiry, debt. A request is held at 0.1011 and charged 0.10003, unless a test says other prices. */
class ValueTest {
  private static final long HELD = Money.parse("0.1011");
  private static final long CHARGE = Money.parse("0.10003");
  private final World world = new World();
  private int keys;

  private ValueTest flat(String perRequest) {
    world.pricePerMillionTokens = 0;
    world.pricePerRequest = Money.parse(perRequest);
    return this;
  }

  private void start(String credit) {
    world.credit = credit;
    world.withConsent = false;
    world.start();
  }

  private String grant(String amount, GrantTerms terms) {
    String key = "k" + ++keys;
    assertThat(world.apply(new Command.Grant(World.CREDIT, Money.parse(amount), terms, "ann", "top up", key))).isInstanceOf(Result.Granted.class);
    return "admin/" + key;
  }

  private Account account() {
    return world.state.account(World.CREDIT).orElseThrow();
  }

  private Hold hold(String request) {
    return Objects.requireNonNull(world.everyHold.get(new HoldId(request, 1)));
  }

  private List<String> lots() {
    return account().purse().lots().stream().map(lot -> lot.grant() + " " + Money.text(lot.remaining())).toList();
  }

  private Entry last() {
    return world.entries.get(world.entries.size() - 1);
  }

  private static GrantTerms terms(boolean promotional, int priority, long starts, long expires) {
    return new GrantTerms(promotional, priority, starts, expires);
  }

  @Test
  void burnOrderIsPriorityThenExpiryThenPromotionalThenStartThenId() {
    start("0");
    long later = world.now + 100_000;
    String plain = grant("1", GrantTerms.PLAIN);
    String promo = grant("1", terms(true, 50, 0, 0));
    String ends = grant("1", terms(false, 50, 0, later));
    String endsFirst = grant("1", terms(false, 50, 0, later - 1));
    String first = grant("1", terms(false, 10, 0, 0));
    String twin = grant("1", GrantTerms.PLAIN);
    String started = grant("1", terms(true, 50, world.now - 1, 0));
    assertThat(account().purse().lots()).extracting(Lot::grant).containsExactly(first, endsFirst, ends, promo, started, plain, twin);
  }

  @Test
  void aHoldReservesInBurnOrderAndASettleTakesTheSameAndFreesTheRest() {
    flat("3");
    start("0");
    String soon = grant("2", terms(false, 50, 0, world.now + 1_000));
    String late = grant("2", GrantTerms.PLAIN);
    world.admit("r");
    assertThat(hold("r").payment().allocations()).containsExactly(new Allocation(soon, Money.parse("2")), new Allocation(late, Money.parse("1")));
    assertThat(account().purse().lots()).extracting(Lot::free).containsExactly(0L, Money.parse("1"));
    world.settle("r", 1, World.ok(1, 1));
    assertThat(last().allocations()).containsExactly(new Allocation(soon, -Money.parse("2")), new Allocation(late, -Money.parse("1")));
    assertThat(lots()).containsExactly(late + " 1");
  }

  @Test
  void aGrantThatExpiresAtTheInstantOfTheHoldIsGone() {
    start("0");
    grant("1", terms(false, 50, 0, world.now + 1_000));
    world.now += 999;
    assertThat(world.admit("before")).isInstanceOf(Result.Held.class);
    world.now += 1;
    assertThat(world.admit("at")).isInstanceOf(Result.Refused.class);
    assertThat(last().kind()).isEqualTo(Entry.Kind.EXPIRY);
    assertThat(last().amount()).isEqualTo(HELD - Money.parse("1"));
    assertThat(world.posted(World.CREDIT)).as("what the hold reserved stays").isEqualTo(HELD);
    world.now += 5_000;
    world.settle("before", 1, World.ok(20, 10));
    assertThat(last().kind()).as("and expires when the hold frees it").isEqualTo(Entry.Kind.EXPIRY);
    assertThat(last().amount()).isEqualTo(CHARGE - HELD);
    assertThat(world.posted(World.CREDIT)).isZero();
    assertThat(lots()).isEmpty();
  }

  @Test
  void aSweepExpiresWhatNobodyLooksAt() {
    start("0");
    grant("1", terms(true, 50, 0, world.now + 1_000));
    world.now += 1_000;
    world.apply(new Command.Sweep());
    assertThat(world.posted(World.CREDIT)).isZero();
  }

  @Test
  void aGrantIsPostedWhenItStarts() {
    start("0");
    String grant = grant("1", terms(false, 50, world.now + 1_000, 0));
    assertThat(world.posted(World.CREDIT)).isZero();
    assertThat(world.admit("early")).isInstanceOf(Result.Refused.class);
    world.now += 1_000;
    assertThat(world.admit("r")).isInstanceOf(Result.Held.class);
    assertThat(last().kind()).isEqualTo(Entry.Kind.GRANT);
    assertThat(last().actor()).isEqualTo("ann");
    assertThat(hold("r").payment().allocations()).containsExactly(new Allocation(grant, HELD));
  }

  @Test
  void initialGrantsHaveTermsAndReApplyingOrReCreatingTheBalanceMintsNothing() {
    long end = world.now + 50_000;
    world.initialGrants =
        List.of(
            new Balance.InitialGrant("soon", 2_000_000_000L, true, 50, world.now + 1_000, end), new Balance.InitialGrant("now", 1_000_000_000L, false, 50));
    world.start();
    assertThat(lots()).containsExactly("initial/default/credit/now 1");
    world.now += 1_000;
    world.apply(new Command.Activate(world.policy()));
    world.apply(new Command.Activate(world.policy()));
    assertThat(lots()).containsExactly("initial/default/credit/soon 2", "initial/default/credit/now 1");
    world.now = end;
    world.apply(new Command.Activate(world.policy()));
    assertThat(world.posted(World.CREDIT)).isEqualTo(Money.parse("1"));
  }

  /** Two holds of 5 on 10; one comes to 7: 2 of debt, although the other still holds value. */
  private void debtOfTwo() {
    flat("5");
    start("10");
    world.admit("a");
    world.admit("b");
  }

  @Test
  void aChargeAboveItsHoldTakesWhatIsFreeThenDebtWhichAGrantRepaysFirst() {
    debtOfTwo();
    Draft draft = new Draft(world.state, world.now);
    Hold a = hold("a");
    Treasury.Settlement settled = new Treasury(draft).settle(a, Money.parse("7"), 0, "more than was held");
    draft.put(new Change.HoldChanged(a.ended(world.now, Hold.State.SETTLED, null, Money.parse("7"), settled.payment(), null)));
    assertThat(account().debt()).isEqualTo(Money.parse("2"));
    assertThat(world.posted(World.CREDIT)).isEqualTo(Money.parse("3"));
    assertThat(account().available(0)).isEqualTo(-Money.parse("2"));
    Entry granted = new Treasury(draft).add(World.CREDIT, Entry.Kind.GRANT, "admin/k", GrantTerms.PLAIN, Money.parse("3"), "ann", "top up");
    assertThat(granted.allocations()).as("a grant of 3 on a debt of 2 is a lot of 1").containsExactly(new Allocation("admin/k", Money.parse("1")));
    assertThat(account().debt()).isZero();
    Hold b = hold("b");
    new Treasury(draft).settle(b, Money.parse("1"), 0, "little");
    assertThat(account().available(0)).isEqualTo(Money.parse("5"));
    assertThat(account().purse().remaining()).isEqualTo(Money.parse("5"));
  }

  @Test
  void debtIsRepaidByWhatBecomesFree() {
    debtOfTwo();
    Draft draft = new Draft(world.state, world.now);
    new Treasury(draft).settle(hold("a"), Money.parse("7"), 0, "more than was held");
    new Treasury(draft).settle(hold("b"), 0, 0, "voided");
    assertThat(account().debt()).isZero();
    assertThat(account().purse().remaining()).isEqualTo(Money.parse("3"));
    assertThat(world.posted(World.CREDIT)).isEqualTo(Money.parse("3"));
  }

  @Test
  void theOverdraftIsForWhatNoLotHas() {
    flat("5");
    world.overdraft = "3";
    start("4");
    world.admit("r");
    assertThat(hold("r").payment().allocations()).containsExactly(new Allocation("initial/default/credit/opening", Money.parse("4")));
    world.settle("r", 1, World.ok(1, 1));
    assertThat(world.posted(World.CREDIT)).isEqualTo(-Money.parse("1"));
    assertThat(account().debt()).isEqualTo(Money.parse("1"));
    assertThat(world.admit("more")).isInstanceOf(Result.Refused.class);
  }

  @Test
  void anAccountThatIsOlderThanLotsIsOneLotWithoutAnEndOrDebt() {
    assertThat(new Account(World.CREDIT, "CREDIT", 5, 2, 9).purse().lots()).containsExactly(new Lot(Purse.CARRIED, GrantTerms.PLAIN, 5, 0));
    Account indebted = new Account(World.CREDIT, "CREDIT", -5, 2, 9);
    assertThat(indebted.purse().lots()).isEmpty();
    assertThat(indebted.debt()).isEqualTo(5);
  }

  @Test
  void whatExceedsTheHoldIsWrittenOffWhereTheBalanceSaysSo() {
    world.onExcess = Balance.OnExcess.WRITE_OFF;
    world.budgets.add(world.budget("all", Budget.Per.TARGET, "CREDIT", "100", 10));
    start("1");
    world.admit("r");
    Result.Settled settled = world.settle("r", 1, World.ok(1_000_000, 0));
    long charge = Money.parse("1.1");
    assertThat(settled.chargeNanos()).isEqualTo(charge);
    assertThat(world.entries).extracting(Entry::kind).containsExactly(Entry.Kind.GRANT, Entry.Kind.GRANT, Entry.Kind.CHARGE, Entry.Kind.ADJUSTMENT);
    assertThat(world.entries.get(2).amount()).as("receipt amount = entry").isEqualTo(-charge);
    assertThat(last().amount()).isEqualTo(charge - HELD);
    assertThat(last().actor()).isEqualTo("exchequer");
    assertThat(last().reason()).startsWith("written off: ");
    assertThat(world.posted(World.CREDIT)).as("nobody owes more than was held").isEqualTo(Money.parse("1") - HELD);
    assertThat(world.state.bucketsOf(World.name("all")).values()).as("budgets count what remains").singleElement().satisfies(b -> assertThat(b.spent()).isEqualTo(HELD));
    assertThat(Objects.requireNonNull(world.receipts.get("r")).hops().get(0).charge()).isEqualTo(charge);
  }
}
