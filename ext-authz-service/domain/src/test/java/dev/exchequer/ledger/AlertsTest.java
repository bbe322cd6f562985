package dev.exchequer.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.budget.BucketKey;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Budget;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who crosses a mark is told of once. A request costs 1. */
class AlertsTest {
  private static final long DAY_MS = 86_400_000;
  private final World world = new World();
  private int requests;

  private AlertsTest start(String credit, String... marks) {
    world.pricePerMillionTokens = 0;
    world.pricePerRequest = Money.parse("1");
    world.credit = credit;
    world.withConsent = false;
    world.alertsBelow = List.of(marks).stream().map(Money::parse).toList();
    world.start();
    return this;
  }

  private void spend(int times) {
    for (int i = 0; i < times; i++) {
      String id = "r" + ++requests;
      assertThat(world.admit(id)).isInstanceOf(Result.Held.class);
      world.settle(id, 1, World.ok(1, 1));
    }
  }

  private void grant(String amount) {
    world.apply(new Command.Grant(World.CREDIT, Money.parse(amount), "ann", "top up", "k" + ++requests));
  }

  private List<String> told() {
    List<String> told = world.alerts.stream().map(AlertsTest::text).toList();
    world.alerts.clear();
    return told;
  }

  private static String text(Alert alert) {
    return switch (alert) {
      case Alert.BalanceBelow a -> a.balance().name() + " below " + Money.text(a.mark()) + " with " + Money.text(a.posted()) + " " + a.unit();
      case Alert.BudgetAt a -> a.budget().name() + a.value() + " at " + a.percent() + "% with " + Money.text(a.spent()) + " of " + Money.text(a.limit()) + " " + a.unit();
    };
  }

  @Test
  void eachMarkIsToldOnceWhenTheBalanceFallsBelowIt() {
    start("10", "5", "8");
    spend(2);
    assertThat(told()).isEmpty();
    spend(1);
    assertThat(told()).containsExactly("credit below 8 with 7 CREDIT");
    spend(3);
    assertThat(told()).containsExactly("credit below 5 with 4 CREDIT");
    spend(4);
    assertThat(told()).isEmpty();
  }

  @Test
  void itIsToldAgainOnlyAfterTheBalanceRecovered() {
    start("5", "4");
    spend(2);
    assertThat(told()).containsExactly("credit below 4 with 3 CREDIT");
    grant("0.5");
    spend(1);
    assertThat(told()).as("3.5, then 2.5: it was below all the time").isEmpty();
    grant("1.5");
    assertThat(told()).as("at the mark is not below it").isEmpty();
    spend(1);
    assertThat(told()).containsExactly("credit below 4 with 3 CREDIT");
  }

  @Test
  void aHoldIsNoCrossing() {
    start("5", "5");
    world.admit("held");
    assertThat(told()).isEmpty();
    world.settle("held", 1, World.status(500));
    assertThat(told()).isEmpty();
  }

  @Test
  void aFallOverSeveralMarksTellsEachAndTheirIdsDiffer() {
    start("10", "1", "2", "9.5");
    world.pricePerRequest = Money.parse("9");
    world.start();
    spend(1);
    assertThat(world.alerts).extracting(Alert::id).doesNotHaveDuplicates().allMatch(id -> id.matches("alert_[0-9a-f]{32}"));
    assertThat(told()).containsExactly("credit below 9.5 with 1 CREDIT", "credit below 2 with 1 CREDIT");
  }

  @Test
  void aMarkThatIsSetWhileTheBalanceIsBelowItIsToldByTheNextStepDown() {
    start("5");
    spend(2);
    world.alertsBelow = List.of(Money.parse("4"));
    world.start();
    grant("0.1");
    assertThat(told()).as("what rises is no bad news").isEmpty();
    spend(1);
    assertThat(told()).containsExactly("credit below 4 with 2.1 CREDIT");
  }

  @Test
  void theEndOfAGrantIsToldToo() {
    world.initialGrants = List.of(new Balance.InitialGrant("trial", Money.parse("10"), true, 50, 0, World.START + 1000));
    start("0", "1");
    world.now += 1000;
    world.apply(new Command.Sweep());
    assertThat(told()).containsExactly("credit below 1 with 0 CREDIT");
  }

  @Test
  void aChargeAndWhatIsWrittenOffOfItAreOneStep() {
    world.onExcess = Balance.OnExcess.WRITE_OFF;
    start("5", "4");
    world.pricePerMillionTokens = Money.parse("1000");
    world.pricePerRequest = 0;
    world.start();
    world.admit("dear");
    world.settle("dear", 1, World.ok(1_000_000, 0)); // 1,000 used, about 1.1 held
    assertThat(world.entries).extracting(Entry::after).as("within the command it fell far below").anyMatch(after -> after < 0);
    assertThat(told()).hasSize(1).allMatch(text -> text.startsWith("credit below 4 with 3."));
  }

  private Budget budget(Budget.Per per, Budget.Window window, String limit) {
    return new Budget(
            World.name("cap"), new Budget.Target(Budget.TargetKind.PROJECT, World.name("acme")), per, Map.of("CREDIT", Money.parse(limit)), false, window, 1,
            ZoneOffset.UTC, false, 100, 3_600_000, Set.of(), List.of(), false)
        .alertingAt(List.of(100, 50, 80));
  }

  @Test
  void eachShareOfALimitIsToldOnceInAWindow() {
    world.budgets = List.of(budget(Budget.Per.TARGET, Budget.Window.DAY, "10"));
    start("100");
    spend(4);
    assertThat(told()).isEmpty();
    spend(6);
    assertThat(told()).containsExactly("cap at 50% with 5 of 10 CREDIT", "cap at 80% with 8 of 10 CREDIT", "cap at 100% with 10 of 10 CREDIT");
    world.now += DAY_MS;
    spend(5);
    assertThat(told()).as("a new window").containsExactly("cap at 50% with 5 of 10 CREDIT");
  }

  @Test
  void eachValueHasItsOwn() {
    world.budgets = List.of(budget(Budget.Per.TASK, Budget.Window.LIFETIME, "2"));
    start("100");
    world.admit("a", "one", null);
    world.settle("a", 1, World.ok(1, 1));
    world.admit("b", "two", null);
    world.settle("b", 1, World.ok(1, 1));
    assertThat(told()).containsExactly("capone at 50% with 1 of 2 CREDIT", "captwo at 50% with 1 of 2 CREDIT");
  }

  @Test
  void aRaisedLimitBeginsAnewFromWhatWasSpent() {
    world.budgets = List.of(budget(Budget.Per.TARGET, Budget.Window.LIFETIME, "10"));
    start("100");
    spend(8);
    assertThat(told()).containsExactly("cap at 50% with 5 of 10 CREDIT", "cap at 80% with 8 of 10 CREDIT");
    world.budgets = List.of(budget(Budget.Per.TARGET, Budget.Window.LIFETIME, "20"));
    world.start();
    spend(8);
    assertThat(told()).containsExactly("cap at 50% with 10 of 20 CREDIT", "cap at 80% with 16 of 20 CREDIT");
  }

  @Test
  void aLimitOfNothingAndAUnitWithoutLimitTellNothing() {
    world.budgets = List.of(new Budget(
            World.name("cap"), new Budget.Target(Budget.TargetKind.PROJECT, World.name("acme")), Budget.Per.TARGET, Map.of("CNY", 0L), false, Budget.Window.DAY, 1,
            ZoneOffset.UTC, false, 100, 3_600_000, Set.of(), List.of(), true)
        .alertingAt(List.of(1)));
    start("100");
    spend(3);
    assertThat(told()).isEmpty();
    assertThat(world.state.bucket(new BucketKey(World.name("cap"), "", "CREDIT", 0))).isEmpty();
  }
}
