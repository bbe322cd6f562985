package dev.exchequer.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.cli.mock.MockProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** examples/openai as it stands, but for the address and the secret: the mock answers in the provider's place. */
class OpenAiExampleIT {
  private static final String KEY = "exq-test-example-0123456789abcdef0123456789abcdef";

  @RegisterExtension static final Stack STACK = Stack.of("openai").with("openai.yaml", example()).with("key.yaml", key());

  private static String example() {
    try {
      return Files.readString(Path.of(System.getProperty("exchequer.root"), "examples/openai/openai.yaml"))
          .replace("https://api.openai.com/v1", "http://127.0.0.1:@MOCK@/v1")
          .replace("  dialect: OpenAI\n", "  dialect: OpenAI\n  allowPlaintext: true\n")
          .replace("${OPENAI_API_KEY}", "@SECRET@");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String key() {
    return """
        apiVersion: v1
        kind: Secret
        metadata: {name: keys}
        stringData: {mine: %s}
        ---
        apiVersion: exchequer.dev/v1alpha1
        kind: ApiKey
        metadata: {name: mine}
        spec: {projectRef: {name: team}, label: mine, credentials: [{name: a, secretRef: {name: keys, key: mine}}]}
        """
        .formatted(KEY);
  }

  @Test
  void aCallIsCappedInTheProvidersFieldAndCharged() {
    int before = STACK.mock().received().size();
    Chat chat = Chat.call(STACK.openai(KEY), "gpt-5-mini");
    assertThat(chat.status()).as(chat.message()).isEqualTo(200);
    List<MockProvider.Received> seen = STACK.mock().received();
    assertThat(seen).hasSize(before + 1);
    assertThat(seen.get(before).body()).contains("\"max_completion_tokens\":100").doesNotContain("\"max_tokens\"");
    assertThat(seen.get(before).header("authorization")).isEqualTo("Bearer " + Stack.PROVIDER_SECRET);
    JsonNode receipt = STACK.receipt(chat.receiptId());
    assertThat(receipt.at("/hops/0/balance").asText()).isEqualTo("default/credit");
    assertThat(receipt.at("/hops/0/unit").asText()).isEqualTo("USD");
    assertThat(receipt.at("/hops/0/charge").asText()).isNotEqualTo("0.000000000");
  }
}
