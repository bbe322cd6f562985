package dev.exchequer.operator.meter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.api.v1.SettleRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The meter on streams: every byte as it should be, wherever the provider's chunks end, and the usage found. */
class MeterStreamIT {

  private static final String USAGE = "{\"prompt_tokens\":12,\"completion_tokens\":7,\"details\":{\"cached\":[1,{\"a\":\"}\\\"\"}]}}";
  private static final String USAGE_EVENT = "data: {\"id\":\"c\",\"model\":\"served-1\",\"choices\":[],\"usage\":" + USAGE + "}\n\n";
  private static final List<String> TEXTS = List.of("Hé", " \\\"usage\\\":{\\\"total_tokens\\\":1}", "\\n\\n\\ud83d\\ude00 data: [DONE]", "😀{[", "\\\\");
  private static final int TEXT_BYTES = "Hé \"usage\":{\"total_tokens\":1}\n\n😀 data: [DONE]😀{[\\".getBytes(StandardCharsets.UTF_8).length;

  @TempDir static Path folder;
  static MeterWorld world;

  @BeforeAll
  static void start() throws Exception {
    world = new MeterWorld(folder);
  }

  @AfterAll
  static void stop() throws Exception {
    world.finish();
  }

  private static String delta(int index, String text) {
    return "data: {\"id\":\"c\",\"service_tier\":\"default\",\"model\":\"served-1\",\"choices\":[{\"index\":" + index + ",\"delta\":{\"content\":\"" + text
        + "\"},\"finish_reason\":null,\"logprobs\":null}],\"usage\":null}\n\n";
  }

  private static String finish(int index) {
    return "data: {\"id\":\"c\",\"model\":\"served-1\",\"choices\":[{\"index\":" + index + ",\"delta\":{},\"finish_reason\":\"stop\"}],\"x_groq\":{\"usage\":{\"total_tokens\":4}}}\n\n";
  }

  /** What comes before the usage event: a comment, an event with a name and an id, texts, the end. */
  private static String opening() {
    StringBuilder text = new StringBuilder(": PROCESSING\n\nevent: message\nid: 7\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n");
    TEXTS.forEach(each -> text.append(delta(0, each)));
    return text.append(": ping\n\n").append(finish(0)).toString();
  }

  private static final int OPENING_EVENTS = 1 + TEXTS.size() + 1;

  record Variant(String lineEnd, boolean done, String mode, boolean usage, boolean bom) {
    private String shape(String text) {
      return (bom ? "\uFEFF" : "") + text.replace("\n", lineEnd);
    }

    String sent() {
      return shape(opening() + (usage ? USAGE_EVENT : "") + (done ? "data: [DONE]\n\n" : ""));
    }

    String shown() {
      return shape(opening() + (usage && mode.equals("keep") ? USAGE_EVENT : "") + (done ? "data: [DONE]\n\n" : ""));
    }
  }

  static Stream<Variant> variants() {
    List<Variant> all = new ArrayList<>();
    for (String lineEnd : List.of("\n", "\r\n", "\r")) {
      for (boolean done : List.of(true, false)) {
        for (String mode : List.of("keep", "strip")) {
          all.add(new Variant(lineEnd, done, mode, true, lineEnd.equals("\r\n")));
        }
        all.add(new Variant(lineEnd, done, "strip", false, false));
      }
    }
    return all.stream();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  private static Exchange stream(String mode, Exchange.Provider provider) {
    return world.exchange().attempt(provider).with("x-exq-mode", "stream," + mode).answerHeaders("x-exchequer-receipt: r-1\nx-exchequer-hop: 2/3 pool\n");
  }

  @ParameterizedTest
  @MethodSource("variants")
  void everyByteIsRightWhereverTheChunksEnd(Variant variant) throws Exception {
    byte[] bytes = utf8(variant.sent());
    int tail = bytes.length - utf8(variant.shape(opening())).length;
    for (int cut = 1; cut < bytes.length; cut += cut > bytes.length - tail - 12 ? 7 : 61) {
      int at = cut;
      Exchange e = stream(variant.mode + ",1", wire -> wire.stream().chunkAlone(Arrays.copyOf(bytes, at)).chunk(Arrays.copyOfRange(bytes, at, bytes.length)).end());
      HttpResponse<byte[]> answer = world.send(e);
      assertThat(text(answer)).as("cut at %d", cut).isEqualTo(variant.shown());
      SettleRequest settled = e.settled();
      assertThat(settled.getUsage().toStringUtf8()).as("cut at %d", cut).isEqualTo(variant.usage ? USAGE : "");
      assertThat(settled.getEvents()).isEqualTo(OPENING_EVENTS + (variant.usage ? 1 : 0));
      assertThat(settled.getTextBytes()).isEqualTo(TEXT_BYTES);
      assertThat(settled.getModel().toStringUtf8()).isEqualTo("served-1");
      assertThat(settled.getServiceTier().toStringUtf8()).isEqualTo("default");
      assertThat(settled.getFinishReason().toStringUtf8()).isEqualTo("stop");
      assertThat(settled.getStreamed() && settled.getReleased() && !settled.getErrorSeen()).isTrue();
      assertThat(e.settled).isEmpty();
    }
  }

  @Test
  void byteByByte() throws Exception {
    Variant variant = new Variant("\r\n", true, "strip", true, false);
    Exchange e = stream("strip,1", wire -> {
      wire.stream();
      byte[] bytes = utf8(variant.sent());
      for (int i = 0; i < bytes.length; i++) {
        wire.chunk(Arrays.copyOfRange(bytes, i, i + 1));
      }
      wire.end();
    });
    assertThat(text(world.send(e))).isEqualTo(variant.shown());
    assertThat(e.settled().getTextBytes()).isEqualTo(TEXT_BYTES);
  }

  @Test
  void theAnswersHeadersAreThereFromTheFirstByte() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    Exchange e = stream("strip,1", wire -> {
      wire.stream("x-exchequer-hop: forged").chunk(delta(0, "a"));
      seen.await();
      wire.chunk(finish(0)).chunk(USAGE_EVENT).end();
    });
    HttpResponse<InputStream> answer = world.http.send(world.request(e).POST(HttpRequest.BodyPublishers.ofString("{}")).build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(answer.headers().allValues("x-exchequer-hop")).containsExactly("2/3 pool");
    assertThat(answer.headers().firstValue("x-exchequer-receipt")).contains("r-1");
    byte[] first = utf8(delta(0, "a"));
    assertThat(answer.body().readNBytes(first.length)).isEqualTo(first);
    seen.countDown();
    assertThat(new String(answer.body().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(finish(0));
  }

  /** The provider never ends: what the last choice finished with waits for Settle, and no longer than its 500 ms. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void theEndIsHeldBackUntilSettleAnswered(int n) throws Exception {
    long[] asked = new long[1];
    String before = n == 1 ? delta(0, "a") : delta(0, "a") + finish(0) + delta(1, "b");
    Exchange e = stream("keep," + n, wire -> wire.stream().chunk(before).chunk(finish(n - 1)).chunk(USAGE_EVENT).awaitClose());
    e.settling(request -> {
      asked[0] = System.nanoTime();
      return Optional.empty();
    });
    HttpResponse<InputStream> answer = world.http.send(world.request(e).POST(HttpRequest.BodyPublishers.ofString("{}")).build(), HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = answer.body()) {
      assertThat(new String(body.readNBytes(before.length()), StandardCharsets.UTF_8)).isEqualTo(before);
      assertThat(body.read()).isEqualTo('d');
      assertThat((System.nanoTime() - asked[0]) / 1_000_000).isGreaterThan(450);
      String rest = (finish(n - 1) + USAGE_EVENT).substring(1);
      assertThat(new String(body.readNBytes(rest.length()), StandardCharsets.UTF_8)).isEqualTo(rest);
    }
    assertThat(e.settled().getUsage().toStringUtf8()).isEqualTo(USAGE);
  }

  @Test
  void theLastUsageWinsAndTheEndSettlesIt() throws Exception {
    String sent = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}],\"usage\":{\"t\":1}}\n\n"
        + "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"b\"},\"finish_reason\":\"stop\"}],\"usage\":{\"t\":2}}\n\ndata: [DONE]\n\n";
    Exchange e = stream("strip,1", wire -> wire.stream().chunk(sent).end());
    assertThat(text(world.send(e))).isEqualTo(sent);
    assertThat(e.settled().getUsage().toStringUtf8()).isEqualTo("{\"t\":2}");
  }

  @Test
  void dataOverSeveralLinesToolCallsAndErrors() throws Exception {
    String sent = "data:{\"choices\":[{\"index\":0,\ndata: \"delta\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}}]}}]}\n\n"
        + "data\n\nretry: 3\n\ndata: {\"error\":{\"message\":\"overloaded\"}}\n\n";
    Exchange e = stream("strip,1", wire -> wire.stream().chunk(sent).end());
    assertThat(text(world.send(e))).isEqualTo(sent);
    SettleRequest settled = e.settled();
    assertThat(settled.getTextBytes()).isEqualTo("{\"a\":1}".length());
    assertThat(settled.getErrorSeen()).isTrue();
    assertThat(settled.getEvents()).isEqualTo(3);
  }

  @Test
  void anEventOfThreeMegabytesPassesAndCountsAsText() throws Exception {
    String big = delta(0, "x".repeat(3 << 20)).replace("\n", "\r\n");
    String sent = delta(0, "a") + big + finish(0) + USAGE_EVENT;
    Exchange e = stream("strip,1", wire -> wire.stream().chunk(sent).end());
    assertThat(text(world.send(e))).isEqualTo(delta(0, "a") + big + finish(0));
    SettleRequest settled = e.settled();
    assertThat(settled.getTextBytes()).isBetween(3L << 20, (3L << 20) + 1000);
    assertThat(settled.getUsage().toStringUtf8()).isEqualTo(USAGE);
  }

  @Test
  void whatTheServiceWroteWrongIsMarkedAndTheStreamIsStillMetered() throws Exception {
    Exchange e = stream("strip,1", wire -> wire.stream().chunk(delta(0, "a") + finish(0) + USAGE_EVENT).end()).with("x-exq-answer", "7g");
    assertThat(text(world.send(e))).isEqualTo(delta(0, "a") + finish(0));
    assertThat(e.settled().getUsage().toStringUtf8()).isEqualTo(USAGE);
    assertThat(world.journal(e, 1).get("meter").get("failed").asBoolean()).isTrue();
  }

  @Test
  void hostileNestingAndManyLinesPass() throws Exception {
    String sent = "data: {\"choices\":[{\"delta\":" + "[".repeat(200_000) + "]".repeat(200_000) + "}]}\n\n" + "data:\n".repeat(100_000) + "\n"
        + "data: {\"choices\":[{\"delta\":" + "{\"a\":".repeat(50_000) + "\n\n" + delta(0, "a");
    Exchange e = stream("strip,1", wire -> wire.stream().chunk(sent).end());
    assertThat(text(world.send(e))).isEqualTo(sent);
    // by the journal: on a busy machine the Settle call, which has 500 ms, may come to nothing after so much work
    JsonNode meter = world.journal(e, 1).get("meter");
    assertThat(meter.get("events").asInt()).isEqualTo(4);
    assertThat(meter.get("text_bytes").asInt()).isEqualTo(1);
    assertThat(meter.has("failed")).isFalse();
  }

  @Test
  void aStreamWithoutAnEndIsSettledAtItsEnd() throws Exception {
    String sent = delta(0, "a") + "data: {\"choices\":[{\"index\":0,\"delta\":{\"con";
    Exchange e = stream("strip,1", wire -> wire.stream().chunkAlone(utf8(sent)).end());
    assertThat(text(world.send(e))).isEqualTo(sent);
    SettleRequest settled = e.settled();
    assertThat(settled.getEvents()).isEqualTo(1);
    assertThat(settled.getFinishReason().isEmpty()).isTrue();
  }

  @Test
  void aProviderThatDiesLeavesItsMeterInTheJournal() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    Exchange e = stream("strip,1", wire -> {
      wire.stream().chunk(delta(0, "abc") + delta(0, "d"));
      seen.await();
      wire.reset();
    });
    try (Socket client = world.open(e)) {
      readUntil(client.getInputStream(), delta(0, "d"));
      seen.countDown();
      assertThatThrownBy(() -> readUntil(client.getInputStream(), "never")).isInstanceOf(IOException.class);
    }
    var line = world.journal(e, 1);
    assertThat(line.get("hold").asText()).isEqualTo(e.id + "/1");
    assertThat(line.get("flags").asText()).isEqualTo("UPE"); // cut inside its framing
    assertThat(line.get("meter").get("events").asInt()).isEqualTo(2);
    assertThat(line.get("meter").get("text_bytes").asInt()).isEqualTo(4);
    assertThat(line.get("meter").get("released").asBoolean()).isTrue();
    assertThat(e.settled).isEmpty();
  }

  @Test
  void aClientThatLeavesCancelsTheProviderAndLeavesItsMeterInTheJournal() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    Exchange e = stream("strip,1", wire -> {
      wire.stream().chunk(delta(0, "abc") + "data: {\"choices\":[],\"usage\":{\"early\":1}}\n\n" + delta(0, "d")).awaitClose();
      cancelled.countDown();
    });
    try (Socket client = world.open(e)) {
      readUntil(client.getInputStream(), delta(0, "d"));
    }
    cancelled.await();
    var line = world.journal(e, 1);
    assertThat(line.get("hold").asText()).isEqualTo(e.id + "/1");
    assertThat(line.get("flags").asText()).isEqualTo("DR"); // the public layer resets the hop's stream
    assertThat(line.get("meter").get("usage").asText()).isEqualTo("{\"early\":1}");
    assertThat(line.get("meter").get("text_bytes").asInt()).isEqualTo(4);
    assertThat(e.settled).isEmpty();
  }

  @Test
  void aClientThatLeavesWhileSettleRunsLosesNothing() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    Exchange e = stream("strip,1", wire -> wire.stream().chunk(delta(0, "abc") + finish(0) + USAGE_EVENT).awaitClose());
    e.settling(request -> {
      asked.countDown();
      return Optional.empty();
    });
    try (Socket client = world.open(e)) {
      readUntil(client.getInputStream(), "HTTP/1.1 200");
      asked.await();
    }
    assertThat(world.journal(e, 1).get("meter").get("usage").asText()).isEqualTo(USAGE);
  }

  @Test
  void aLongStreamIsCheckpointedInTheJournal() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    Exchange e = stream("strip,1", wire -> {
      wire.stream().chunk(delta(0, "abc"));
      seen.await();
      wire.chunk(finish(0)).end();
    });
    try (Socket client = world.open(e)) {
      MeterWorld.await("periodic line", () -> java.nio.file.Files.readAllLines(world.journal).stream()
          .anyMatch(line -> line.contains(e.id) && line.contains("DownstreamPeriodic") && line.contains("\"text_bytes\":3")), found -> found);
      seen.countDown();
      readUntil(client.getInputStream(), "\r\n0\r\n\r\n");
    }
    assertThat(e.settled().getTextBytes()).isEqualTo(3);
  }

  private static void readUntil(InputStream in, String wanted) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf(wanted) < 0) {
      int c = in.read();
      if (c < 0) {
        throw new IOException("the connection ended");
      }
      text.append((char) c);
    }
  }
}
