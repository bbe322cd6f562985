package dev.exchequer.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.HoldId;
import dev.exchequer.money.Money;
import dev.exchequer.receipt.Receipt;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Scenarios of docs/design/scenarios.md that need no process and are shown nowhere else. */
class ScenariosTest {
  private final World world = new World();

  /** Every order of two settles and two ends in the journal. */
  static List<String> orders() {
    List<String> orders = new ArrayList<>();
    for (int bits = 0; bits < 16; bits++) {
      if (Integer.bitCount(bits) == 2) {
        StringBuilder order = new StringBuilder();
        for (int i = 0; i < 4; i++) {
          order.append((bits >> i & 1) == 1 ? 'S' : 'J');
        }
        orders.add(order.toString());
      }
    }
    return orders;
  }

  @ParameterizedTest(name = "{0}: S = Settle, J = the journal''s end")
  @MethodSource("orders")
  void journalAndSettleEachTwiceInAnyOrderChargeOnce(String order) {
    world.start();
    world.admit("r");
    for (char step : order.toCharArray()) {
      if (step == 'S') {
        Result.Settled answer = world.settle("r", 1, World.ok(20, 10));
        assertThat(answer.chargeNanos()).isEqualTo(Money.parse("0.10003"));
      } else {
        world.journal(new Command.JournalEvent.HopEnd(new HoldId("r", 1), World.ok(20, 10)));
      }
    }
    assertThat(world.entries).filteredOn(entry -> entry.kind() != Entry.Kind.GRANT).singleElement().satisfies(entry -> assertThat(entry.amount()).isEqualTo(-Money.parse("0.10003")));
    assertThat(world.held(World.CREDIT)).isZero();
    assertThat(world.receipts).hasSize(1);
  }

  @Test
  void withConsentButAShortWalletIs402AndNamesAllBalances() {
    world.credit = "0";
    world.wallet = "0.01";
    world.start();
    Result.Refused refused = (Result.Refused) world.admit("r");
    assertThat(refused.ending().httpStatus()).isEqualTo(402);
    assertThat(refused.ending().code()).isEqualTo("balance_insufficient");
    assertThat(refused.ending().message()).contains("default/credit", "default/wallet");
    Receipt receipt = Objects.requireNonNull(world.receipts.get("r"));
    assertThat(receipt.hops()).extracting(Receipt.Hop::skipReason).containsExactly("balance_insufficient", "balance_insufficient");
    assertThat(receipt.hops()).flatExtracting(Receipt.Hop::considered).extracting(Receipt.Considered::balance).containsExactly("default/credit", "default/wallet");
    assertThat(world.held(World.WALLET)).isZero();
  }

  /** The second hop's sheet asks three times as much: its hold is its own, before anything is sent. */
  @Test
  void aDearerSecondHopIsPricedAnewBeforeItIsSent() {
    world.dearerCny = 3;
    world.start();
    Result.Held first = (Result.Held) world.admit("r");
    assertThat(world.settle("r", 1, World.status(429)).next()).isTrue();
    assertThat(world.held(World.CREDIT)).as("released before the wallet is held").isZero();
    Result.Held second = (Result.Held) world.next("r", 2);
    assertThat(second.balance()).isEqualTo(World.WALLET);
    assertThat(second.amountNanos()).isEqualTo(3 * first.amountNanos());
    assertThat(world.held(World.WALLET)).isEqualTo(3 * first.amountNanos());

    World short2 = new World();
    short2.dearerCny = 3;
    short2.wallet = Money.text(3 * first.amountNanos() - 1);
    short2.start();
    short2.admit("r");
    assertThat(short2.settle("r", 1, World.status(429)).next()).as("a nano-unit short: not sent").isFalse();
  }

  @Test
  void aReusedClientRequestIdIsOnlyAnAttribute() {
    world.start();
    for (String id : List.of("a", "b")) {
      assertThat(world.apply(new Command.Admit(world.factsOfClient(id, "the-same-client-id"), world.providers))).isInstanceOf(Result.Held.class);
      world.settle(id, 1, World.ok(20, 10));
      assertThat(Objects.requireNonNull(world.receipts.get(id)).clientRequestId()).isEqualTo("the-same-client-id");
    }
    assertThat(world.posted(World.CREDIT)).as("two requests, two charges").isEqualTo(Money.parse("10") - 2 * Money.parse("0.10003"));
  }
}
