package dev.exchequer.server.settle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.google.protobuf.ByteString;
import dev.exchequer.api.v1.SettleReply;
import dev.exchequer.api.v1.SettleRequest;
import dev.exchequer.fallback.Ending;
import dev.exchequer.fallback.Evidence;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Result;
import dev.exchequer.policy.ApiKey;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.GatewayRules;
import dev.exchequer.policy.ModelPattern;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.Project;
import dev.exchequer.policy.Project.Disclose;
import dev.exchequer.policy.Route;
import dev.exchequer.policy.RouteClass;
import dev.exchequer.pricing.Demand;
import dev.exchequer.receipt.Receipt;
import dev.exchequer.selection.RequestFacts;
import dev.exchequer.server.engine.Admitted;
import dev.exchequer.server.store.LedgerLane;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettleServiceTest {
  private static final String REQUEST = "01990000-0000-7000-8000-000000000001";
  private static final HoldId HOLD = new HoldId(REQUEST, 2);
  private static final ObjectName BALANCE = name("prepaid");

  private final FakeEngine engine = new FakeEngine();
  private final Seen seen = new Seen();
  private final SettleService service = new SettleService(engine, seen);
  private final Replies replies = new Replies();

  private static final class Seen implements SettleService.Observer {
    final List<Result.Settled> settled = new ArrayList<>();
    int unknown;

    @Override
    public void settled(Result.Settled result, Evidence evidence) {
      settled.add(result);
    }

    @Override
    public void unknownHold() {
      unknown++;
    }
  }

  @Test
  void nextIsNextAndNothingElse() {
    engine.running = admitted(Disclose.BALANCE);
    engine.answers(new Result.Settled(HOLD, true, true, null, 1, 0, "USD", BALANCE, 5L));
    SettleReply reply = settle(request(429));
    assertThat(reply).isEqualTo(SettleReply.newBuilder().setHold(bytes(HOLD.toString())).setNext(true).build());
    assertThat(seen.settled).hasSize(1);
    assertThat(seen.unknown).isZero();
  }

  @Test
  void aFinalErrorHasItsBodyAndTheHopsHeadersAndNoMoneyWhereItCostNothing() {
    engine.running = admitted(Disclose.BALANCE);
    Ending ending = new Ending(400, "provider_rejected", "too \"long\"", "their_type", "messages", "context_length_exceeded", new Ending.Retry.No());
    engine.answers(new Result.Settled(HOLD, true, false, ending, 2, 0, "USD", BALANCE, 5L));
    SettleReply reply = settle(request(400));
    assertThat(reply.getNext()).isFalse();
    assertThat(reply.getHold().toStringUtf8()).isEqualTo(HOLD.toString());
    assertThat(reply.getStatus()).isEqualTo(400);
    assertThat(reply.getBody().toStringUtf8())
        .isEqualTo(
            "{\"error\":{\"message\":\"too \\\"long\\\"\",\"type\":\"their_type\",\"code\":\"context_length_exceeded\",\"param\":\"messages\",\"receipt\":\"" + REQUEST + "\"}}");
    assertThat(Replies.headers(reply))
        .containsExactly(
            entry("x-exchequer-receipt", REQUEST),
            entry("x-exchequer-route", "default/gpt"),
            entry("x-exchequer-hop", "2/2 pool"),
            entry("x-exchequer-route-class", RouteClass.POOL.text()),
            entry("x-exchequer-model", "m/gpt"),
            entry("content-type", "application/json"),
            entry("x-should-retry", "false"));
  }

  @Test
  void retryAfterIsSaidInSecondsAndUnsaidIsNotSaid() {
    Ending after = Ending.of(429, "provider_rate_limited", "slow down", new Ending.Retry.After(17));
    engine.running = admitted(Disclose.CHARGE);
    engine.answers(new Result.Settled(HOLD, true, false, after, 2, 0, "USD", BALANCE, 5L));
    assertThat(Replies.headers(settle(request(429)))).containsEntry("retry-after", "17").doesNotContainKey("x-should-retry");

    Ending unsaid = Ending.of(500, "provider_error", "it failed", new Ending.Retry.Unsaid());
    engine.answers(new Result.Settled(HOLD, true, false, unsaid, 2, 0, "USD", BALANCE, 5L));
    Replies other = new Replies();
    service.settle(request(500).build(), other);
    assertThat(Replies.headers(other.only())).containsEntry("content-type", "application/json").doesNotContainKeys("retry-after", "x-should-retry");
    assertThat(other.only().getBody().toStringUtf8()).contains("\"type\":\"api_error\"").contains("\"code\":\"provider_error\"");
  }

  @Test
  void anErrorAfterARestartStillNamesItsReceipt() {
    Ending ending = Ending.of(502, "provider_unreachable", "no", new Ending.Retry.Unsaid());
    engine.answers(new Result.Settled(HOLD, true, false, ending, 2, 0, null, null, null));
    SettleReply reply = settle(request(503));
    assertThat(reply.getStatus()).isEqualTo(502);
    assertThat(Replies.headers(reply)).containsExactly(entry("x-exchequer-receipt", REQUEST), entry("content-type", "application/json"));
  }

  @Test
  void anErrorWithoutAHopNamesItsReceiptOnly() {
    engine.running = admitted(Disclose.BALANCE);
    Ending ending = Ending.of(503, "accounting_restarted", "no", new Ending.Retry.Unsaid());
    engine.answers(new Result.Settled(HOLD, true, false, ending, 0, 0, null, null, null));
    assertThat(Replies.headers(settle(request(503)))).containsExactly(entry("x-exchequer-receipt", REQUEST), entry("content-type", "application/json"));
  }

  @ParameterizedTest
  @CsvSource({"NONE, , , ", "CHARGE, 0.000001230 USD, , ", "BALANCE, 0.000001230 USD, default/prepaid, -0.500000000 USD"})
  void aSuccessCarriesWhatTheProjectDiscloses(Disclose disclose, @Nullable String charge, @Nullable String balance, @Nullable String after) {
    engine.running = admitted(disclose);
    engine.answers(new Result.Settled(HOLD, true, false, null, 1, 1230, "USD", BALANCE, -500_000_000L));
    SettleReply reply = settle(request(200));
    assertThat(reply.getNext()).isFalse();
    assertThat(reply.getStatus()).isZero();
    assertThat(reply.getBody().isEmpty()).isTrue();
    Map<String, String> headers = Replies.headers(reply);
    assertThat(headers)
        .containsEntry("x-exchequer-receipt", REQUEST)
        .containsEntry("x-exchequer-hop", "1/2 official")
        .containsEntry("x-exchequer-model", "gpt-5")
        .doesNotContainKeys("content-type", "x-should-retry", "retry-after");
    assertThat(headers.get("x-exchequer-charge")).isEqualTo(charge);
    assertThat(headers.get("x-exchequer-balance")).isEqualTo(balance);
    assertThat(headers.get("x-exchequer-balance-after")).isEqualTo(after);
  }

  /** An attempt that failed can be charged (chargeOn: UpstreamBilled): whoever reads the answer reads what all of it cost. */
  @Test
  void anErrorAndAFallbackSayWhatAllAttemptsCost() {
    engine.running = admitted(Disclose.CHARGE);
    Ending ending = Ending.of(500, "provider_error", "it failed", new Ending.Retry.Unsaid());
    List<Receipt.Total> before = List.of(new Receipt.Total("CREDIT", 5), new Receipt.Total("USD", 2));
    engine.answers(new Result.Settled(HOLD, true, false, ending, 2, 7, "USD", BALANCE, 5L, before));
    assertThat(Replies.headers(settle(request(500)))).containsEntry("x-exchequer-charge", "0.000000005 CREDIT, 0.000000009 USD").doesNotContainKey("x-exchequer-balance-after");
    engine.running = admitted(Disclose.CHARGE);
    engine.answers(new Result.Settled(HOLD, true, false, null, 2, 0, null, null, null, before.subList(0, 1)));
    Replies free = new Replies();
    service.settle(request(200).build(), free);
    assertThat(Replies.headers(free.only())).containsEntry("x-exchequer-charge", "0.000000005 CREDIT");
  }

  @Test
  void aHopThatNobodyPaysHasNoMoney() {
    engine.running = admitted(Disclose.BALANCE);
    engine.answers(new Result.Settled(HOLD, true, false, null, 1, 0, null, null, null));
    assertThat(Replies.headers(settle(request(200))).keySet()).noneMatch(name -> name.contains("charge") || name.contains("balance"));
  }

  @Test
  void aSuccessAfterARestartDisclosesNothing() {
    engine.answers(new Result.Settled(HOLD, true, false, null, 1, 1230, "USD", BALANCE, 5L));
    SettleReply reply = settle(request(200));
    assertThat(reply.getStatus()).isZero();
    assertThat(Replies.headers(reply)).containsExactly(entry("x-exchequer-receipt", REQUEST));
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 204, 299})
  void anUnknownHoldLeavesASuccessAsItIs(int status) {
    engine.answers(unknown());
    assertThat(settle(request(status))).isEqualTo(SettleReply.newBuilder().setHold(bytes(HOLD.toString())).build());
    assertThat(seen.unknown).isEqualTo(1);
    assertThat(seen.settled).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 100, 199, 300, 400, 401, 429, 500, 503, -1})
  void anUnknownHoldTellsNothingOfAnythingElse(int status) {
    engine.answers(unknown());
    SettleReply reply = settle(request(status).setErrorBody(bytes("{\"error\":{\"message\":\"provider's own\"}}")));
    unavailable(reply);
    assertThat(reply.getBody().toStringUtf8()).doesNotContain("provider's own");
    assertThat(seen.unknown).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "/1", "request/", "request/0", "request/-1", "request/x", "request/1/", "request/123456", "request/1.5", "\u0000\uffff"})
  void garbageForAHoldIsAnUnknownHold(String hold) {
    SettleReply reply = settle(request(500).setHold(bytes(hold)));
    unavailable(reply);
    assertThat(reply.getHold()).isEqualTo(bytes(hold));
    assertThat(engine.settled).isEmpty();
    assertThat(seen.unknown).isEqualTo(1);

    Replies success = new Replies();
    service.settle(request(200).setHold(bytes(hold)).build(), success);
    assertThat(success.only()).isEqualTo(SettleReply.newBuilder().setHold(bytes(hold)).build());
  }

  @Test
  void bytesThatAreNoTextAreAnUnknownHold() {
    ByteString hold = ByteString.copyFrom(new byte[] {(byte) 0xff, (byte) 0xc3, '/', 'x'});
    SettleReply reply = settle(request(500).setHold(hold));
    assertThat(reply.getHold()).isEqualTo(hold);
    unavailable(reply);
  }

  @Test
  void aLedgerThatCannotAnswerFailsTheCall() {
    engine.result = CompletableFuture.failedFuture(new LedgerLane.LedgerUnavailable("disk full"));
    service.settle(request(200).build(), replies);
    assertThat(replies.failed).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(replies.replies).isEmpty();
    assertThat(replies.ends).isEqualTo(1);
    assertThat(seen.settled).isEmpty();
    assertThat(seen.unknown).isZero();
  }

  @Test
  void anAnswerOfAnotherKindFailsTheCall() {
    engine.answers(new Result.Done());
    service.settle(request(200).build(), replies);
    assertThat(replies.failed).isEqualTo(Status.Code.UNAVAILABLE);
  }

  @Test
  void answersOnlyWhenItIsDurable() {
    service.settle(request(200).build(), replies);
    assertThat(replies.untouched()).isTrue();
    engine.result.complete(unknown());
    assertThat(replies.only().getStatus()).isZero();
  }

  @Test
  void aCallThatIsCancelledIsSettledAndNotTouched() {
    replies.cancelled = true;
    engine.answers(new Result.Settled(HOLD, true, false, null, 1, 1, "USD", BALANCE, 5L));
    service.settle(request(200).build(), replies);
    assertThat(engine.settled).hasSize(1);
    assertThat(seen.settled).hasSize(1);
    assertThat(replies.untouched()).isTrue();
  }

  @Test
  void aCallThatIsCancelledMeanwhileIsNotTouchedWhateverTheAnswer() {
    for (Result answer : List.of(new Result.Settled(HOLD, true, true, null, 1, 0, null, null, null), unknown(), new Result.Done())) {
      Replies leaving = new Replies();
      engine.result = new CompletableFuture<>();
      service.settle(request(500).build(), leaving);
      leaving.cancelled = true;
      engine.result.complete(answer);
      assertThat(leaving.untouched()).isTrue();
    }
    Replies leaving = new Replies();
    engine.result = new CompletableFuture<>();
    service.settle(request(500).build(), leaving);
    leaving.cancelled = true;
    engine.result.completeExceptionally(new LedgerLane.LedgerUnavailable("closed"));
    assertThat(leaving.untouched()).isTrue();

    Replies gone = new Replies();
    gone.cancelled = true;
    service.settle(request(500).setHold(bytes("garbage")).build(), gone);
    assertThat(gone.untouched()).isTrue();
    assertThat(engine.settled).hasSize(4);
  }

  private SettleReply settle(SettleRequest.Builder request) {
    service.settle(request.build(), replies);
    return replies.only();
  }

  private static void unavailable(SettleReply reply) {
    assertThat(reply.getNext()).isFalse();
    assertThat(reply.getStatus()).isEqualTo(503);
    assertThat(reply.getBody().toStringUtf8())
        .startsWith("{\"error\":{\"message\":\"")
        .endsWith("\",\"type\":\"api_error\",\"code\":\"accounting_unavailable\",\"param\":null,\"receipt\":null}}");
    assertThat(Replies.headers(reply)).containsExactly(entry("content-type", "application/json"));
  }

  private static Result.Settled unknown() {
    return new Result.Settled(HOLD, false, false, null, 0, 0, null, null, null);
  }

  private static SettleRequest.Builder request(int status) {
    return SettleRequest.newBuilder().setRequest(bytes(REQUEST)).setAttempt(2).setHold(bytes(HOLD.toString())).setStatus(status);
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static ObjectName name(String name) {
    return new ObjectName("default", name);
  }

  private static Admitted admitted(Disclose disclose) {
    Set<RouteClass> classes = Set.of(RouteClass.DIRECT, RouteClass.POOL);
    List<ModelPattern> any = List.of(new ModelPattern("*"));
    Project project = new Project(name("acme"), "owner", "", classes, any, Set.of(), List.of(), disclose, false);
    ApiKey key = new ApiKey(name("key"), name("acme"), "label", List.of(), classes, any, false, "", 10, 0, false);
    Route.Fallback fallback = new Route.Fallback(null, "fb", Set.of(429), Set.of(), 4, 60_000, 5, 30_000, true);
    List<Route.Hop> hops =
        List.of(
            new Route.Hop("official", name("official"), null, RouteClass.DIRECT, 0, "c1", 30_000, 300_000, 60_000, null),
            new Route.Hop("pool", name("cheap"), "m/gpt", RouteClass.POOL, 0, "c2", 30_000, 300_000, 60_000, null));
    Route route = new Route(name("gpt"), 7, any, Set.of(Endpoint.CHAT_COMPLETIONS), hops, fallback, List.of(), 4096, 32768, false, Route.Audience.OWN);
    RequestFacts facts =
        new RequestFacts(
            REQUEST, 1, name("key"), "label", name("acme"), "owner", "", "", null, null, Endpoint.CHAT_COMPLETIONS, "gpt-5", name("gpt"), 7, "fb", "digest", false, Set.of(),
            Demand.NONE);
    Policy policy = Policy.of("digest", List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), GatewayRules.NONE);
    return new Admitted(facts, policy, key, project, route, (provider, model, cap) -> "");
  }
}
