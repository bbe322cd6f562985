package dev.exchequer.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.fallback.Ending;
import dev.exchequer.policy.FallbackReason;
import dev.exchequer.policy.RouteClass;
import dev.exchequer.receipt.Receipt;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that are refused before anything is sent, and how many of them get a receipt. */
class RefusalTest {
  private final World world = new World();

  private static String refused(Result result) {
    assertThat(result).isInstanceOf(Result.Refused.class);
    return ((Result.Refused) result).ending().code();
  }

  private Receipt receipt(String id) {
    return Objects.requireNonNull(world.receipts.get(id), "the receipt of " + id);
  }

  @Test
  void aFloodOfRefusalsHasTenReceiptsASecondAndIsCounted() {
    world.credit = "0";
    world.withConsent = false;
    world.start();
    world.now = World.START + 400;
    for (int i = 1; i <= 25; i++) {
      Result.Refused refused = (Result.Refused) world.admit("a" + i);
      assertThat(refused.ending().code()).isEqualTo("balance_insufficient");
      assertThat(refused.receipt()).isEqualTo(i <= Refusals.RECEIPTS_A_SECOND ? "a" + i : null);
    }
    world.now = World.START + 999;
    Result.Refused late = (Result.Refused) world.apply(new Command.Deny(world.facts("b", "", null), Ending.of(404, "model_not_found", "no route", new Ending.Retry.No())));
    assertThat(late.ending().code()).isEqualTo("model_not_found");
    assertThat(late.receipt()).isNull();
    world.now = World.START + 1000;
    assertThat(((Result.Refused) world.admit("c")).receipt()).as("the next second has its own").isEqualTo("c");
    assertThat(world.receipts).hasSize(Refusals.RECEIPTS_A_SECOND + 1);
    assertThat(world.counted)
        .isEqualTo(
            Map.of(
                new Change.RefusalCounted(World.name("key"), World.START, "balance_insufficient"), 15,
                new Change.RefusalCounted(World.name("key"), World.START, "model_not_found"), 1));
  }

  @Test
  void anIdempotencyConflictCountsAsNoRefusal() {
    world.start();
    assertThat(world.admit("r", "", "once")).isInstanceOf(Result.Held.class);
    for (int i = 0; i < 30; i++) {
      assertThat(((Result.Refused) world.admit("again" + i, "", "once")).receipt()).isEqualTo("r");
    }
    assertThat(world.counted).isEmpty();
    world.apply(new Command.Deny(world.facts("d", "", null), Ending.of(404, "model_not_found", "no route", new Ending.Retry.No())));
    assertThat(world.receipts).containsOnlyKeys("d");
  }

  @Test
  void skipsThatDoNotPassEndTheWalk() {
    world.credit = "0";
    world.reasons = EnumSet.of(FallbackReason.CONNECT_FAILURE);
    world.start();
    assertThat(refused(world.admit("r"))).isEqualTo("balance_insufficient");
    assertThat(receipt("r").hops()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"credit_suspended,balance_suspended", "route_suspended,provider_unavailable", "no_price,price_missing", "busy,provider_unavailable", "forbidden,route_forbidden"})
  void refusals(String situation, String code) {
    world.withConsent = false;
    switch (situation) {
      case "credit_suspended" -> world.creditSuspended = true;
      case "route_suspended" -> world.routeSuspended = true;
      case "no_price" -> world.priced = false;
      case "busy" -> world.maxInFlight = 0;
      default -> world.keyClasses = EnumSet.of(RouteClass.SUBSCRIPTION);
    }
    world.start();
    assertThat(refused(world.admit("r"))).isEqualTo(code);
    assertThat(receipt("r").status()).isEqualTo("Denied");
  }
}
