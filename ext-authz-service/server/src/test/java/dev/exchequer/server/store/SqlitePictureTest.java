package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.ledger.World;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.store.LedgerPicture.BalanceMoney;
import dev.exchequer.server.store.LedgerPicture.BudgetUse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqlitePictureTest {
  private static final long HOLD = Money.parse("0.1011");
  private static final long CHARGE = Money.parse("0.10003");

  @TempDir Path data;

  @Test
  void saysWhatTheBooksSay() {
    try (OpenLedger ledger = new OpenLedger(data, world()); SqlitePicture pictures = new SqlitePicture(ledger.store)) {
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
    try (OpenLedger ledger = new OpenLedger(data, world); SqlitePicture pictures = new SqlitePicture(ledger.store)) {
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

  private static World world() {
    World world = new World();
    world.withConsent = false;
    return world;
  }
}
