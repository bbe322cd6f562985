package dev.exchequer.server.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.fallback.AttemptOutcome;
import dev.exchequer.fallback.Evidence;
import dev.exchequer.fallback.Outcomes;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Command.JournalEvent;
import dev.exchequer.policy.Meter;
import dev.exchequer.policy.Provider;
import dev.exchequer.pricing.Usage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JournalLineTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String REQUEST = "01990000-0000-7000-8000-000000000001";
  private static final HoldId HOLD = new HoldId(REQUEST, 2);

  /** A stream that ended well, as Envoy writes it. */
  private static final String WHOLE =
      """
      {"v":1,"kind":"DownstreamEnd","request":"REQUEST","attempt":2,"hold":"REQUEST/2","status":200,"flags":"-","details":"via_upstream","ms":1234,"bytes":99,
       "start":"2026-11-24T00:00:00.000Z","upstream":"127.0.0.1:4010","rq":null,"at":null,
       "meter":{"usage":"{\\"prompt_tokens\\":9,\\"completion_tokens\\":12}","status":200,"local":"","content_type":"text/event-stream","content_encoding":"Identity",
         "model":"gpt-5-2026","service_tier":"priority","provider_request_id":"req_1","finish_reason":"stop","error_seen":false,"streamed":true,"released":true,
         "events":11,"text_bytes":22,"output_items":33,"first_byte_ms":44,"retry_after":3}}
      """
          .replace("REQUEST", REQUEST);

  private static final Evidence WHOLE_EVIDENCE =
      new Evidence(
          Evidence.From.JOURNAL, 200, "", "identity", new Usage(Map.of(Meter.INPUT, 9L, Meter.OUTPUT, 12L), Usage.Source.JOURNAL), null, "gpt-5-2026", "priority", "req_1",
          "stop", false, true, true, true, false, true, 11, 22, 33, 44, 1234, null, -1);

  @Test
  void theEndOfAHopIsItsEvidence() throws IOException {
    assertThat(hop(WHOLE)).isEqualTo(new JournalEvent.HopEnd(HOLD, WHOLE_EVIDENCE));
  }

  @Test
  void aPeriodicLineIsProgress() throws IOException {
    assertThat(hop(with("kind", "\"DownstreamPeriodic\""))).isEqualTo(new JournalEvent.HopProgress(HOLD, WHOLE_EVIDENCE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"DownstreamStart\"", "\"TaskStart\"", "\"DownstreamTunnelSuccessfullyEstablished\"", "\"NotSet\"", "\"\"", "\"-\"", "null", "7", "{}", "[\"DownstreamEnd\"]"})
  void otherKindsSayNothing(String kind) throws IOException {
    assertThat(hop(with("kind", kind))).isEqualTo(new JournalEvent.Nothing());
    assertThat(request(with("kind", kind))).isEqualTo(new JournalEvent.Nothing());
  }

  @Test
  void numbersMayBeStringsOrDoubles() throws IOException {
    ObjectNode line = tree(WHOLE);
    line.put("status", "200").put("ms", "1234").put("bytes", "99").put("attempt", "2").remove("hold");
    meter(line).put("events", "11").put("text_bytes", 22.0).put("output_items", "33").put("first_byte_ms", 44.0).put("streamed", "true").put("released", "true");
    assertThat(hop(line.toString())).isEqualTo(new JournalEvent.HopEnd(HOLD, WHOLE_EVIDENCE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"-\"", "null", "\"\"", "\"x\"", "\"1.5x\"", "{}", "[1]", "-7", "\"-7\"", "true"})
  void aNumberThatIsNoneIsZero(String value) throws IOException {
    ObjectNode line = tree(WHOLE);
    for (String name : new String[] {"ms", "bytes"}) {
      line.set(name, JSON.readTree(value));
    }
    for (String name : new String[] {"events", "text_bytes", "output_items", "first_byte_ms"}) {
      meter(line).set(name, JSON.readTree(value));
    }
    Evidence evidence = evidence(line);
    assertThat(evidence.latencyMs() + evidence.events() + evidence.textBytes() + evidence.outputItems() + evidence.firstByteMs()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"-\"", "null", "\"\"", "{}", "[\"x\"]"})
  void aTextThatIsNoneIsEmpty(String value) throws IOException {
    ObjectNode line = tree(WHOLE);
    for (String name : new String[] {"flags", "details", "upstream"}) {
      line.set(name, JSON.readTree(value));
    }
    for (String name : new String[] {"local", "content_encoding", "model", "service_tier", "provider_request_id", "finish_reason", "usage"}) {
      meter(line).set(name, JSON.readTree(value));
    }
    assertThat(evidence(line))
        .isEqualTo(
            new Evidence(
                Evidence.From.JOURNAL, 200, "", "", Usage.NOTHING, null, "", "", "", "", false, true, true, false, false, false, 11, 22, 33, 44, 1234, null, -1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "\"-\"", "7", "[]", "{}"})
  void withoutTheMetersPartTheRestIsRead(String meter) throws IOException {
    Evidence evidence = evidence(tree(with("meter", meter)));
    assertThat(evidence.status()).isEqualTo(200);
    assertThat(evidence.usage()).isEqualTo(Usage.NOTHING);
    assertThat(evidence.released()).isTrue();
    assertThat(evidence.streamed()).isFalse();
    assertThat(evidence.upstreamSeen()).isTrue();
  }

  @ParameterizedTest(name = "hold={0} request={1} attempt={2} rq={3} at={4} -> {5}")
  @CsvSource(
      nullValues = "none",
      value = {
        "\"r/3\", \"other\", 1, \"o\", 2, r/3",
        "null, \"r\", 3, null, null, r/3",
        "null, \"r\", \"3\", null, null, r/3",
        "\"-\", \"r\", 3, null, null, r/3",
        "null, null, null, \"r\", \"3\", r/3",
        "null, \"-\", \"-\", \"r\", 3, r/3",
        "null, null, 0, \"r\", 3, r/3",
        "null, \"r\", null, \"o\", \"3\", r/3",
        "null, \"r\", 99, null, null, r/99",
        "null, \"r\", 100, null, null, none",
        "null, \"r\", 0, null, 0, none",
        "null, \"r\", -1, null, null, none",
        "null, null, 3, null, 3, none",
        "null, null, null, null, null, none",
        "\"garbage\", \"r\", 3, null, null, none",
        "\"r/0\", \"r\", 3, null, null, none",
        "\"r/x\", \"r\", 3, null, null, none",
      })
  void anAttemptIsNamedByItsHoldElseByRequestAndAttemptElseByTheHeaders(String hold, String request, String attempt, String rq, String at, @Nullable String expected)
      throws IOException {
    ObjectNode line = tree(WHOLE);
    line.set("hold", JSON.readTree(hold));
    line.set("request", JSON.readTree(request));
    line.set("attempt", JSON.readTree(attempt));
    line.set("rq", JSON.readTree(rq));
    line.set("at", JSON.readTree(at));
    JournalEvent event = hop(line.toString());
    if (expected == null) {
      assertThat(event).isEqualTo(new JournalEvent.Nothing());
    } else {
      assertThat(event).isInstanceOfSatisfying(JournalEvent.HopEnd.class, end -> assertThat(end.id()).isEqualTo(HoldId.parse(expected)));
    }
  }

  @Test
  void aCheckThatFailedIsAHopThatWasNotSent() throws IOException {
    String line = "{\"v\":1,\"kind\":\"DownstreamEnd\",\"request\":null,\"attempt\":null,\"hold\":null,\"status\":503,\"flags\":\"UAEX\",\"details\":\"ext_authz_error\",\"ms\":3,"
        + "\"bytes\":0,\"upstream\":null,\"rq\":\"r\",\"at\":\"1\",\"meter\":null}";
    assertThat(hop(line))
        .isEqualTo(
            new JournalEvent.HopEnd(
                new HoldId("r", 1),
                new Evidence(
                    Evidence.From.JOURNAL, 503, "UAEX ext_authz_error", "", Usage.NOTHING, null, "", "", "", "", false, false, false, false, false, false, 0, 0, 0, 0, 3, null,
                    -1)));
  }

  @ParameterizedTest(name = "flags={0} details={1}")
  @CsvSource({
    "DC, downstream_remote_disconnect, true",
    "DR, http2.remote_reset, true",
    "'UPE,DR', via_upstream, true",
    "'DC,UT', -, true",
    "-, http2.remote_reset, true",
    "-, downstream_remote_disconnect, true",
    "-, via_upstream, false",
    "UPE, upstream_reset_after_response_started{protocol_error}, false",
    "UC, upstream_reset_after_response_started{connection_termination}, false",
    "UR, upstream_reset_before_response_started{remote_reset}, false",
    "UR, upstream_reset_after_response_started{remote_reset}, false",
    "UR, upstream_reset_before_response_started{remote_refused_stream_reset}, false",
    "DCX, -, false",
    "XDR, -, false"
  })
  void theClientLeft(String flags, String details, boolean gone) throws IOException {
    ObjectNode line = tree(WHOLE).put("flags", flags).put("details", details);
    assertThat(evidence(line).clientGone()).isEqualTo(gone);
    assertThat(request(line.toString())).isEqualTo(new JournalEvent.RequestEnd(REQUEST, 200, gone));
  }

  @Test
  void aStreamThatTheProviderBrokeOffIsBroken() throws IOException {
    ObjectNode line = tree(WHOLE).put("flags", "UPE").put("details", "upstream_reset_after_response_started{protocol_error}");
    meter(line).put("usage", "").put("finish_reason", "");
    Evidence evidence = evidence(line);
    assertThat(evidence.complete()).isFalse();
    assertThat(evidence.clientGone()).isFalse();
    assertThat(evidence.released()).isTrue();
    assertThat(Outcomes.of(evidence)).isEqualTo(AttemptOutcome.STREAM_BROKEN);
  }

  @Test
  void aStreamThatTheProviderResetIsBrokenAndNotLeftByTheClient() throws IOException {
    ObjectNode line = tree(WHOLE).put("flags", "UR").put("details", "upstream_reset_after_response_started{remote_reset}");
    meter(line).put("usage", "").put("finish_reason", "");
    assertThat(Outcomes.of(evidence(line))).isEqualTo(AttemptOutcome.STREAM_BROKEN);
  }

  @Test
  void aStreamThatTheClientLeft() throws IOException {
    ObjectNode line = tree(WHOLE).put("flags", "DR").put("details", "http2.remote_reset");
    meter(line).put("usage", "").put("finish_reason", "");
    assertThat(Outcomes.of(evidence(line))).isEqualTo(AttemptOutcome.CLIENT_GONE);
  }

  @ParameterizedTest(name = "streamed={0} status={1} flags={2} finish={3} usage={4} error={5}")
  @CsvSource({
    "false, 200, -, '', '', false, true",
    "false, 200, -, '', '', true, false",
    "false, 200, DR, stop, {}, false, false",
    "false, 500, -, stop, {}, false, false",
    "true, 200, -, '', '', false, false",
    "true, 200, UPE, stop, '', false, true",
    "true, 200, DR, '', {}, false, true",
  })
  void complete(boolean streamed, int status, String flags, String finish, String usage, boolean error, boolean complete) throws IOException {
    ObjectNode line = tree(WHOLE).put("status", status).put("flags", flags);
    meter(line).put("streamed", streamed).put("finish_reason", finish).put("usage", usage).put("error_seen", error);
    assertThat(evidence(line).complete()).isEqualTo(complete);
  }

  @ParameterizedTest(name = "released={0} status={1} bytes={2}")
  @CsvSource({"true, 0, 0, true", "true, 500, 10, true", "false, 200, 10, true", "false, 200, 0, false", "false, 500, 10, false", "false, 0, 10, false"})
  void bytesOfASuccessWereReleased(boolean meter, int status, int bytes, boolean released) throws IOException {
    ObjectNode line = tree(WHOLE).put("status", status).put("bytes", bytes);
    meter(line).put("released", meter);
    assertThat(evidence(line).released()).isEqualTo(released);
  }

  @ParameterizedTest
  @CsvSource({
    "UF connect, 127.0.0.1:1, 503, UF, d, UF connect",
    "'', 127.0.0.1:1, 503, UF, d, ''",
    "'', -, 503, NC, cluster_not_found, NC cluster_not_found",
    "'', -, 0, DR, http2.remote_reset, DR http2.remote_reset",
    "'', -, 200, UF, d, ''",
  })
  void envoysOwnReply(String meterLocal, String upstream, int status, String flags, String details, String local) throws IOException {
    ObjectNode line = tree(WHOLE).put("upstream", upstream).put("status", status).put("flags", flags).put("details", details);
    meter(line).put("local", meterLocal);
    Evidence evidence = evidence(line);
    assertThat(evidence.local()).isEqualTo(local);
    assertThat(evidence.upstreamSeen()).isEqualTo(!upstream.equals("-"));
  }

  @Test
  void nonsenseUsageIsNoUsageAndSaysWhy() throws IOException {
    ObjectNode line = tree(WHOLE);
    meter(line).put("usage", "{\"prompt_tokens\":1,\"prompt_tokens\":2}");
    assertThat(evidence(line).usage()).isEqualTo(Usage.NOTHING);
    assertThat(evidence(line).usageRejected()).isEqualTo("usage is not JSON");
  }

  @ParameterizedTest
  @CsvSource({"false, 1", "true, 4"})
  void theProvidersWayOfCountingDecidesHowItsUsageIsRead(boolean outside, long input) throws IOException {
    ObjectNode line = tree(WHOLE);
    meter(line).put("usage", "{\"prompt_tokens\":4,\"completion_tokens\":1,\"prompt_tokens_details\":{\"cached_tokens\":3}}");
    Provider provider = new Provider(new ObjectName("default", "p"), "OpenAI", "/v1", "max_tokens", outside, false, 10, false);
    JournalEvent event = JournalLine.read(bytes(line.toString()), true, id -> id.equals(HOLD) ? Optional.of(provider) : Optional.empty());
    assertThat(event)
        .isInstanceOfSatisfying(
            JournalEvent.HopEnd.class,
            end -> {
              assertThat(end.evidence().usage().of(Meter.INPUT)).isEqualTo(input);
              assertThat(end.evidence().usage().of(Meter.CACHE_READ)).isEqualTo(3);
            });
  }

  @Test
  void aWholeRequestEnds() throws IOException {
    assertThat(request("{\"kind\":\"DownstreamEnd\",\"request\":\"r\",\"status\":\"429\",\"flags\":\"-\",\"details\":\"ext_authz_denied\"}"))
        .isEqualTo(new JournalEvent.RequestEnd("r", 429, false));
    assertThat(request("{\"kind\":\"DownstreamEnd\",\"request\":\"r\",\"status\":0,\"flags\":\"DC\"}")).isEqualTo(new JournalEvent.RequestEnd("r", 0, true));
    assertThat(request("{\"kind\":\"DownstreamEnd\",\"request\":\"r\"}")).isEqualTo(new JournalEvent.RequestEnd("r", 0, false));
  }

  @Test
  void aWholeRequestThatHasNoNameOrStillRunsSaysNothing() throws IOException {
    assertThat(request("{\"kind\":\"DownstreamEnd\",\"request\":\"-\",\"status\":404}")).isEqualTo(new JournalEvent.Nothing());
    assertThat(request("{\"kind\":\"DownstreamEnd\",\"request\":null,\"status\":404}")).isEqualTo(new JournalEvent.Nothing());
    assertThat(request("{\"kind\":\"DownstreamPeriodic\",\"request\":\"r\",\"status\":200}")).isEqualTo(new JournalEvent.Nothing());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "x", "{", "{\"kind\":\"Down", "[]", "7", "null", "\"text\"", "\u0000\u0000"})
  void whatIsNoObjectIsUnreadable(String line) {
    assertThatThrownBy(() -> hop(line)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> request(line)).isInstanceOf(IOException.class);
  }

  private static JournalEvent hop(String line) throws IOException {
    return JournalLine.read(bytes(line), true, id -> Optional.empty());
  }

  private static JournalEvent request(String line) throws IOException {
    return JournalLine.read(bytes(line), false, id -> Optional.empty());
  }

  private static Evidence evidence(JsonNode line) throws IOException {
    JournalEvent event = hop(line.toString());
    if (event instanceof JournalEvent.HopEnd end) {
      return end.evidence();
    }
    throw new AssertionError("not the end of a hop: " + event);
  }

  private static ObjectNode tree(String line) throws IOException {
    return (ObjectNode) JSON.readTree(line);
  }

  private static ObjectNode meter(ObjectNode line) {
    return (ObjectNode) line.path("meter");
  }

  private static String with(String name, String value) throws IOException {
    ObjectNode line = tree(WHOLE);
    line.set(name, JSON.readTree(value));
    return line.toString();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
