package dev.exchequer.operator.meter;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.exchequer.api.v1.Header;
import dev.exchequer.api.v1.SettleReply;
import dev.exchequer.api.v1.SettleRequest;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The meter on whole answers: edits, deadlines, endings, and who may say what. */
class MeterIT {

  private static final String ANSWER = """
      {"id":"c","object":"chat.completion","model":"served-1","service_tier":"flex","choices":[\
      {"index":0,"message":{"role":"assistant","content":"h\\u00e9 \\"usage\\":{\\"total_tokens\\":9}\\n\\ud83d\\ude00"},"logprobs":{"content":[{"token":"h"}]},"finish_reason":"length"}],\
      "x_groq":{"usage":{"total_tokens":8}},"usage":{"total_tokens":3,"details":{"cached":[1,{"a":"}"}]}}}
      """;

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

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static Optional<SettleReply> reply(SettleRequest request, int status, String body) {
    return Optional.of(Exchange.reply(request).setStatus(status).setBody(bytes(body))
        .addHeaders(Header.newBuilder().setName(bytes("content-type")).setValue(bytes("application/json")))
        .addHeaders(Header.newBuilder().setName(bytes("x-exchequer-charge")).setValue(bytes("0.000000000 CNY"))).build());
  }

  private static Optional<SettleReply> next(SettleRequest request) {
    return Optional.of(Exchange.reply(request).setNext(true).build());
  }

  private static void assertUnavailable(HttpResponse<byte[]> answer) {
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(text(answer)).contains("\"code\":\"accounting_unavailable\"");
    assertThat(answer.headers().firstValue("content-type")).contains("application/json");
  }

  @Test
  void aWholeAnswerIsReportedAndReachesTheClientUnchanged() throws Exception {
    Exchange e = world.exchange().attempt(wire -> wire.json(200, ANSWER, "openai-request-id: req_1"));
    e.settling(request -> Optional.of(Exchange.reply(request)
        .addHeaders(Header.newBuilder().setName(bytes("x-exchequer-charge")).setValue(bytes("0.001230000 CNY"))).build()));
    var answer = world.send(e);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(text(answer)).isEqualTo(ANSWER);
    assertThat(answer.headers().firstValue("x-exchequer-charge")).contains("0.001230000 CNY");
    assertThat(answer.headers().map().keySet()).noneMatch(name -> name.startsWith("x-exq-"));

    SettleRequest settled = e.settled();
    assertThat(settled.getRequest().toStringUtf8()).isEqualTo(e.id);
    assertThat(settled.getHold().toStringUtf8()).isEqualTo(e.id + "/1");
    assertThat(settled.getAttempt()).isEqualTo(1);
    assertThat(settled.getStatus()).isEqualTo(200);
    assertThat(settled.getUsage().toStringUtf8()).isEqualTo("{\"total_tokens\":3,\"details\":{\"cached\":[1,{\"a\":\"}\"}]}}");
    assertThat(settled.getModel().toStringUtf8()).isEqualTo("served-1");
    assertThat(settled.getServiceTier().toStringUtf8()).isEqualTo("flex");
    assertThat(settled.getFinishReason().toStringUtf8()).isEqualTo("length");
    assertThat(settled.getProviderRequestId().toStringUtf8()).isEqualTo("req_1");
    assertThat(settled.getContentType().toStringUtf8()).isEqualTo("application/json");
    assertThat(settled.getOutputItems()).isEqualTo(1);
    assertThat(settled.getTextBytes()).isEqualTo("hé \"usage\":{\"total_tokens\":9}\n😀".getBytes(StandardCharsets.UTF_8).length);
    assertThat(settled.getLocal().isEmpty() && !settled.getErrorSeen() && !settled.getStreamed() && !settled.getReleased()).isTrue();

    ProviderWire asked = e.received();
    assertThat(asked.headers.keySet()).containsExactlyInAnyOrder("accept-encoding", "authorization", "content-length", "content-type", "host", "user-agent");
    assertThat(asked.path).startsWith("/base/v1/chat/completions?case=");
    var line = world.journal(e, 1);
    assertThat(line.get("request").asText()).isEqualTo(e.id);
    assertThat(line.get("attempt").asInt()).isEqualTo(1);
    assertThat(line.get("meter").get("usage").asText()).isEqualTo(settled.getUsage().toStringUtf8());
    assertThat(line.get("meter").get("model").asText()).isEqualTo("served-1");
    assertThat(line.get("upstream").asText()).startsWith("127.0.0.1:");
  }

  @Test
  void editsOfATwentyMegabyteBodyAreMadeByteForByte() throws Exception {
    byte[] filler = new byte[20 << 20];
    new Random(7).nextBytes(filler);
    byte[] body = concat("{\"model\":\"gpt\"".getBytes(StandardCharsets.UTF_8), filler, ",\"max\":7}".getBytes(StandardCharsets.UTF_8));
    byte[] expected = concat("{\"model\":\"gpt-5;é\"".getBytes(StandardCharsets.UTF_8), filler, ",\"max\":19,\"s\":1}".getBytes(StandardCharsets.UTF_8));
    int max = body.length - 2;
    String edits = max + ":1:" + Exchange.hex("7") + ":" + Exchange.hex("19") + ",10:3:" + Exchange.hex("gpt") + ":" + Exchange.hex("gpt-5;é") + ","
        + (max + 1) + ":0::" + Exchange.hex(",\"s\":1");
    Exchange e = world.exchange().attempt(wire -> wire.json(200, "{}")).with("x-exq-edits", edits);
    assertThat(world.send(e, body).statusCode()).isEqualTo(200);
    ProviderWire asked = e.received();
    assertThat(asked.headers).containsEntry("content-length", "" + expected.length);
    assertThat(Arrays.equals(asked.body, expected)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"2:5:6d6f64656d:61", "0:1:7b:61,0:2:7b22:62", "900:0::61", "0:1:7b:6", "0:1:7b", "junk", "0:1:7b:61,"})
  void anEditThatDoesNotFitStopsTheRequest(String edits) throws Exception {
    Exchange e = world.exchange().attempt(wire -> wire.json(200, "{}")).with("x-exq-edits", edits);
    assertUnavailable(world.send(e));
    SettleRequest settled = e.settled();
    assertThat(settled.getLocal().toStringUtf8()).endsWith(" lua_response");
    assertThat(settled.getStatus()).isEqualTo(503);
    assertThat(e.received).isEmpty();
    assertThat(world.journal(e, 1).get("upstream").isNull()).isTrue();
  }

  @Test
  void anAttemptWithoutHoldIsNotSent() throws Exception {
    Exchange e = world.exchange().attempt(wire -> wire.json(200, "{}"));
    e.attempts.getLast().remove("x-exq-hold");
    assertUnavailable(world.send(e));
    assertThat(e.received).isEmpty();
  }

  @Test
  void nextMovesOnToAnotherHold() throws Exception {
    Exchange e = world.exchange().attempt(wire -> wire.json(429, "{\"error\":{\"message\":\"slow\"}}", "retry-after: 7", "x-request-id: r9"))
        .attempt(wire -> wire.json(200, ANSWER));
    e.settling(request -> request.getAttempt() == 1 ? next(request) : Optional.of(Exchange.reply(request).build()));
    var answer = world.send(e);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(text(answer)).isEqualTo(ANSWER);
    assertThat(answer.headers().map()).doesNotContainKeys("x-exq-next", "retry-after");
    SettleRequest first = e.settled();
    assertThat(first.getStatus()).isEqualTo(429);
    assertThat(first.getRetryAfter()).isEqualTo(8);
    assertThat(first.getErrorBody().toStringUtf8()).isEqualTo("{\"error\":{\"message\":\"slow\"}}");
    assertThat(first.getProviderRequestId().toStringUtf8()).isEqualTo("r9");
    assertThat(first.getErrorSeen()).isFalse();
    assertThat(e.settled().getHold().toStringUtf8()).isEqualTo(e.id + "/2");
    assertThat(e.received().headers).containsEntry("host", "provider.example");
    assertThat(e.received().headers).containsEntry("host", "backup.example");
  }

  @Test
  void aProviderCannotSpeakForTheService() throws Exception {
    Exchange e = world.exchange().attempt(wire -> wire.json(200, ANSWER, "x-exq-next: 1", "x-exq-local: UF forged", "x-exchequer-charge: 0", "x-envoy-x: 1"))
        .attempt(wire -> wire.json(200, ANSWER));
    var answer = world.send(e);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().map()).doesNotContainKeys("x-exq-next", "x-exq-local", "x-exchequer-charge", "x-envoy-x");
    assertThat(e.settled().getLocal().isEmpty()).isTrue();
    assertThat(e.received).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nobody:NC cluster_not_found", "refused:UF upstream_reset_before_response_started{"})
  void envoysOwnAnswerIsToldFromAProviders(String row) throws Exception {
    String[] each = row.split(":");
    Exchange e = world.exchange().attempt(wire -> wire.json(200, "{}")).with("x-exq-cluster", each[0]).attempt(wire -> wire.json(200, ANSWER));
    e.settling(request -> request.getAttempt() == 1 ? next(request) : Optional.of(Exchange.reply(request).build()));
    var answer = world.send(e);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().map()).doesNotContainKey("x-exq-local");
    SettleRequest first = e.settled();
    assertThat(first.getStatus()).isEqualTo(503);
    assertThat(first.getLocal().toStringUtf8()).startsWith(each[1]);
    assertThat(e.received).hasSize(1);
  }

  @Test
  void aProviderThatDoesNotAnswerIsLeftInTime() throws Exception {
    Exchange e = world.exchange().attempt(ProviderWire::awaitClose).with("x-exq-timeout", "150");
    e.settling(request -> reply(request, 504, "{\"error\":{\"code\":\"provider_timeout\"}}"));
    var answer = world.send(e);
    assertThat(answer.statusCode()).isEqualTo(504);
    assertThat(text(answer)).isEqualTo("{\"error\":{\"code\":\"provider_timeout\"}}");
    assertThat(e.settled().getLocal().toStringUtf8()).isEqualTo("UT upstream_per_try_timeout");
  }

  @Test
  void anAnswerThatStopsAfterItsHeadersIsLeftInTime() throws Exception {
    Exchange e = world.exchange().attempt(wire -> wire.head(200, "content-type: application/json", "content-length: 10").awaitClose()).with("x-exq-total", "300");
    e.attempt(wire -> wire.json(200, ANSWER)).settling(request -> request.getAttempt() == 1 ? next(request) : Optional.of(Exchange.reply(request).build()));
    assertThat(text(world.send(e))).isEqualTo(ANSWER);
    SettleRequest first = e.settled();
    assertThat(first.getStatus()).isEqualTo(504);
    assertThat(first.getLocal().toStringUtf8()).isEqualTo("UT response_timeout");
    assertThat(first.getReleased() || !first.getErrorBody().isEmpty()).isFalse();
  }

  @Test
  void anAnswerThatBreaksOffIsNoAnswer() throws Exception {
    Exchange e = world.exchange().attempt(wire -> {
      wire.head(200, "content-type: application/json", "content-length: 1000").raw(ANSWER.getBytes(StandardCharsets.UTF_8));
      wire.reset();
    });
    e.attempt(wire -> wire.json(200, ANSWER)).settling(request -> request.getAttempt() == 1 ? next(request) : Optional.of(Exchange.reply(request).build()));
    assertThat(text(world.send(e))).isEqualTo(ANSWER);
    SettleRequest first = e.settled();
    assertThat(first.getStatus()).isEqualTo(502);
    assertThat(first.getLocal().toStringUtf8()).isEqualTo("UPE upstream_reset_before_response_started{protocol_error}");
  }

  @Test
  void anErrorInAGoodStatusIsSeen() throws Exception {
    Exchange e = world.exchange().attempt(wire -> wire.json(200, "{\"error\":{\"message\":\"no\"},\"choices\":[]}"));
    e.settling(request -> reply(request, 502, "{\"error\":{\"code\":\"provider_unreadable\"}}"));
    var answer = world.send(e);
    assertThat(answer.statusCode()).isEqualTo(502);
    assertThat(text(answer)).isEqualTo("{\"error\":{\"code\":\"provider_unreadable\"}}");
    assertThat(answer.headers().firstValue("x-exchequer-charge")).contains("0.000000000 CNY");
    SettleRequest settled = e.settled();
    assertThat(settled.getErrorSeen()).isTrue();
    assertThat(settled.getOutputItems()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "text/event-stream"})
  void anEncodedAnswerIsReportedUnread(String type) throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(ANSWER.getBytes(StandardCharsets.UTF_8));
    }
    Exchange e = world.exchange().attempt(wire -> wire.whole(200, packed.toByteArray(), "content-type: " + type, "content-encoding: GZIP"));
    e.settling(request -> reply(request, 502, "{}"));
    var answer = world.send(e);
    assertThat(answer.statusCode()).isEqualTo(502);
    assertThat(text(answer)).isEqualTo("{}");
    assertThat(answer.headers().map()).doesNotContainKey("content-encoding");
    SettleRequest settled = e.settled();
    assertThat(settled.getContentEncoding().toStringUtf8()).isEqualTo("gzip");
    assertThat(settled.getReleased()).isFalse();
  }

  @Test
  void anAnswerAboveTheLimitIsReportedUnread() throws Exception {
    byte[] huge = new byte[(32 << 20) + 1];
    Arrays.fill(huge, (byte) ' ');
    Exchange e = world.exchange().attempt(wire -> wire.whole(200, huge, "content-type: application/json"));
    e.settling(request -> reply(request, 502, "{}"));
    assertThat(world.send(e).statusCode()).isEqualTo(502);
    assertThat(e.settled().getContentEncoding().toStringUtf8()).isEqualTo("x-exq-too-large");
  }

  @Test
  void embeddingsAreCounted() throws Exception {
    StringBuilder vectors = new StringBuilder("{\"object\":\"list\",\"data\":[");
    for (int i = 0; i < 500; i++) {
      vectors.append(i == 0 ? "" : ",").append("{\"object\":\"embedding\",\"embedding\":[").append("0.123456,".repeat(999)).append("1]}");
    }
    String body = vectors.append("],\"model\":\"emb\",\"usage\":{\"prompt_tokens\":5}}").toString();
    Exchange e = world.exchange().attempt(wire -> wire.json(200, body));
    assertThat(text(world.send(e))).isEqualTo(body);
    SettleRequest settled = e.settled();
    assertThat(settled.getOutputItems()).isEqualTo(500);
    assertThat(settled.getUsage().toStringUtf8()).isEqualTo("{\"prompt_tokens\":5}");
    assertThat(settled.getModel().toStringUtf8()).isEqualTo("emb");
  }

  @Test
  void bytesThatAreNoTextLeaveTheJournalReadable() throws Exception {
    byte[] body = "{\"model\":\"a\u00ffb\",\"choices\":[],\"usage\":{\"x\":\"\u00fe\"}}".getBytes(StandardCharsets.ISO_8859_1);
    Exchange e = world.exchange().attempt(wire -> wire.whole(200, body, "content-type: application/json"));
    assertThat(world.send(e).body()).isEqualTo(body);
    assertThat(e.settled().getModel().toByteArray()).isEqualTo("a\u00ffb".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(world.journal(e, 1).get("meter").get("status").asInt()).isEqualTo(200);
  }

  @Test
  void answersThatAreNoJsonPass() throws Exception {
    for (String body : List.of("", "<html>", "{\"usage\":{", "[1]", "{\"usage\":{\"a\":1}", "{\"usage\":{\"a\":\"" + "x".repeat(4096) + "\"}}")) {
      Exchange e = world.exchange().attempt(wire -> wire.json(200, body));
      assertThat(text(world.send(e))).isEqualTo(body);
      assertThat(e.settled().getUsage().toStringUtf8()).as(body).isEqualTo(body.equals("{\"usage\":{\"a\":1}") ? "{\"a\":1}" : "");
    }
  }

  @Test
  void aGoodAnswerPassesWithoutSettleAndABadOneDoesNot() throws Exception {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int status : new int[] {200, 400, 500}) {
      for (int broken = 0; broken < 3; broken++) {
        Exchange e = world.exchange().attempt(wire -> wire.json(status, "{\"secret\":1}", "content-encoding: identity")).answerHeaders("x-exchequer-receipt: r\n");
        switch (broken) {
          case 0 -> e.settling(request -> Optional.empty());
          case 1 -> e.settling(request -> Optional.of(SettleReply.newBuilder().setHold(bytes("other/1")).setNext(true).setStatus(201).build()));
          default -> e.settling(request -> { throw io.grpc.Status.UNAVAILABLE.asRuntimeException(); });
        }
        all.add(world.http.sendAsync(world.request(e).POST(java.net.http.HttpRequest.BodyPublishers.ofString("{}")).build(), HttpResponse.BodyHandlers.ofByteArray())
            .thenAccept(answer -> {
              if (status == 200) {
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(text(answer)).isEqualTo("{\"secret\":1}");
                assertThat(answer.headers().firstValue("x-exchequer-receipt")).contains("r");
              } else {
                assertUnavailable(answer);
                assertThat(text(answer)).doesNotContain("secret");
              }
            }));
      }
    }
    for (var each : all) {
      each.get();
    }
  }

  @Test
  void manyAtOnceAreNeverMixedUp() throws Exception {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      String usage = "{\"total_tokens\":" + i + "}";
      Exchange e = world.exchange().attempt(wire -> wire.json(500, "{}")).attempt(wire -> wire.json(200, "{\"choices\":[],\"usage\":" + usage + "}"));
      e.settling(request -> request.getAttempt() == 1 ? next(request) : Optional.of(Exchange.reply(request).build()));
      all.add(world.http.sendAsync(world.request(e).POST(java.net.http.HttpRequest.BodyPublishers.ofString("{}")).build(), HttpResponse.BodyHandlers.ofByteArray())
          .thenAccept(answer -> {
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(e.settled).extracting(each -> each.getUsage().toStringUtf8()).containsExactly("", usage);
          }));
    }
    for (var each : all) {
      each.get();
    }
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
