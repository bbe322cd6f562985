package dev.exchequer.cli.mock;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each behaviour as a raw socket sees it. */
class MockProviderTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static MockProvider mock = start();

  private static MockProvider start() {
    try {
      return MockProvider.start(0);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @BeforeAll
  static void running() {
    assertThat(mock.port()).isPositive();
  }

  @AfterAll
  static void close() throws IOException {
    mock.close();
  }

  /** @param reads what each read of the socket brought; broken = it ended in a reset */
  private record Raw(String head, byte[] body, List<String> reads, boolean broken, boolean silent) {
    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    JsonNode json() throws IOException {
      return JSON.readTree(body);
    }

    /** The data of each event, chunk framing taken off. */
    List<String> events() {
      return text().lines().filter(line -> line.startsWith("data: ")).map(line -> line.substring(6)).toList();
    }
  }

  private static Raw post(String path, String body) throws IOException {
    return call("POST " + path + " HTTP/1.1\r\nhost: mock\r\nX-Twice: a\r\nx-twice: b\r\nconnection: close\r\ncontent-length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
  }

  private static Raw call(String request) throws IOException {
    StringBuilder all = new StringBuilder();
    List<String> reads = new ArrayList<>();
    boolean broken = false;
    boolean silent = false;
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), mock.port())) {
      socket.setSoTimeout(700);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      byte[] buffer = new byte[65536];
      for (int n = socket.getInputStream().read(buffer); n >= 0; n = socket.getInputStream().read(buffer)) {
        String piece = new String(buffer, 0, n, StandardCharsets.ISO_8859_1);
        reads.add(piece);
        all.append(piece);
      }
    } catch (SocketTimeoutException e) {
      silent = true;
    } catch (IOException e) {
      broken = true;
    }
    int end = all.indexOf("\r\n\r\n");
    String head = end < 0 ? "" : all.substring(0, end);
    byte[] body = (end < 0 ? "" : all.substring(end + 4)).getBytes(StandardCharsets.ISO_8859_1);
    return new Raw(head, body, reads, broken, silent);
  }

  private static Raw chat(String model) throws IOException {
    return post("/v1/chat/completions", "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"Say hello to me.\"}]}");
  }

  private static Raw stream(String model) throws IOException {
    return post(
        "/v1/chat/completions",
        "{\"model\":\"" + model + "\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"messages\":[{\"role\":\"user\",\"content\":\"Say hello to me.\"}]}");
  }

  @Test
  void okCountsWords() throws IOException {
    JsonNode body = chat("ok").json();
    String text = body.at("/choices/0/message/content").asText();
    assertThat(body.get("object").asText()).isEqualTo("chat.completion");
    assertThat(body.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
    assertThat(body.at("/usage/prompt_tokens").asInt()).isEqualTo(4);
    assertThat(body.at("/usage/completion_tokens").asInt()).isEqualTo(text.split(" ").length);
  }

  @Test
  void itStopsAtTheCap() throws IOException {
    JsonNode body = post("/v1/chat/completions", "{\"model\":\"ok\",\"max_tokens\":2,\"n\":3,\"messages\":[]}").json();
    assertThat(body.get("choices")).hasSize(3);
    assertThat(body.at("/choices/2/message/content").asText()).isEqualTo("Hello from");
    assertThat(body.at("/choices/2/finish_reason").asText()).isEqualTo("length");
    assertThat(body.at("/usage/completion_tokens").asInt()).isEqualTo(6);
  }

  @Test
  void aStreamHasRoleTextFinishUsageAndDone() throws IOException {
    Raw raw = stream("usage-100-10");
    List<String> events = raw.events();
    assertThat(raw.head()).contains("content-type: text/event-stream").contains("transfer-encoding: chunked");
    assertThat(JSON.readTree(events.get(0)).at("/choices/0/delta/role").asText()).isEqualTo("assistant");
    assertThat(JSON.readTree(events.get(1)).at("/choices/0/delta/content").asText()).isEqualTo("Hello");
    assertThat(JSON.readTree(events.get(events.size() - 3)).at("/choices/0/finish_reason").asText()).isEqualTo("stop");
    assertThat(JSON.readTree(events.get(events.size() - 2)).at("/usage/prompt_tokens").asInt()).isEqualTo(100);
    assertThat(JSON.readTree(events.get(events.size() - 2)).get("choices")).isEmpty();
    assertThat(events).last().isEqualTo("[DONE]");
    assertThat(raw.text()).endsWith("\r\n0\r\n\r\n");
  }

  @Test
  void usageIsSentInAStreamOnlyWhenAskedFor() throws IOException {
    Raw raw = post("/v1/chat/completions", "{\"model\":\"ok\",\"stream\":true,\"messages\":[]}");
    assertThat(raw.text()).doesNotContain("usage").contains("data: [DONE]\n\n");
  }

  @ParameterizedTest
  @CsvSource({"400", "401", "403", "404", "409", "422", "429", "500", "503"})
  void statuses(int status) throws IOException {
    Raw raw = stream("status-" + status);
    assertThat(raw.head()).startsWith("HTTP/1.1 " + status + " ");
    assertThat(raw.json().at("/error/message").asText()).isEqualTo(mock.errorMessage(status));
    assertThat(raw.json().at("/error/type").asText()).isNotEmpty();
    assertThat(raw.json().at("/error/code").asText()).isNotEmpty();
    assertThat(raw.head().contains("retry-after: 20")).isEqualTo(status == 429);
  }

  @Test
  void hangs() throws IOException {
    assertThat(chat("hang").silent()).isTrue();
    assertThat(chat("hang").head()).isEmpty();
    for (Raw raw : List.of(chat("hang-after-headers"), stream("hang-after-headers"))) {
      assertThat(raw.silent()).isTrue();
      assertThat(raw.head()).startsWith("HTTP/1.1 200");
      assertThat(raw.body()).isEmpty();
    }
  }

  @Test
  void dies() throws IOException {
    Raw stream = stream("die-mid-stream");
    assertThat(stream.broken()).isTrue();
    assertThat(stream.events()).hasSize(4);
    assertThat(stream.text()).doesNotContain("[DONE]");
    assertThat(chat("die-mid-stream").broken()).isTrue();
  }

  @Test
  void waysToTellUsage() throws IOException {
    assertThat(chat("no-usage").text()).doesNotContain("prompt_tokens");
    assertThat(stream("no-usage").text()).doesNotContain("prompt_tokens");
    assertThat(chat("zero-usage").json().at("/usage/total_tokens").asInt(-1)).isZero();
    assertThat(chat("usage-cached-100-40-10").json().at("/usage/prompt_tokens_details/cached_tokens").asInt()).isEqualTo(40);
    assertThat(chat("bad-usage-negative").json().at("/usage/prompt_tokens").asInt()).isNegative();
    assertThat(chat("bad-usage-huge").json().at("/usage/prompt_tokens").canConvertToLong()).isFalse();
    assertThat(chat("bad-usage-string").json().at("/usage/prompt_tokens").isTextual()).isTrue();
  }

  @Test
  void splitUsageComesInTwoWrites() throws IOException {
    for (Raw raw : List.of(chat("split-usage"), stream("split-usage"))) {
      assertThat(raw.reads()).anyMatch(piece -> piece.contains("\"prompt_tokens\"") && !piece.contains("\"completion_tokens\""));
      assertThat(raw.reads()).anyMatch(piece -> piece.contains("\"completion_tokens\"") && !piece.contains("\"prompt_tokens\""));
    }
  }

  @Test
  void waysToFrame() throws IOException, InterruptedException {
    assertThat(stream("crlf").text()).contains("data: [DONE]\r\n\r\n").doesNotContain("}\n\n");
    Raw zipped = chat("gzip");
    assertThat(zipped.head()).contains("content-encoding: gzip");
    try (GZIPInputStream in = new GZIPInputStream(new java.io.ByteArrayInputStream(zipped.body()))) {
      assertThat(JSON.readTree(in).get("object").asText()).isEqualTo("chat.completion");
    }
    assertThat(stream("slow-stream-5ms").events()).last().isEqualTo("[DONE]");
  }

  @Test
  void forgesHeaders() throws IOException {
    assertThat(chat("forged").head()).contains("x-exq-next:", "x-exq-local:", "x-exchequer-receipt:", "x-envoy-", "set-cookie:");
  }

  @Test
  void errorsInsideA200() throws IOException {
    assertThat(chat("error-in-200").head()).startsWith("HTTP/1.1 200");
    assertThat(chat("error-in-200").json().at("/error/message").asText()).isNotEmpty();
    assertThat(stream("error-in-200").events().get(0)).contains("\"error\"");
    assertThat(chat("empty-error").json().at("/choices/0/finish_reason").asText()).isEqualTo("error");
    assertThat(chat("empty-error").json().at("/choices/0/message/content").asText()).isEmpty();
  }

  @Test
  void slowWaitsBeforeItAnswers() throws IOException {
    long before = System.nanoTime();
    assertThat(chat("slow-50ms").head()).startsWith("HTTP/1.1 200");
    assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(50_000_000L);
  }

  @Test
  void otherEndpoints() throws IOException {
    JsonNode embedding = post("/v1/embeddings", "{\"model\":\"usage-8-0\",\"input\":[\"one\",\"two\"]}").json();
    assertThat(embedding.get("data")).hasSize(2);
    assertThat(embedding.get("usage").toString()).isEqualTo("{\"prompt_tokens\":8,\"total_tokens\":8}");
    JsonNode completion = post("/v1/completions", "{\"model\":\"ok\",\"prompt\":\"once upon a time\"}").json();
    assertThat(completion.get("object").asText()).isEqualTo("text_completion");
    assertThat(completion.at("/choices/0/text").asText()).startsWith("Hello");
    assertThat(completion.at("/usage/prompt_tokens").asInt()).isEqualTo(4);
    assertThat(post("/v1/files", "{}").head()).startsWith("HTTP/1.1 404");
    assertThat(post("/v1/embeddings", "[]").head()).startsWith("HTTP/1.1 400");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt-5.1-mini", "slow-xms", "usage-1", "status-999"})
  void aNameThatAsksForNothingIsServed(String model) throws IOException {
    assertThat(chat(model).head()).startsWith("HTTP/1.1 200");
  }

  @Test
  void itRemembersWhatItWasSentAndServesAConnectionAgain() throws IOException {
    String body = "{\"model\":\"ok\",\"messages\":[]}";
    String chunked = "POST /v1/chat/completions HTTP/1.1\r\nX-Twice: a\r\nx-twice: b\r\ntransfer-encoding: chunked\r\n\r\n5\r\n" + body.substring(0, 5) + "\r\n"
        + Integer.toHexString(body.length() - 5) + "\r\n" + body.substring(5) + "\r\n0\r\n\r\n";
    Raw raw = call(chunked + chunked.replace("X-Twice", "connection: close\r\nX-Twice"));
    assertThat(raw.text()).contains("HTTP/1.1 200");
    List<MockProvider.Received> received = mock.received();
    MockProvider.Received last = received.get(received.size() - 1);
    assertThat(last.path()).isEqualTo("/v1/chat/completions");
    assertThat(last.body()).isEqualTo(body);
    assertThat(last.header("X-TWICE")).isEqualTo("a, b");
    assertThat(last.headers()).containsKey("x-twice");
    assertThat(last.header("absent")).isNull();
  }
}
