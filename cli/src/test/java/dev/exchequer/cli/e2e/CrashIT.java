package dev.exchequer.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletionChunk;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Processes die; acknowledged money does not. */
class CrashIT {
  private static final String ALL = "exq-test-all-0123456789abcdef0123456789abcdef";

  @RegisterExtension static final Stack STACK = Stack.of("main");

  @Test
  void theServiceIsKilledInTheMiddleOfStreams() throws Exception {
    OpenAIClient client = STACK.openai(ALL);
    int streams = 8;
    int before = STACK.mock().received().size();
    try (ExecutorService many = Executors.newFixedThreadPool(streams)) {
      List<Future<Integer>> readers = new ArrayList<>();
      for (int i = 0; i < streams; i++) {
        String task = "crash-" + i;
        readers.add(many.submit(() -> countChunks(client, task)));
      }
      Await.until("all streams are at the provider", () -> STACK.mock().received().size() >= before + streams);
      STACK.up().kill9("service");
      for (Future<Integer> reader : readers) {
        assertThat(reader.get()).as("a stream that runs does not need the service").isPositive();
      }
    }
    STACK.up().awaitReady();
    for (int i = 0; i < streams; i++) {
      String task = "crash-" + i;
      JsonNode receipt = Await.value("receipt of " + task, () -> STACK.receipts("task=" + task).stream().findFirst().orElse(null));
      assertThat(receipt.at("/hops")).hasSize(1);
      assertThat(receipt.at("/hops/0/charge").asText()).as(task).isNotEqualTo("0.000000000");
    }
    STACK.awaitNothingHeld();
    assertEntriesAddUp("credit");
    assertThat(Chat.call(client, "usage-10-10").status()).as("serving again").isEqualTo(200);
  }

  private static int countChunks(OpenAIClient client, String task) {
    int chunks = 0;
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(Chat.params("slow-stream-200ms").putAdditionalHeader("x-exchequer-task", task).build())) {
      var all = stream.stream().iterator();
      while (all.hasNext()) {
        all.next();
        chunks++;
      }
    }
    return chunks;
  }

  /** Gapless sequence, before(n+1) = after(n), each attempt charged once, posted = sum of entries. */
  static void assertEntriesAddUp(String balance) {
    List<JsonNode> newestFirst = STACK.entries(balance);
    BigDecimal running = BigDecimal.ZERO.setScale(9);
    List<String> charged = new ArrayList<>();
    for (int i = newestFirst.size() - 1; i >= 0; i--) {
      JsonNode entry = newestFirst.get(i);
      assertThat(entry.get("sequence").asInt()).isEqualTo(newestFirst.size() - i);
      assertThat(new BigDecimal(entry.get("before").asText())).isEqualByComparingTo(running);
      running = running.add(new BigDecimal(entry.get("amount").asText()));
      assertThat(new BigDecimal(entry.get("after").asText())).isEqualByComparingTo(running);
      if (entry.get("kind").asText().equals("Charge")) {
        charged.add(entry.get("receipt").asText() + "/" + entry.get("attempt").asText());
      }
    }
    assertThat(charged).doesNotHaveDuplicates();
    assertThat(new BigDecimal(STACK.balance(balance).get("posted").asText())).isEqualByComparingTo(running);
  }

  @Test
  void theServiceIsDown() {
    STACK.up().signal("service", "STOP");
    try {
      int before = STACK.mock().received().size();
      Chat chat = Chat.call(STACK.openai(ALL), "ok");
      assertThat(chat.status()).isEqualTo(503);
      assertThat(chat.code()).isEqualTo("accounting_unavailable");
      assertThat(STACK.mock().received()).as("the provider sees nothing").hasSize(before);
    } finally {
      STACK.up().signal("service", "CONT");
    }
    Await.until("admitting again", () -> Chat.call(STACK.openai(ALL), "usage-10-10").status() == 200);
    STACK.awaitNothingHeld();
  }

  @Test
  void envoyIsKilled() {
    STACK.up().kill9("envoy");
    STACK.up().awaitReady();
    Await.until("serving again", () -> {
      try {
        return Chat.call(STACK.openai(ALL), "usage-10-10").status() == 200;
      } catch (RuntimeException refused) {
        return false;
      }
    });
    assertEntriesAddUp("credit");
  }
}
