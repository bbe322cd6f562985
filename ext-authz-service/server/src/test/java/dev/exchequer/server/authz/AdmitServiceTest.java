package dev.exchequer.server.authz;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.exchequer.fallback.Ending;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Result;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.RouteClass;
import dev.exchequer.selection.RequestFacts;
import dev.exchequer.server.store.LedgerLane.LedgerUnavailable;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.Context;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class AdmitServiceTest {
  private static final String BODY = "{\"model\":\"gpt-5\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

  private final FakeEngine engine = new FakeEngine(World.policy());
  private final Deque<Runnable> big = new ArrayDeque<>();
  private boolean full;
  private final AdmitService service =
      new AdmitService(
          engine,
          new SelfService(new FakeReads(), budget -> java.util.List.of(), Runnable::run, json -> json, java.time.Clock.systemUTC()),
          new AdmitService.Doors(() -> Instant.ofEpochMilli(World.NOW), () -> 1000, () -> "0198-id", work -> {
            if (full) {
              throw new RejectedExecutionException();
            }
            big.add(work);
          }));

  @Test
  void admitsWithEveryAttemptHeader() {
    Check.Answer answer = Check.chat("all", BODY, "x-request-id", "mine", "user-agent", "curl", "cookie", "a=b", "x-exq-cluster", "forged", "x-exq-other", "1").by(service);
    assertThat(answer.ok()).isTrue();
    assertThat(answer.headers())
        .containsEntry("x-exq-cluster", "cluster-official")
        .containsEntry("x-exq-hold", "0198-id/1")
        .containsEntry("x-exq-path", "/v1/chat/completions")
        .containsEntry("x-exq-timeout", "0")
        .containsEntry("x-exq-total", "300000")
        .containsEntry("x-exq-idle", "0")
        .containsEntry("x-exq-mode", "json,strip,1")
        .containsEntry("x-exq-edits", "1:0::" + hex("\"max_completion_tokens\":4096,"))
        .containsEntry("x-exq-route", "default/gpt")
        .containsEntry("x-exq-request", "0198-id")
        .containsEntry(
            "x-exq-answer",
            hex(
                "x-exchequer-receipt: 0198-id\nx-exchequer-route: default/gpt\nx-exchequer-hop: 1/2 official\n"
                    + "x-exchequer-route-class: Direct\nx-exchequer-model: gpt-5\n"))
        .hasSize(11);
    assertThat(answer.removed()).containsExactlyInAnyOrder("authorization", "x-request-id", "cookie", "x-exq-other");
    assertThat(engine.deadline).isEqualTo(1000 + 1_500_000_000L);
  }

  @ParameterizedTest(name = "a body of {0} bytes: {1}")
  @CsvSource({"1048576, 400", "1048577, 413"})
  void theGatewayMayTakeShorterBodiesThanEnvoy(int bytes, int status) {
    CompletableFuture<CheckResponse> pending = Check.chat("all", "x".repeat(bytes)).start(service);
    big.forEach(Runnable::run);
    Check.Answer answer = new Check.Answer(pending.join());
    assertThat(answer.status()).isEqualTo(status);
    assertThat(big).as("refused before it is read").hasSize(status == 413 ? 0 : 1);
    assertThat(engine.admitted).isEmpty();
    if (status == 413) {
      assertThat(answer.json().at("/error/code").asText()).isEqualTo("request_too_large");
      assertThat(answer.json().at("/error/message").asText()).isEqualTo("The request's body is larger than this gateway takes: 1048577 bytes, at most 1048576.");
      assertThat(engine.denied).as("as where Envoy refuses it: no receipt").isEmpty();
    }
  }

  @Test
  void streamsHaveTheirOwnTimeouts() {
    Check.Answer answer = Check.chat("all", BODY.replace("]}", "],\"stream\":true,\"n\":2,\"max_completion_tokens\":4096}")).by(service);
    assertThat(answer.headers())
        .containsEntry("x-exq-timeout", "30000")
        .containsEntry("x-exq-total", "0")
        .containsEntry("x-exq-idle", "60000")
        .containsEntry("x-exq-mode", "stream,strip,2")
        .containsEntry("x-exq-edits", "1:0::" + hex("\"stream_options\":{\"include_usage\":true},"));
  }

  @Test
  void tellsTheEngineWhoAsksForWhat() {
    Check.chat(
            "all", BODY.replace("]}", "],\"user\":\"from-body\"}"), "x-exchequer-task", "t:1", "x-exchequer-route-classes", "Direct, Pool", "idempotency-key", "i 1", "x-request-id", "r")
        .by(service);
    RequestFacts facts = engine.admitted.getFirst().facts();
    assertThat(facts.apiKey()).isEqualTo(World.name("all"));
    assertThat(facts.keyLabel()).isEqualTo("label all");
    assertThat(facts.project()).isEqualTo(World.name("acme"));
    assertThat(facts.owner()).isEqualTo("owner-of-acme");
    assertThat(facts.task()).isEqualTo("t:1");
    assertThat(facts.endUser()).isEqualTo("from-body");
    assertThat(facts.clientRequestId()).isEqualTo("r");
    assertThat(facts.idempotencyKey()).isEqualTo("i 1");
    assertThat(facts.endpoint()).isEqualTo(Endpoint.CHAT_COMPLETIONS);
    assertThat(facts.requestedModel()).isEqualTo("gpt-5");
    assertThat(facts.route()).isEqualTo(World.name("gpt"));
    assertThat(facts.routeGeneration()).isEqualTo(7);
    assertThat(facts.fallbackDigest()).isEqualTo("fb");
    assertThat(facts.planDigest()).isEqualTo("d1g3st");
    assertThat(facts.narrowedTo()).containsExactlyInAnyOrder(RouteClass.DIRECT, RouteClass.POOL);
    assertThat(facts.timeMs()).isEqualTo(World.NOW);
    assertThat(facts.id()).isEqualTo("0198-id");
  }

  @Test
  void aKeysOwnNamespaceComesFirst() {
    Check.chat("guest", BODY).by(service);
    Check.chat("guest", BODY.replace("gpt-5", "shared")).by(service);
    assertThat(engine.admitted)
        .extracting(admitted -> admitted.facts().route())
        .containsExactly(new ObjectName("team", "gpt"), new ObjectName("gateway", "shared"));
  }

  @Test
  void aKeysOwnTaskAndTheHeadersEndUserWin() {
    Check.chat("tasked", BODY.replace("]}", "],\"user\":\"b\"}"), "x-exchequer-task", "mine", "x-exchequer-end-user", "h", "x-request-id", "x".repeat(129)).by(service);
    assertThat(engine.admitted.getFirst().facts().task()).isEqualTo("own-task");
    assertThat(engine.admitted.getFirst().facts().endUser()).isEqualTo("h");
    assertThat(engine.admitted.getFirst().facts().clientRequestId()).isNull();
  }

  @ParameterizedTest(name = "{2} {3}: {0} with {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      nullValues = "-",
      value = {
        "sk-nobody       | {\"model\":\"gpt-5\",\"messages\":[]} | 401 | invalid_api_key       | -        | -",
        "sk-expired      | {                                     | 401 | invalid_api_key       | -        | -",
        "sk-suspended    | {                                     | 403 | key_suspended         | -        | 0198-id",
        "sk-frozen       | {                                     | 403 | project_suspended     | -        | 0198-id",
        "sk-all          | {                                     | 400 | invalid_request_error | -        | 0198-id",
        "sk-all          | {\"model\":7}                         | 400 | invalid_request_error | model    | 0198-id",
        "sk-all          | {\"model\":\"no\",\"messages\":[]}    | 404 | model_not_found       | model    | 0198-id",
        "sk-all          | {\"model\":\"embed\",\"messages\":[]} | 404 | model_not_found       | model    | 0198-id",
        "sk-all          | {\"model\":\"shared\",\"messages\":[]} | 404 | model_not_found      | model    | 0198-id", // the gateway's, for another namespace
        "sk-stranger     | {\"model\":\"gpt-5\",\"messages\":[]} | 404 | model_not_found       | model    | 0198-id",
      })
  void refusals(String key, String body, int status, String code, @Nullable String param, @Nullable String receipt) {
    Check.Answer answer = Check.of("POST", "/v1/chat/completions", body, "authorization", "Bearer " + key, "content-type", "application/json").by(service);
    refused(answer, status, code, param, receipt);
    assertThat(engine.admitted).isEmpty();
    assertThat(engine.denied).hasSize(receipt == null ? 0 : 1);
  }

  private static void refused(Check.Answer answer, int status, String code, @Nullable String param, @Nullable String receipt) {
    assertThat(answer.ok()).isFalse();
    assertThat(answer.response().getStatus().getCode()).isNotZero();
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.error("code")).isEqualTo(code);
    assertThat(answer.error("param")).isEqualTo(param);
    assertThat(answer.error("receipt")).isEqualTo(receipt);
    assertThat(answer.error("message")).isNotEmpty();
    assertThat(answer.error("type")).isEqualTo(status >= 500 ? "api_error" : "invalid_request_error");
    assertThat(answer.headers().get("x-exchequer-receipt")).isEqualTo(receipt);
    assertThat(answer.headers().get("content-type")).isEqualTo("application/json");
    assertThat(answer.headers().get("x-should-retry")).isEqualTo(status >= 500 ? null : "false");
    assertThat(answer.headers()).doesNotContainKey("retry-after");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Bearer", "Bearer ", "Basic c2s=", "sk-all", "Bearer sk-all,Bearer sk-all", "Bearer  sk-all x"})
  void notAKey(String authorization) {
    refused(Check.of("POST", "/v1/chat/completions", BODY, "authorization", authorization, "content-type", "application/json").by(service), 401, "invalid_api_key", null, null);
  }

  @Test
  void theSchemesCaseDoesNotMatterAndRotationHasTwoKeys() {
    assertThat(Check.of("POST", "/v1/chat/completions", BODY, "authorization", "bearer sk-rotated", "content-type", "application/json; charset=utf-8").by(service).ok()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/v1/chat/completions", "POST,/v1/files", "POST,/v1/chat/completions/", "DELETE,/v1/models", "POST,/v1/responses", "GET,/", "PUT,/v1/embeddings", "POST,/v1/models",
    "GET,/v1/exchequer", "GET,/v1/exchequer/receipts/", "GET,/v1/exchequer/receipts/a/b", "GET,/v1/exchequer/receipts//explanation", "POST,/V1/chat/completions"
  })
  void otherPathsAndMethods(String method, String path) {
    refused(Check.of(method, path, "").by(service), 404, "endpoint_not_supported", null, null);
    refused(Check.of(method, path, "", "authorization", "Bearer sk-all").by(service), 404, "endpoint_not_supported", null, null);
  }

  @ParameterizedTest
  @CsvSource({
    "content-type,text/plain", "content-type,''", "content-type,application/jsonp", "content-type,'application/json,application/json'", "content-encoding,gzip"
  })
  void mediaTypes(String header, String value) {
    refused(Check.chat("all", BODY, header, value).by(service), 415, "unsupported_media_type", header, "0198-id");
    assertThat(engine.denied.getFirst().requestedModel()).isNull();
    assertThat(engine.denied.getFirst().endpoint()).isEqualTo(Endpoint.CHAT_COMPLETIONS);
  }

  @Test
  void identityIsNoEncoding() {
    assertThat(Check.chat("all", BODY, "content-encoding", "identity").by(service).ok()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "x-exchequer-task,white space", "x-exchequer-task,''", "x-exchequer-task,caf\u00e9", "x-exchequer-route-classes,Golden", "x-exchequer-route-classes,''",
    "x-exchequer-route-classes,'Direct,'", "idempotency-key,''"
  })
  void headerValues(String header, String value) {
    refused(Check.chat("all", BODY, header, value).by(service), 400, "invalid_request_error", header, "0198-id");
  }

  @Test
  void longHeaderValues() {
    refused(Check.chat("all", BODY, "x-exchequer-task", "x".repeat(129)).by(service), 400, "invalid_request_error", "x-exchequer-task", "0198-id");
    refused(Check.chat("all", BODY, "x-exchequer-end-user", "x".repeat(257)).by(service), 400, "invalid_request_error", "x-exchequer-end-user", "0198-id");
    refused(Check.chat("all", BODY, "idempotency-key", "x".repeat(256)).by(service), 400, "invalid_request_error", "idempotency-key", "0198-id");
    assertThat(Check.chat("all", BODY, "idempotency-key", "x".repeat(255), "x-exchequer-task", "x".repeat(128), "x-exchequer-end-user", "x".repeat(256)).by(service).ok()).isTrue();
  }

  @Test
  void theMessageOfAnUnknownModelHelps() {
    Check.Answer answer = Check.chat("all", BODY.replace("gpt-5", "gtp")).by(service);
    assertThat(answer.error("message")).contains("`gtp`").contains("GET /v1/models");
    assertThat(engine.denied.getFirst().requestedModel()).isEqualTo("gtp");
  }

  @Test
  void theEnginesRefusalIsPassedOn() {
    engine.refusal = new Result.Refused(Ending.of(429, "concurrency_limited", "too \"many\"", new Ending.Retry.After(1)), "0198-id");
    Check.Answer answer = Check.chat("all", BODY).by(service);
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.error("type")).isEqualTo("rate_limit_error");
    assertThat(answer.error("message")).isEqualTo("too \"many\"");
    assertThat(answer.headers()).containsEntry("retry-after", "1").doesNotContainKey("x-should-retry").containsEntry("x-exchequer-receipt", "0198-id");
    engine.refusal = new Result.Refused(Ending.of(409, "idempotency_conflict", "used", new Ending.Retry.No()), "the-first");
    assertThat(Check.chat("all", BODY).by(service).error("receipt")).isEqualTo("the-first");
    engine.refusal = new Result.Refused(Ending.of(402, "balance_insufficient", "short", new Ending.Retry.No()), "0198-id");
    assertThat(Check.chat("all", BODY).by(service).error("type")).isEqualTo("billing_error");
  }

  @Test
  void whateverIsWrongWithAccountingIs503() {
    engine.broken = new LedgerUnavailable("down");
    refused(Check.chat("all", BODY).by(service), 503, "accounting_unavailable", null, null);
    refused(Check.chat("all", "{").by(service), 503, "accounting_unavailable", null, null);
    engine.broken = new IllegalStateException("a bug");
    refused(Check.chat("all", BODY).by(service), 503, "accounting_unavailable", null, null);
    engine.broken = null;
    engine.refusal = new Result.Done();
    refused(Check.chat("all", BODY).by(service), 503, "accounting_unavailable", null, null);
    engine.refusal = null;
    engine.admitting = false;
    refused(Check.chat("all", BODY).by(service), 503, "accounting_unavailable", null, null);
    refused(Check.chat("nobody", BODY).by(service), 401, "invalid_api_key", null, null);
    engine.policy = null;
    refused(Check.chat("nobody", BODY).by(service), 503, "accounting_unavailable", null, null);
    refused(Check.of("GET", "/", "").by(service), 404, "endpoint_not_supported", null, null);
  }

  @Test
  void bigBodiesAreReadElsewhere() {
    String body = BODY.replace("hi", "x".repeat(AdmitService.INLINE_BYTES));
    CompletableFuture<CheckResponse> answer = Check.chat("all", body).start(service);
    assertThat(answer).isNotDone();
    big.remove().run();
    assertThat(new Check.Answer(answer.join()).ok()).isTrue();
    assertThat(engine.admitted.getFirst().facts().demand().textBound()).isEqualTo(5 + 4 + 16 + AdmitService.INLINE_BYTES);
    full = true;
    refused(Check.chat("all", body).by(service), 503, "accounting_unavailable", null, null);
  }

  @Test
  void aBodyInPiecesIsReadAsOne() {
    ByteString pieces = ByteString.copyFromUtf8(BODY.replace("hi", "x".repeat(1000)));
    pieces = pieces.substring(0, 500).concat(pieces.substring(500));
    CheckRequest.Builder request = Check.chat("all", "").request().toBuilder();
    request.getAttributesBuilder().getRequestBuilder().getHttpBuilder().setRawBody(pieces);
    assertThat(new Check(request.build()).by(service).ok()).isTrue();
    refused(Check.chat("all", "").by(service), 400, "invalid_request_error", null, "0198-id");
  }

  @Test
  void theAnswerWaitsForTheLedgerAndKnowsWhoLeft() {
    CompletableFuture<Result> pending = new CompletableFuture<>();
    engine.pending = pending;
    Context.CancellableContext call = Context.ROOT.withCancellation();
    Context before = call.attach();
    CompletableFuture<CheckResponse> answer = Check.chat("all", BODY).start(service);
    call.detach(before);
    assertThat(answer).isNotDone();
    assertThat(engine.cancelled).isNotNull();
    assertThat(engine.cancelled.getAsBoolean()).isFalse();
    call.cancel(null);
    assertThat(engine.cancelled.getAsBoolean()).isTrue();
    pending.cancel(false);
    assertThat(new Check.Answer(answer.join()).status()).isEqualTo(503);
  }

  @Test
  void otherEndpoints() {
    engine.outputCap = 0;
    Check.Answer embeddings = Check.post("/v1/embeddings?x=1", "all", "{\"model\":\"embed\",\"input\":\"hi\"}").by(service);
    assertThat(embeddings.headers()).containsEntry("x-exq-path", "/v1/embeddings").containsEntry("x-exq-edits", "");
    engine.outputCap = 5;
    Check.Answer completions = Check.post("/v1/completions", "all", "{\"model\":\"gpt-5\",\"prompt\":[\"a\",\"b\"],\"max_tokens\":5}").by(service);
    assertThat(completions.headers()).containsEntry("x-exq-path", "/v1/completions").containsEntry("x-exq-edits", "").containsEntry("x-exq-mode", "json,strip,2");
  }

  @Test
  void laterAttempts() {
    Check.chat("all", BODY).by(service);
    HoldService holds = new HoldService(engine, () -> 5);
    Check.Answer second = Check.of("POST", "/v1/chat/completions", "", "x-exq-request", "0198-id", "x-envoy-attempt-count", "2", "x-exq-cluster", "old", "accept", "*/*").by(holds);
    assertThat(second.ok()).isTrue();
    assertThat(second.headers())
        .containsEntry("x-exq-cluster", "cluster-cheap")
        .containsEntry("x-exq-hold", "0198-id/2")
        .containsEntry("x-exq-path", "/api/openai/v1/chat/completions")
        .containsEntry("x-exq-edits", "1:0::" + hex("\"max_tokens\":4096,") + ",9:7:" + hex("\"gpt-5\"") + ":" + hex("\"m/gpt\""))
        .hasSize(9);
    assertThat(new String(HexFormat.of().parseHex(second.headers().getOrDefault("x-exq-answer", "")), StandardCharsets.UTF_8)).contains("x-exchequer-hop: 2/2 cheap\n");
    assertThat(second.removed()).isEmpty();
    assertThat(engine.deadline).isEqualTo(5 + 1_500_000_000L);
  }

  @ParameterizedTest
  @CsvSource({"other,2,accounting_restarted,other", "'',2,accounting_unavailable,", "0198-id,1,accounting_unavailable,", "0198-id,'',accounting_unavailable,", "0198-id,x,accounting_unavailable,"})
  void laterAttemptsThatAreNotKnown(String request, String attempt, String code, @Nullable String receipt) {
    Check.chat("all", BODY).by(service);
    refused(Check.of("POST", "/", "", "x-exq-request", request, "x-envoy-attempt-count", attempt).by(new HoldService(engine, () -> 5)), 503, code, null, receipt);
    assertThat(engine.asked).isEmpty();
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
  }
}
