package dev.exchequer.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.HoldId;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.pricing.Demand;
import dev.exchequer.selection.RequestFacts;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** reserve: Clamp. A token costs 0.001, a request 0.1; the input is 100 tokens = 0.1; the cap is 100 tokens. Whole: 0.3. */
class ClampTest {
  private final World world = new World();

  @BeforeEach
  void prices() {
    world.withConsent = false;
    world.clampMinTokens = 10;
    world.pricePerMillionTokens = Money.parse("1000");
    world.demand = new Demand(100, false, 100, 1, 1, "default", null, null);
  }

  private Result admit(String credit) {
    world.credit = credit;
    world.start();
    return world.admit("r");
  }

  @Test
  void theCapIsLoweredToWhatTheBalanceCanPay() {
    Result.Held held = (Result.Held) admit("0.2505");
    assertThat(held.outputCap()).isEqualTo(50);
    assertThat(held.amountNanos()).as("the ceiling of the request that is sent").isEqualTo(Money.parse("0.25"));
    Hold hold = Objects.requireNonNull(world.everyHold.get(new HoldId("r", 1)));
    assertThat(hold.outputBound()).isEqualTo(50);
    assertThat(Objects.requireNonNull(hold.quote()).outputCap()).isEqualTo(50);
    assertThat(hold.considered()).singleElement().satisfies(c -> assertThat(c.verdict()).isEqualTo("pays, output cap lowered to 50"));
  }

  @Test
  void whatCanBePaidWholeIsNotLowered() {
    assertThat(((Result.Held) admit("0.3")).outputCap()).isEqualTo(100);
  }

  @Test
  void notBelowTheLeast() {
    assertThat(((Result.Held) admit("0.21")).outputCap()).isEqualTo(10);
    World poorer = new World();
    poorer.withConsent = false;
    poorer.clampMinTokens = 10;
    poorer.pricePerMillionTokens = Money.parse("1000");
    poorer.demand = world.demand;
    poorer.credit = "0.209999999";
    poorer.start();
    assertThat(((Result.Refused) poorer.admit("r")).ending().code()).isEqualTo("balance_insufficient");
  }

  @Test
  void aCapThatTheClientAskedForIsNeverRaised() {
    world.demand = new Demand(100, false, 5, 1, 1, "default", null, null);
    assertThat(admit("0.204")).as("below the least already: refused as with Strict").isInstanceOf(Result.Refused.class);
  }

  @Test
  void budgetsLowerItTooAndStayExact() {
    world.budgets.add(world.budget("small", Budget.Per.TARGET, "CREDIT", "0.23", 10));
    world.budgets.add(world.budget("large", Budget.Per.TARGET, "CREDIT", "0.28", 10));
    assertThat(((Result.Held) admit("10")).outputCap()).isEqualTo(30);
    assertThat(((Result.Refused) world.admit("s")).ending().code()).as("nothing is left").isEqualTo("budget_exceeded");
  }

  @Test
  void whatIsHeldByOthersIsNotThere() {
    assertThat(((Result.Held) admit("0.55")).outputCap()).isEqualTo(100);
    assertThat(((Result.Held) world.admit("s")).outputCap()).isEqualTo(50);
    assertThat(world.admit("t")).isInstanceOf(Result.Refused.class);
  }

  @Test
  void choicesCountInTheCap() {
    world.demand = new Demand(100, false, 100, 4, 1, "default", null, null);
    Result.Held held = (Result.Held) admit("0.28");
    assertThat(held.outputCap()).isEqualTo(20);
    assertThat(held.amountNanos()).isEqualTo(Money.parse("0.28"));
  }

  @Test
  void anEndpointWithoutACapIsNotLowered() {
    world.credit = "0.15";
    world.start();
    RequestFacts f = world.facts("r", "", null);
    RequestFacts embeddings =
        new RequestFacts(
            "r", f.timeMs(), f.apiKey(), "key", f.project(), "owner", "", "", null, null, Endpoint.EMBEDDINGS, "model", f.route(), 1, "f", f.planDigest(), false, Set.of(), world.demand);
    assertThat(world.apply(new Command.Admit(embeddings, ProviderView.ALL_WELL))).isInstanceOf(Result.Refused.class);
  }
}
