package dev.exchequer.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.fallback.Ending;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.FallbackReason;
import dev.exchequer.policy.RouteClass;
import dev.exchequer.pricing.Demand;
import dev.exchequer.receipt.Receipt;
import dev.exchequer.selection.SkipReason;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** CONTRACTS "Skips": each reason, whether it passes to the next hop, and how the request ends if it does not. Hop 2 is well unless a row says otherwise. */
class WalkTest {
  private static final Ending.Retry NO = new Ending.Retry.No();

  private final World world = new World();

  WalkTest() {
    world.backupProvider = true;
  }

  private enum Passes {
    ALWAYS,
    NEVER,
    IF_IN_REASONS
  }

  /** @param reason the entry of `fallbackOn.reasons` that lets it pass */
  private record Row(Passes passes, @Nullable FallbackReason reason, int status, String code, Ending.Retry retry) {}

  private static Row row(SkipReason reason) {
    return switch (reason) {
      case ROUTE_FORBIDDEN -> new Row(Passes.ALWAYS, null, 403, "route_forbidden", NO);
      case NO_BALANCE -> new Row(Passes.ALWAYS, null, 402, "balance_insufficient", NO);
      case CROSS_BALANCE_FORBIDDEN -> new Row(Passes.ALWAYS, null, 402, "balance_insufficient", NO);
      case PROVIDER_SUSPENDED -> new Row(Passes.ALWAYS, null, 503, "provider_unavailable", NO);
      case ROUTE_SUSPENDED -> new Row(Passes.NEVER, null, 503, "provider_unavailable", NO);
      case PROVIDER_COOLING_DOWN -> new Row(Passes.IF_IN_REASONS, FallbackReason.PROVIDER_COOLING_DOWN, 503, "provider_unavailable", new Ending.Retry.After(17));
      case PROVIDER_BUSY -> new Row(Passes.IF_IN_REASONS, FallbackReason.PROVIDER_BUSY, 503, "provider_unavailable", new Ending.Retry.After(1));
      case BALANCE_INSUFFICIENT -> new Row(Passes.IF_IN_REASONS, FallbackReason.BALANCE_INSUFFICIENT, 402, "balance_insufficient", NO);
      case BALANCE_SUSPENDED -> new Row(Passes.IF_IN_REASONS, FallbackReason.BALANCE_INSUFFICIENT, 402, "balance_suspended", NO);
      case BUDGET_EXCEEDED -> new Row(Passes.IF_IN_REASONS, FallbackReason.BUDGET_EXCEEDED, 429, "budget_exceeded", NO);
      case PRICE_MISSING -> new Row(Passes.IF_IN_REASONS, FallbackReason.PRICE_MISSING, 402, "price_missing", NO);
      case UNBOUNDED_INPUT -> new Row(Passes.ALWAYS, null, 400, "unbounded_input", NO);
    };
  }

  /** Makes hop 1, and where it can be no other way hop 2, be skipped for this reason. */
  private void provoke(SkipReason reason) {
    switch (reason) {
      case ROUTE_FORBIDDEN -> world.keyClasses = EnumSet.of(RouteClass.POOL);
      case NO_BALANCE -> world.hops = List.of(RouteClass.SUBSCRIPTION, RouteClass.POOL);
      case CROSS_BALANCE_FORBIDDEN -> {
        world.credit = "0";
        world.hops = List.of(RouteClass.DIRECT, RouteClass.BYOK, RouteClass.POOL);
      }
      case PROVIDER_SUSPENDED -> world.providerSuspended = true;
      case ROUTE_SUSPENDED -> world.routeSuspended = true;
      case PROVIDER_COOLING_DOWN -> world.providers = new ProviderView(Map.of(World.PROVIDER, new ProviderView.Standing.CoolingDown(17)));
      case PROVIDER_BUSY -> world.maxInFlight = 0;
      case BALANCE_INSUFFICIENT -> world.credit = "0.1";
      case BALANCE_SUSPENDED -> world.creditSuspended = true;
      case BUDGET_EXCEEDED -> world.budgets.add(world.budget("small", Budget.Per.TARGET, "CREDIT", "0.1", 100));
      case PRICE_MISSING -> world.creditPriced = false;
      case UNBOUNDED_INPUT -> world.demand = new Demand(100, true, 100, 1, 1, "default", null, null);
    }
  }

  private Receipt receipt() {
    return Objects.requireNonNull(world.receipts.get("r"));
  }

  @ParameterizedTest
  @EnumSource(SkipReason.class)
  void passesOrEndsTheWalk(SkipReason reason) {
    Row row = row(reason);
    provoke(reason);
    world.start();
    Result result = world.admit("r");
    if (row.passes == Passes.NEVER) {
      assertThat(((Result.Refused) result).ending()).satisfies(ending -> isAs(ending, row));
      assertThat(receipt().hops()).extracting(Receipt.Hop::skipReason).containsExactly(reason.text());
      return;
    }
    assertThat(result).isInstanceOf(Result.Held.class);
    assertThat(((Result.Held) result).balance()).isEqualTo(World.WALLET);
    world.settle("r", 1, World.ok(20, 10));
    List<Receipt.Hop> hops = receipt().hops();
    assertThat(hops.get(hops.size() - 2).skipReason()).isEqualTo(reason.text());
    assertThat(hops.get(hops.size() - 1).outcome()).isEqualTo("Completed");
  }

  @ParameterizedTest
  @EnumSource(SkipReason.class)
  void endsWhereTheReasonIsNotListed(SkipReason reason) {
    Row row = row(reason);
    provoke(reason);
    world.reasons.remove(row.reason);
    if (row.passes != Passes.IF_IN_REASONS) {
      return;
    }
    world.start();
    assertThat(((Result.Refused) world.admit("r")).ending()).satisfies(ending -> isAs(ending, row));
    assertThat(receipt().status()).isEqualTo("Denied");
    assertThat(receipt().hops()).extracting(Receipt.Hop::skipReason).as("hop 2 was not looked at").containsExactly(reason.text());
    assertThat(world.held(World.CREDIT) + world.held(World.WALLET)).isZero();
  }

  @ParameterizedTest
  @EnumSource(value = SkipReason.class, mode = EnumSource.Mode.EXCLUDE, names = {"ROUTE_FORBIDDEN", "NO_BALANCE"})
  void theFirstUsableHopsCodeWins(SkipReason reason) {
    provoke(reason);
    world.wallet = "0";
    world.start();
    assertThat(((Result.Refused) world.admit("r")).ending()).satisfies(ending -> isAs(ending, row(reason)));
    assertThat(receipt().error()).isNotNull();
  }

  private static void isAs(Ending ending, Row row) {
    assertThat(ending.httpStatus()).isEqualTo(row.status);
    assertThat(ending.code()).isEqualTo(row.code);
    assertThat(ending.retry()).isEqualTo(row.retry);
  }

  @Test
  void hopsThatAreNotUsableNeverGiveTheCode() {
    world.keyClasses = EnumSet.of(RouteClass.POOL);
    world.wallet = "0";
    world.start();
    assertThat(((Result.Refused) world.admit("r")).ending().code()).isEqualTo("balance_insufficient");
    assertThat(receipt().hops()).extracting(Receipt.Hop::skipReason).containsExactly("route_forbidden", "balance_insufficient");
  }

  @ParameterizedTest
  @CsvSource({"DIRECT, 403, route_forbidden", "SUBSCRIPTION, 402, balance_insufficient"})
  void noHopUsable(RouteClass second, int status, String code) {
    world.keyClasses = EnumSet.of(RouteClass.SUBSCRIPTION);
    world.hops = List.of(RouteClass.DIRECT, second);
    world.start();
    Ending ending = ((Result.Refused) world.admit("r")).ending();
    assertThat(ending.httpStatus()).isEqualTo(status);
    assertThat(ending.code()).isEqualTo(code);
    assertThat(ending.retry()).isEqualTo(NO);
  }

  @Test
  void narrowingForbidsAndDoesNotCross() {
    world.narrowedTo = Set.of(RouteClass.POOL);
    world.withConsent = false;
    world.start();
    assertThat(((Result.Held) world.admit("r")).balance()).isEqualTo(World.WALLET);
  }

  @Test
  void theMessageEndsWithAClauseForEachOtherSkippedHop() {
    world.credit = "0";
    world.wallet = "0";
    world.start();
    String message = ((Result.Refused) world.admit("r")).ending().message();
    assertThat(message).startsWith("hop hop1 needs a hold of 0.1011 CREDIT from default/credit").containsOnlyOnce("hop1").contains("hop hop2 skipped: balance_insufficient");
  }

  @ParameterizedTest(name = "rests {0} s: retry after {1} s")
  @CsvSource({"0, 1", "60, 60", "61, -1"})
  void aProviderThatRests(long seconds, long retryAfter) {
    world.providers = new ProviderView(Map.of(World.PROVIDER, new ProviderView.Standing.CoolingDown(seconds)));
    world.withConsent = false;
    world.start();
    assertThat(((Result.Refused) world.admit("r")).ending().retry()).isEqualTo(retryAfter < 0 ? NO : new Ending.Retry.After(retryAfter));
  }

  @Test
  void theProbeMayTryAProviderThatRests() {
    world.providers = new ProviderView(Map.of(World.PROVIDER, new ProviderView.Standing.Probe()));
    world.start();
    assertThat(((Result.Held) world.admit("r")).position()).isEqualTo(1);
  }

  @ParameterizedTest(name = "limit {0}, {1}: retry after {2} s")
  @CsvSource({"0.15, 23:59:30.500, 30", "0.15, 23:58:59, -1", "0.15, 23:59:59.999, 1", "0.1, 23:59:30, -1", "0, 23:59:30, -1"})
  void aBudgetsWindowSaysWhenToTryAgain(String limit, String time, long retryAfter) {
    Budget daily = world.budget("daily", Budget.Per.TARGET, "CREDIT", limit, 100);
    world.budgets.add(
        new Budget(
            daily.name(), daily.target(), daily.per(), daily.limits(), false, Budget.Window.DAY, 1, ZoneOffset.UTC, false, 100, 0, Set.of(), List.of(), false));
    world.withConsent = false;
    world.now = Instant.parse("2027-03-01T" + time + "Z").toEpochMilli();
    world.start();
    world.admit("first");
    Ending ending = ((Result.Refused) world.admit("r")).ending();
    assertThat(ending.code()).isEqualTo("budget_exceeded");
    assertThat(ending.retry()).as("a hold that is above the limit never fits").isEqualTo(retryAfter < 0 ? NO : new Ending.Retry.After(retryAfter));
  }

  @Test
  void aCrossingIsPassedOverBetweenTwoAttempts() {
    world.hops = List.of(RouteClass.DIRECT, RouteClass.POOL, RouteClass.DIRECT);
    world.withConsent = false;
    world.start();
    world.admit("r");
    assertThat(world.settle("r", 1, World.status(429)).next()).isTrue();
    assertThat(((Result.Held) world.next("r", 2)).position()).isEqualTo(3);
    world.settle("r", 2, World.status(429));
    assertThat(receipt().hops()).extracting(Receipt.Hop::outcome).containsExactly("ProviderStatus", "Skipped", "ProviderStatus");
    assertThat(receipt().finalHop()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "3, 3", "8, 4"})
  void maxAttempts(int maxAttempts, int tried) {
    world.hops = List.of(RouteClass.DIRECT, RouteClass.DIRECT, RouteClass.DIRECT, RouteClass.DIRECT);
    world.maxAttempts = maxAttempts;
    world.start();
    world.admit("r");
    int attempt = 1;
    while (world.settle("r", attempt, World.status(503)).next()) {
      world.next("r", ++attempt);
    }
    assertThat(attempt).isEqualTo(tried);
    assertThat(receipt().retries()).isEqualTo(tried - 1);
    assertThat(Objects.requireNonNull(receipt().error()).code()).isEqualTo("provider_error");
  }

  @ParameterizedTest
  @CsvSource({"29999, true", "30000, false"})
  void noAttemptIsPromisedAfterGiveUpAfter(long elapsed, boolean next) {
    world.giveUpAfterMs = 30_000;
    world.start();
    world.admit("r");
    world.now += elapsed;
    assertThat(world.settle("r", 1, World.status(429)).next()).isEqualTo(next);
  }

  @Test
  void aPromisedAttemptDoesNotStartAfterGiveUpAfter() {
    world.giveUpAfterMs = 30_000;
    world.start();
    world.admit("r");
    world.now += 29_000;
    assertThat(world.settle("r", 1, World.status(429)).next()).isTrue();
    world.now += 1_000;
    assertThat(((Result.Refused) world.next("r", 2)).ending().code()).isEqualTo("provider_rate_limited");
    assertThat(world.held(World.WALLET)).isZero();
    assertThat(receipt().status()).isEqualTo("Failed");
  }

  @Test
  void theSameUnpaidHoldAgainHasTheSameCap() {
    world.hops = List.of(RouteClass.BYOK);
    world.start();
    Result first = world.admit("r");
    assertThat(((Result.Held) first).outputCap()).isEqualTo(100);
    assertThat(world.admit("r")).isEqualTo(first);
  }
}
