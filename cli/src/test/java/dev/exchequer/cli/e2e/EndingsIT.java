package dev.exchequer.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every way a request can end, as the official client sees it and as the receipt tells it. */
class EndingsIT {
  private static final String ALL = "exq-test-all-0123456789abcdef0123456789abcdef";
  private static final String BODY = "{\"model\":\"ok\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

  @RegisterExtension static final Stack STACK = Stack.of("main");

  @ParameterizedTest(name = "{1} for model {0} with key {2}")
  @CsvSource(
      nullValues = "-",
      value = {
        // model,                status, key,       code,                    receipt,   x-should-retry
        "ok,                     401,    wrong,     invalid_api_key,         -,         false",
        "ok,                     401,    expired,   invalid_api_key,         -,         false",
        "ok,                     403,    suspended, key_suspended,           Denied,    false",
        "ok,                     403,    frozen,    project_suspended,       Denied,    false",
        "nothing-of-the-kind,    404,    all,       model_not_found,         Denied,    false",
        "ok,                     403,    pool,      route_forbidden,         Denied,    false",
        "ok,                     402,    broke,     balance_insufficient,    Denied,    false",
        "pooled,                 402,    broke,     balance_suspended,       Denied,    false",
        "capped,                 429,    all,       budget_exceeded,         Denied,    false",
        "priceless,              402,    all,       price_missing,           Denied,    false",
        "asleep,                 503,    all,       provider_unavailable,    Denied,    false",
        "closed,                 503,    all,       provider_unavailable,    Denied,    false",
        "tasked,                 400,    all,       task_required,           Denied,    false",
        "status-401,             502,    all,       provider_config,         Failed,    false",
        "status-403,             502,    all,       provider_config,         Failed,    false",
        "status-404,             502,    all,       provider_config,         Failed,    false",
        "status-400,             400,    all,       provider_rejected,       Failed,    false",
        "status-422,             422,    all,       provider_rejected,       Failed,    false",
        "status-409,             409,    all,       provider_rejected,       Failed,    -",
        "status-429,             429,    all,       provider_rate_limited,   Failed,    -",
        "status-500,             500,    all,       provider_error,          Failed,    -",
        "status-503,             503,    all,       provider_error,          Failed,    -",
        "unreachable,            502,    all,       provider_unreachable,    Failed,    -",
        "hang,                   504,    all,       provider_timeout,        Failed,    -",
        "hang-after-headers,     504,    all,       provider_timeout,        Failed,    -",
        "gzip,                   502,    all,       provider_unreadable,     Failed,    -",
        "error-in-200,           502,    all,       provider_unreadable,     Failed,    -",
        "empty-error,            502,    all,       provider_unreadable,     Failed,    -",
      })
  void theTable(String model, int status, String key, String code, @Nullable String receiptStatus, @Nullable String shouldRetry) {
    String secret = key.equals("wrong") ? "exq-test-wrong-000000000000000000000000000000" : secret(key);
    Chat chat = receiptStatus == null ? Chat.call(STACK.openai(secret), model) : withReceipt(secret, model);
    assertThat(chat.status()).as(chat.toString()).isEqualTo(status);
    // a rejection is told with the provider's own code; the receipt keeps ours
    assertThat(chat.code()).as(chat.toString()).isEqualTo(code.equals("provider_rejected") ? "mock_" + status : code);
    if (shouldRetry != null) {
      assertThat(chat.shouldRetry()).isEqualTo(shouldRetry);
      assertThat(chat.retryAfter()).isNull();
    }
    if (receiptStatus == null) {
      assertThat(chat.receipt()).isNull();
      return;
    }
    JsonNode receipt = STACK.receipt(chat.receiptId());
    assertThat(receipt.get("status").asText()).isEqualTo(receiptStatus);
    assertThat(receipt.at("/error/code").asText()).isEqualTo(code);
    assertThat(receipt.at("/error/httpStatus").asInt()).isEqualTo(status);
    assertThat(receipt.get("totals")).allSatisfy(total -> assertThat(total.get("charge").asText()).isEqualTo("0.000000000"));
  }

  /** A key gets ten receipts of refusals a second, and this table asks faster. */
  private static Chat withReceipt(String secret, String model) {
    AtomicReference<Chat> last = new AtomicReference<>(Chat.call(STACK.openai(secret), model));
    Await.until("a receipt", () -> told(last.get()) || told(last.updateAndGet(before -> Chat.call(STACK.openai(secret), model))));
    return Objects.requireNonNull(last.get());
  }

  private static boolean told(@Nullable Chat chat) {
    return chat != null && chat.receipt() != null;
  }

  private static String secret(String key) {
    String start = "exq-test-" + key + "-";
    return start + switch (key) {
      case "suspended" -> "0123456789abcdef0123456789ab";
      case "expired" -> "0123456789abcdef0123456789abcd";
      default -> "0123456789abcdef0123456789abcdef";
    };
  }

  @ParameterizedTest(name = "400 {1}: {0}")
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "{                                                                          | -",
        "[]                                                                         | -",
        "{\"model\":\"ok\",\"messages\":[]} x                                       | -",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}                     | model",
        "{\"model\":7,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}         | model",
        "{\"model\":\"ok\",\"messages\":\"hi\"}                                      | messages",
        "{\"model\":\"ok\",\"messages\":[],\"stream\":\"yes\"}                       | stream",
        "{\"model\":\"ok\",\"messages\":[],\"max_tokens\":-1}                        | max_tokens",
        "{\"model\":\"ok\",\"messages\":[],\"n\":0}                                  | n",
        "{\"model\":\"ok\",\"mod\\u0065l\":\"other\",\"messages\":[]}                | model",
      })
  void badBodies(String body, @Nullable String param) {
    AtomicReference<HttpResponse<String>> last = new AtomicReference<>(chat(body));
    Await.until("a receipt", () -> hasReceipt(last.get()) || hasReceipt(last.updateAndGet(before -> chat(body))));
    HttpResponse<String> answer = Objects.requireNonNull(last.get());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    JsonNode error = Json.read(answer.body()).get("error");
    assertThat(error.get("code").asText()).isEqualTo("invalid_request_error");
    assertThat(error.get("param").isNull() ? null : error.get("param").asText()).isEqualTo(param);
    assertThat(STACK.receipt(error.get("receipt").asText()).get("status").asText()).isEqualTo("Denied");
  }

  private static boolean hasReceipt(@Nullable HttpResponse<String> answer) {
    return answer != null && Json.read(answer.body()).at("/error/receipt").isTextual();
  }

  private static HttpResponse<String> chat(String body, String... headers) {
    String[] all = new String[headers.length + 4];
    System.arraycopy(new String[] {"authorization", "Bearer " + ALL, "content-type", "application/json"}, 0, all, 0, 4);
    System.arraycopy(headers, 0, all, 4, headers.length);
    return STACK.up().raw("POST", "/v1/chat/completions", body, all);
  }

  @Test
  void otherPathsAndMethods() {
    for (String[] call : List.of(
        new String[] {"GET", "/v1/chat/completions"}, new String[] {"POST", "/v1/files"}, new String[] {"POST", "/v1/chat/completions/"},
        new String[] {"DELETE", "/v1/models"}, new String[] {"POST", "/v1/responses"}, new String[] {"GET", "/"})) {
      HttpResponse<String> answer = STACK.up().raw(call[0], call[1], null, "authorization", "Bearer " + ALL);
      assertThat(answer.statusCode()).as(call[0] + " " + call[1]).isEqualTo(404);
      assertThat(Json.read(answer.body()).at("/error/code").asText()).isEqualTo("endpoint_not_supported");
    }
  }

  @Test
  void mediaTypesAndHeaders() {
    HttpResponse<String> text = STACK.up().raw("POST", "/v1/chat/completions", BODY, "authorization", "Bearer " + ALL, "content-type", "text/plain");
    assertThat(text.statusCode()).isEqualTo(415);
    assertThat(Json.read(text.body()).at("/error/code").asText()).isEqualTo("unsupported_media_type");
    assertThat(chat(BODY, "content-encoding", "gzip").statusCode()).isEqualTo(415);
    HttpResponse<String> task = chat(BODY, "x-exchequer-task", "white space");
    assertThat(task.statusCode()).isEqualTo(400);
    assertThat(Json.read(task.body()).at("/error/param").asText()).isEqualTo("x-exchequer-task");
    assertThat(chat(BODY, "x-exchequer-route-classes", "Golden").statusCode()).isEqualTo(400);
  }

  @Test
  void narrowedAway() {
    HttpResponse<String> answer = chat(BODY, "x-exchequer-route-classes", "Pool");
    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(Json.read(answer.body()).at("/error/code").asText()).isEqualTo("route_forbidden");
  }

  @Test
  void bodyOverTheLimit() {
    String big = "{\"model\":\"ok\",\"messages\":[{\"role\":\"user\",\"content\":\"" + "x".repeat(33 * 1024 * 1024) + "\"}]}";
    HttpResponse<String> answer = chat(big);
    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(Json.read(answer.body()).at("/error/code").asText()).isEqualTo("request_too_large");
  }

  @Test
  void unboundedInput() {
    HttpResponse<String> answer =
        chat("{\"model\":\"ok\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"http://example.test/x.png\"}}]}]}");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(Json.read(answer.body()).at("/error/code").asText()).isEqualTo("unbounded_input");
  }

  @Test
  void tooManyTaskLabels() {
    ChatCompletionCreateParams params = Chat.params("tasked").build();
    for (String task : List.of("one", "two", "one")) {
      Chat chat = Chat.call(STACK.openai(ALL), params.toBuilder().putAdditionalHeader("x-exchequer-task", task).build());
      assertThat(chat.status()).as(chat.message()).isEqualTo(200);
      assertThat(STACK.receipt(chat.receiptId()).get("task").asText()).isEqualTo(task);
    }
    Chat third = Chat.call(STACK.openai(ALL), params.toBuilder().putAdditionalHeader("x-exchequer-task", "three").build());
    assertThat(third.status()).isEqualTo(429);
    assertThat(third.code()).isEqualTo("task_limit");
  }

  @Test
  void limitsOfAKey() {
    CompletableFuture<Chat> running = CompletableFuture.supplyAsync(() -> Chat.call(STACK.openai(secret("one")), "slow-1500ms"));
    int before = STACK.mock().received().size();
    Await.until("the first request is at the provider", () -> STACK.mock().received().size() > before || running.isDone());
    Chat second = Chat.call(STACK.openai(secret("one")), "ok");
    assertThat(second.code()).isEqualTo("concurrency_limited");
    assertThat(second.retryAfter()).isEqualTo("1");
    assertThat(running.join().status()).isEqualTo(200);

    assertThat(Chat.call(STACK.openai(secret("slow")), "ok").status()).isEqualTo(200);
    assertThat(Chat.call(STACK.openai(secret("slow")), "ok").status()).isEqualTo(200);
    Chat third = Chat.call(STACK.openai(secret("slow")), "ok");
    assertThat(third.code()).isEqualTo("rate_limited");
    assertThat(third.retryAfter()).isNotNull();
  }

  @Test
  void idempotencyKeys() {
    ChatCompletionCreateParams params = Chat.params("usage-10-10").putAdditionalHeader("idempotency-key", "order-7").build();
    Chat first = Chat.call(STACK.openai(ALL), params);
    Chat again = Chat.call(STACK.openai(ALL), params);
    assertThat(first.status()).isEqualTo(200);
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.code()).isEqualTo("idempotency_conflict");
    assertThat(again.receipt()).isEqualTo(first.receipt());
    assertThat(again.shouldRetry()).isEqualTo("false");
    // Nothing was charged for a denied one: its key is free again.
    ChatCompletionCreateParams denied = Chat.params("priceless").putAdditionalHeader("idempotency-key", "order-8").build();
    assertThat(Chat.call(STACK.openai(ALL), denied).code()).isEqualTo("price_missing");
    assertThat(Chat.call(STACK.openai(ALL), denied).code()).isEqualTo("price_missing");
  }

  @Test
  void theProvidersTextStaysWhereItMayNotBeSeen() {
    Chat config = Chat.call(STACK.openai(ALL), "status-401");
    Chat rejected = Chat.call(STACK.openai(ALL), "status-400");
    String told = STACK.mock().errorMessage(401);
    assertThat(config.message()).doesNotContain(told);
    assertThat(rejected.message()).contains(STACK.mock().errorMessage(400));
    for (JsonNode receipt : STACK.receipts("limit=500")) {
      assertThat(receipt.toString()).doesNotContain(Stack.PROVIDER_SECRET).doesNotContain("exq-test-");
    }
  }
}
