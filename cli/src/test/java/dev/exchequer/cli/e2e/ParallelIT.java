package dev.exchequer.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** 200 requests at once on money for 37: exactly 37 succeed. Priced by the Request meter only, so that hold = charge. */
class ParallelIT {
  @RegisterExtension static final Stack STACK = Stack.of("parallel");

  @Test
  void aBalanceThatCanPayFor37() throws Exception {
    List<Chat> chats = race("exq-test-balance-0123456789abcdef0123456789abcdef");
    assertThat(chats.stream().filter(c -> c.status() == 200)).hasSize(37);
    assertThat(chats.stream().filter(c -> c.status() == 402 && "balance_insufficient".equals(c.code()))).hasSize(163);
    STACK.awaitNothingHeld();
    assertThat(STACK.balance("short").get("posted").asText()).isEqualTo("0.250000000");
    assertThat(STACK.balance("short").get("sequence").asInt()).as("one grant and 37 charges").isEqualTo(38);
    assertThat(STACK.entries("short").stream().filter(e -> e.get("kind").asText().equals("Charge"))).hasSize(37);
  }

  @Test
  void threeBudgetsOfWhichTheTightestAllows37() throws Exception {
    List<Chat> chats = race("exq-test-budgets-0123456789abcdef0123456789abcdef");
    assertThat(chats.stream().filter(c -> c.status() == 200)).hasSize(37);
    assertThat(chats.stream().filter(c -> c.status() == 429 && "budget_exceeded".equals(c.code()))).hasSize(163);
    assertThat(chats.stream().filter(c -> c.status() != 200)).allSatisfy(c -> assertThat(c.message()).contains("tight"));
    STACK.awaitNothingHeld();
    assertThat(STACK.balance("rich").get("posted").asText()).isEqualTo("9981.500000000");
    assertThat(Json.items(Json.read(STACK.up().admin("GET", "/api/v1/budgets", null).body())))
        .filteredOn(b -> b.get("name").asText().contains("tight") || b.get("name").asText().contains("wide"))
        .hasSize(3)
        .allSatisfy(b -> {
          assertThat(b.get("spent").asText()).isEqualTo("18.500000000");
          assertThat(b.get("held").asText()).isEqualTo("0.000000000");
        });
  }

  private static List<Chat> race(String key) throws Exception {
    List<Chat> chats = new ArrayList<>();
    OpenAIClient client = STACK.openai(key);
    try (ExecutorService many = Executors.newFixedThreadPool(50)) {
      List<Future<Chat>> calls = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        calls.add(many.submit(() -> Chat.call(client, "flat")));
      }
      for (Future<Chat> call : calls) {
        chats.add(call.get());
      }
    }
    return chats;
  }
}
