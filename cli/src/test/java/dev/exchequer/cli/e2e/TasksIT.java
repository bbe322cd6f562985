package dev.exchequer.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Task labels that the API opens, and a window that rolls, through a real Envoy; the service is killed in between. A call costs 0.5. */
class TasksIT {
  private static final String WORKER = "exq-test-balance-0123456789abcdef0123456789abcdef";
  private static final String ROLLING = "exq-test-budgets-0123456789abcdef0123456789abcdef";

  @RegisterExtension
  static final Stack STACK =
      Stack.of("parallel")
          .with(
              "tasks.yaml",
              """
              apiVersion: exchequer.dev/v1alpha1
              kind: Budget
              metadata: {name: agents}
              spec:
                targetRef: {kind: Project, name: short}
                per: Task
                limits: [{unit: CNY, amount: "2"}]
                window: {type: Lifetime}
                task: {open: ByApi, maxOpen: 2, required: false}
              ---
              apiVersion: exchequer.dev/v1alpha1
              kind: Budget
              metadata: {name: rolls}
              spec:
                targetRef: {kind: ApiKey, name: budgets}
                limits: [{unit: CNY, amount: "1.2"}]
                window: {type: Rolling, period: Day}
              """);

  private static Chat call(OpenAIClient client, String task) {
    return Chat.call(client, Chat.params("flat").putAdditionalHeader("x-exchequer-task", task).build());
  }

  private static HttpResponse<String> order(String path, String body, String key) {
    return STACK.up().admin("POST", "/api/v1/budgets/default/agents/tasks" + path, body, "idempotency-key", key);
  }

  private static JsonNode own(String key, String budget) {
    JsonNode list = Json.read(STACK.up().raw("GET", "/v1/exchequer/budgets", null, "authorization", "Bearer " + key).body());
    return Json.items(list).stream().filter(item -> item.get("name").asText().equals("default/" + budget)).findFirst().orElseThrow();
  }

  @Test
  void aLabelTakesRequestsWhileItIsOpenAndNeverMoreThanItsCap() {
    OpenAIClient client = STACK.openai(WORKER);
    assertThat(call(client, "nightly")).satisfies(chat -> assertThat(List.of(chat.status(), String.valueOf(chat.code()))).isEqualTo(List.of(403, "task_not_open")));
    assertThat(order("", "{\"task\":\"nightly\",\"limits\":{\"CNY\":\"0.6\"},\"reason\":\"a job\"}", "open-1").statusCode()).isEqualTo(201);
    assertThat(call(client, "nightly").status()).isEqualTo(200);
    STACK.awaitNothingHeld();
    assertThat(call(client, "nightly")).as("0.5 of its own 0.6 are spent").satisfies(chat -> assertThat(List.of(chat.status(), String.valueOf(chat.code()))).isEqualTo(List.of(429, "budget_exceeded")));
    JsonNode own = own(WORKER, "agents");
    assertThat(own.get("limit").asText()).as("its own cap").isEqualTo("0.600000000");
    assertThat(own.get("remaining").asText()).isEqualTo("0.100000000");

    STACK.up().kill9("service");
    STACK.up().awaitReady();
    HttpResponse<String> again = order("", "{\"task\":\"nightly\",\"limits\":{\"CNY\":\"0.6\"},\"reason\":\"a job\"}", "open-1");
    assertThat(List.of(again.statusCode(), Json.read(again.body()).get("repeated").asBoolean())).as("the same order again").isEqualTo(List.of(200, true));
    assertThat(order("/nightly/extend", "{\"limits\":{\"CNY\":\"1.1\"},\"reason\":\"more\"}", "more-1").statusCode()).isEqualTo(201);
    assertThat(call(client, "nightly").status()).isEqualTo(200);
    STACK.awaitNothingHeld();
    assertThat(call(client, "nightly").code()).as("1 of 1.1, also after the kill").isEqualTo("budget_exceeded");

    assertThat(order("/nightly/close", "{\"reason\":\"done\"}", "close-1").statusCode()).isEqualTo(201);
    assertThat(call(client, "nightly").code()).isEqualTo("task_not_open");
    assertThat(order("", "{\"task\":\"nightly\",\"reason\":\"again\"}", "open-2").statusCode()).as("with the cap that it has").isEqualTo(201);
    assertThat(call(client, "nightly").code()).as("opening refills nothing").isEqualTo("budget_exceeded");
    assertThat(Chat.call(client, "flat").status()).as("no label, and none is required").isEqualTo(200);
  }

  @Test
  void aWindowThatRollsIsFullAlsoAfterAKill() {
    OpenAIClient client = STACK.openai(ROLLING);
    assertThat(Chat.call(client, "flat").status()).isEqualTo(200);
    assertThat(Chat.call(client, "flat").status()).isEqualTo(200);
    STACK.awaitNothingHeld();
    STACK.up().kill9("service");
    STACK.up().awaitReady();
    Chat third = Chat.call(client, "flat");
    assertThat(List.of(third.status(), String.valueOf(third.code()))).isEqualTo(List.of(429, "budget_exceeded"));
    assertThat(third.retryAfter()).as("what is in it leaves in a day").isNull();
    assertThat(third.message()).contains("default/rolls");
    JsonNode own = own(ROLLING, "rolls");
    assertThat(own.get("spent").asText()).isEqualTo("1.000000000");
    assertThat(own.get("remaining").asText()).isEqualTo("0.200000000");
  }
}
