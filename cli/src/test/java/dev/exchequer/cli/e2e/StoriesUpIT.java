package dev.exchequer.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.exchequer.cli.mock.MockProvider;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every story on one machine, by the command of examples/stories/README.md, and what that file says of it. */
final class StoriesUpIT {
  private static final String FIRST = "exq-demo-quickstart-key-not-a-secret-0001";
  private static final String SECOND = "exq-demo-quickstart-key-not-a-secret-0002";

  @TempDir Path home = Path.of("");
  private @Nullable UpProcess running;

  @AfterEach
  void stop() throws IOException, InterruptedException {
    if (running != null) {
      running.stop();
    }
  }

  private UpProcess up(String story) throws IOException {
    Path folder = Path.of(System.getProperty("exchequer.root"), "examples/stories", story);
    UpProcess up = UpProcess.start(folder, home.resolve("data"), "--namespace", "money", "--mock-port", Integer.toString(freeMockPort()));
    running = up;
    up.awaitReady();
    assertThat(up.printed()).as("no finding").doesNotContain("error ", "warning ");
    return up;
  }

  private static int freeMockPort() throws IOException {
    try (MockProvider probe = MockProvider.start(0)) {
      return probe.port();
    }
  }

  /** On a busy machine the first request of a new process may meet its deadline; it is refused then (503), and nothing is held or charged. */
  private static Chat ask(UpProcess up, String key) {
    OpenAIClient client = client(up, key);
    return Await.value("an answer that is a story's", () -> {
      Chat chat = Chat.call(client, "gpt-5.1");
      return chat.status() == 503 ? null : chat;
    });
  }

  private static OpenAIClient client(UpProcess up, String key) {
    return OpenAIOkHttpClient.builder().baseUrl(up.endpoint() + "/v1").apiKey(key).maxRetries(0).timeout(Stack.PATIENCE).build();
  }

  @Test
  void premiumWithPoolFallback() throws IOException {
    Chat chat = ask(up("premium-with-pool-fallback"), FIRST);
    assertThat(chat.hop()).as(chat.message()).isEqualTo("2/2 pool");
    assertThat(chat.charge()).isEqualTo("0.003360000 CNY");
  }

  @Test
  void neverCross() throws IOException {
    Chat chat = ask(up("never-cross"), FIRST);
    assertThat(chat.status()).as(chat.message()).isEqualTo(429);
    assertThat(chat.code()).isEqualTo("provider_rate_limited");
    assertThat(chat.message()).contains("pool");
  }

  @Test
  void keyLevelSettlement() throws IOException {
    UpProcess up = up("key-level-settlement");
    Chat research = ask(up, FIRST);
    assertThat(research.hop()).as(research.message()).isEqualTo("1/2 official");
    assertThat(research.charge()).endsWith(" CREDIT");
    Chat ci = ask(up, SECOND);
    assertThat(ci.hop()).as(ci.message()).isEqualTo("2/2 pool");
    assertThat(ci.charge()).endsWith(" CNY");
  }

  @Test
  void taskEnvelope() throws IOException {
    UpProcess up = up("task-envelope");
    Chat unlabelled = ask(up, FIRST);
    assertThat(unlabelled.code()).as(unlabelled.message()).isEqualTo("task_required");
    ChatCompletionCreateParams labelled = Chat.params("gpt-5.1").putAdditionalHeader("x-exchequer-task", "run-17").build();
    Chat run = Chat.call(client(up, FIRST), labelled);
    assertThat(run.hop()).as(run.message()).isEqualTo("1/2 official");
  }

  @Test
  void budgetPerMonth() throws IOException {
    Chat chat = ask(up("budget-per-month"), FIRST);
    assertThat(chat.hop()).as(chat.message()).isEqualTo("2/2 pool");
    assertThat(chat.charge()).endsWith(" CNY");
  }

  @Test
  void costAndMargin() throws IOException {
    UpProcess up = up("cost-and-margin");
    Chat chat = ask(up, FIRST);
    assertThat(chat.hop()).as(chat.message()).isEqualTo("2/2 pool");
    assertThat(chat.charge()).as("the failure is the house's").isEqualTo("0.003360000 CNY");
    String usage = Await.value("both providers in usage", () -> {
      String answer = up.admin("GET", "/api/v1/usage?groupBy=provider", null).body();
      return answer.contains("money/relay-a") ? answer : null;
    });
    assertThat(usage)
        .contains("\"costs\":[{\"unit\":\"USD\",\"cost\":\"0.004615000\"}],\"margins\":[]")
        .contains("\"costs\":[{\"unit\":\"CNY\",\"cost\":\"0.001680000\"}],\"margins\":[{\"unit\":\"CNY\",\"margin\":\"0.001680000\"}]");
  }

  @Test
  void bringYourOwnKey() throws IOException {
    Chat chat = ask(up("bring-your-own-key"), FIRST);
    assertThat(chat.hop()).as(chat.message()).isEqualTo("1/1 own");
  }
}
