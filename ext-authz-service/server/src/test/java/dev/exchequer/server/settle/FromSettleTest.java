package dev.exchequer.server.settle;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.exchequer.api.v1.SettleRequest;
import dev.exchequer.fallback.Evidence;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.Meter;
import dev.exchequer.policy.Provider;
import dev.exchequer.pricing.Usage;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the meter reports as evidence: through the service, which knows how the attempt's provider counts. */
class FromSettleTest {
  private static final String REQUEST = "01990000-0000-7000-8000-000000000001";
  private static final HoldId HOLD = new HoldId(REQUEST, 2);

  private final FakeEngine engine = new FakeEngine();
  private final SettleService service = new SettleService(engine, SettleService.Observer.NONE);

  @Test
  void everyFieldBecomesEvidence() {
    Evidence evidence =
        evidence(
            request(200)
                .setUsage(bytes("{\"prompt_tokens\":9,\"completion_tokens\":12}"))
                .setModel(bytes("gpt-5-2026"))
                .setServiceTier(bytes("priority"))
                .setProviderRequestId(bytes("req_ä"))
                .setFinishReason(bytes("stop"))
                .setContentType(bytes("application/json"))
                .setContentEncoding(bytes("GZip"))
                .setErrorSeen(true)
                .setStreamed(true)
                .setReleased(true)
                .setEvents(11)
                .setTextBytes(22)
                .setOutputItems(33)
                .setFirstByteMs(44)
                .setRetryAfter(8));
    assertThat(evidence)
        .isEqualTo(
            new Evidence(
                Evidence.From.SETTLE, 200, "", "gzip", new Usage(Map.of(Meter.INPUT, 9L, Meter.OUTPUT, 12L), Usage.Source.PROVIDER), null, "gpt-5-2026", "priority", "req_ä",
                "stop", true, true, true, true, false, true, 11, 22, 33, 44, 0, null, 7));
    assertThat(engine.settled.getFirst().id()).isEqualTo(HOLD);
  }

  @Test
  void anEmptyReportSaysNothing() {
    assertThat(evidence(SettleRequest.newBuilder().setHold(bytes(HOLD.toString()))))
        .isEqualTo(
            new Evidence(
                Evidence.From.SETTLE, 0, "", "", Usage.NOTHING, null, "", "", "", "", false, false, false, false, false, true, 0, 0, 0, 0, 0, null, -1));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "'', true",
    "UF upstream_reset_before_response_started{connection_failure}, false",
    "'UF,URX upstream_reset_before_response_started{remote_connection_failure|Connection refused}', false",
    "NC cluster_not_found, false",
    "NR route_not_found, false",
    "UO upstream_reset_before_response_started{overflow}, false",
    "UH no_healthy_upstream, false",
    "- lua_response, false",
    "UT upstream_per_try_timeout, true",
    "UT response_timeout, true",
    "UPE upstream_reset_before_response_started{protocol_error}, true",
    "UC upstream_reset_before_response_started{connection_termination}, true",
    "UR upstream_reset_before_response_started{remote_reset}, true",
    "SI stream_idle_timeout, true"
  })
  void whatEnvoyAnsweredItselfTellsWhetherItWasSent(String local, boolean sent) {
    Evidence evidence = evidence(request(503).setLocal(bytes(local)));
    assertThat(evidence.local()).isEqualTo(local);
    assertThat(evidence.upstreamSeen()).isEqualTo(sent);
  }

  @ParameterizedTest(name = "streamed={0} status={1} finish={2} usage={3} error={4}")
  @CsvSource({
    "false, 200, '', '', false, true",
    "false, 204, '', '', false, true",
    "false, 200, stop, '', true, false",
    "false, 199, stop, {}, false, false",
    "false, 300, stop, {}, false, false",
    "false, 429, '', '', false, false",
    "true, 200, '', '', false, false",
    "true, 200, stop, '', false, true",
    "true, 200, '', {}, false, true",
    "true, 200, '', '', true, false",
  })
  void completeIsAWholeAnswerOrAStreamThatFinished(boolean streamed, int status, String finish, String usage, boolean error, boolean complete) {
    SettleRequest.Builder request = request(status).setStreamed(streamed).setFinishReason(bytes(finish)).setUsage(bytes(usage)).setErrorSeen(error);
    assertThat(evidence(request).complete()).isEqualTo(complete);
  }

  @Test
  void nonsenseUsageIsNoUsageAndSaysWhy() {
    Evidence evidence = evidence(request(200).setUsage(bytes("{\"prompt_tokens\":-1}")));
    assertThat(evidence.usage()).isEqualTo(Usage.NOTHING);
    assertThat(evidence.usageRejected()).isEqualTo("prompt_tokens is negative");
  }

  @ParameterizedTest
  @CsvSource({"false, 1, 3", "true, 4, 3"})
  void theProvidersWayOfCountingDecidesHowItsUsageIsRead(boolean outside, long input, long cached) {
    engine.provider = new Provider(new ObjectName("default", "p"), "OpenAI", "/v1", "max_tokens", outside, false, 10, false);
    Evidence evidence = evidence(request(200).setUsage(bytes("{\"prompt_tokens\":4,\"completion_tokens\":1,\"prompt_tokens_details\":{\"cached_tokens\":3}}")));
    assertThat(evidence.usage().of(Meter.INPUT)).isEqualTo(input);
    assertThat(evidence.usage().of(Meter.CACHE_READ)).isEqualTo(cached);
  }

  @Test
  void theProvidersErrorIsReadOfFailuresOnly() {
    ByteString body = bytes("{\"error\":{\"message\":\"bad key sk-abcdef123\",\"type\":\"t\",\"param\":null,\"code\":7}}");
    assertThat(evidence(request(400).setErrorBody(body)).providerError()).isEqualTo(new Evidence.ProviderError("bad key [masked]", "t", null, "7"));
    engine.settled.clear();
    assertThat(evidence(request(200).setErrorBody(body)).providerError()).isNull();
    engine.settled.clear();
    assertThat(evidence(request(400).setErrorBody(body.substring(0, 20))).providerError()).isNull();
  }

  @ParameterizedTest
  @CsvSource({"0, -1", "1, 0", "2, 1", "61, 60"})
  void retryAfterIsSecondsAndOne(long wire, long seconds) {
    assertThat(evidence(request(429).setRetryAfter(wire)).retryAfterSeconds()).isEqualTo(seconds);
  }

  @Test
  void textThatIsNotUtf8IsReadAllTheSame() {
    Evidence evidence = evidence(request(200).setModel(ByteString.copyFrom(new byte[] {'g', (byte) 0xff})).setLocal(ByteString.copyFrom(new byte[] {(byte) 0xc0})));
    assertThat(evidence.servedModel()).isEqualTo("g\ufffd");
    assertThat(evidence.upstreamSeen()).isTrue();
  }

  private Evidence evidence(SettleRequest.Builder request) {
    service.settle(request.build(), new Replies());
    assertThat(engine.settled).hasSize(1);
    return engine.settled.getFirst().evidence();
  }

  private static SettleRequest.Builder request(int status) {
    return SettleRequest.newBuilder().setRequest(bytes(REQUEST)).setAttempt(2).setHold(bytes(HOLD.toString())).setStatus(status);
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
