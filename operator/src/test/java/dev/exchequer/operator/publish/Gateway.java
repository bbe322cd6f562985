package dev.exchequer.operator.publish;

import dev.exchequer.operator.translate.EnvoyBootstrap;
import dev.exchequer.operator.translate.ToEnvoy;
import dev.exchequer.operator.transport.Listener;
import dev.exchequer.wire.EnvoyAdmin;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

/** The room under test with a real Envoy: ADS and publisher of ours, services and providers of the test's. */
final class Gateway implements AutoCloseable {
  /** Enough of a meter to see what reaches it: metadata for the journal, the path, and "next" on a 5xx. */
  private static final String METER =
      """
      function envoy_on_request(h)
        local hd, md = h:headers(), h:streamInfo():dynamicMetadata()
        local hold = hd:get('x-exq-hold')
        if not hold then return end
        md:set('exq', 'request', hd:get('x-exq-request')); md:set('exq', 'attempt', tonumber(hd:get('x-envoy-attempt-count'))); md:set('exq', 'hold', hold)
        hd:replace(':path', hd:get('x-exq-path'))
      end
      function envoy_on_response(h)
        local hd, md = h:headers(), h:streamInfo():dynamicMetadata()
        local exq = md:get('exq')
        if not exq or not exq['hold'] then return end
        md:set('exq', 'meter', { status = hd:get(':status'), ['local'] = hd:get('x-exq-local') or '' })
        if tonumber(hd:get(':status')) >= 500 then hd:replace('x-exq-next', '1') end
      end
      """;

  static final int MAX_REQUEST_BYTES = 8 << 20;

  final Path folder = Files.createTempDirectory(Path.of("/tmp"), "exq");
  final EnvoyBootstrap.Settings settings;
  final Map<String, String> attempt = new HashMap<>();
  private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private Ads ads = new Ads();
  private Listener xds;
  EnvoyPublisher publisher;
  EnvoyProcess envoy;

  Gateway() throws IOException, InterruptedException {
    this(METER);
  }

  Gateway(String meter) throws IOException, InterruptedException {
    settings =
        new EnvoyBootstrap.Settings(
            "it", "127.0.0.1", EnvoyProcess.freePort(), folder, folder, meter, MAX_REQUEST_BYTES, 2000, 2, 1, 1000, 1L << 30);
    xds = Listener.unix(settings.xdsSocket(), ads.service());
    publisher = publisher();
    attempt.putAll(
        Map.of("x-exq-route", "default/route", "x-exq-request", "r1", "x-exq-hold", "r1/1", "x-exq-path", "/v9/chat/completions", "x-exq-idle", "0"));
    envoy = EnvoyProcess.start(settings, folder);
  }

  FakeService admit(Function<CheckRequest, CheckResponse> check) throws IOException {
    return FakeService.start(folder.resolve("admit.sock"), check);
  }

  /** Admits everything to a cluster as the first attempt. */
  FakeService admitTo(String cluster) throws IOException {
    attempt.put("x-exq-cluster", cluster);
    return admit(request -> FakeService.ok(attempt));
  }

  FakeService money(Function<CheckRequest, CheckResponse> check) throws IOException {
    return FakeService.start(folder.resolve("money.sock"), check);
  }

  HttpResponse<String> post(String body, String... headers) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + settings.port() + "/v1/chat/completions"))
            .timeout(Duration.ofSeconds(20))
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  void restartEnvoy() throws IOException, InterruptedException {
    envoy.kill();
    envoy = EnvoyProcess.start(settings, folder);
  }

  /** As a restart of the operator: Envoy stays, ADS and everything it remembered is new. */
  void restartOperator() throws IOException {
    xds.close();
    ads = new Ads();
    xds = Listener.unix(settings.xdsSocket(), ads.service());
    publisher = publisher();
  }

  private EnvoyPublisher publisher() {
    return new EnvoyPublisher(
        ads, new ToEnvoy(ToEnvoy.SYSTEM_TRUST), WarmClusters.of(new EnvoyAdmin(settings.adminSocket(), Duration.ofSeconds(2))), Duration.ofSeconds(5));
  }

  void awaitServing() throws Exception {
    await("Envoy to serve", () -> publisher.current() instanceof Outcome.Serving && envoy.admin().get("/ready").startsWith("LIVE"));
  }

  /** Until it is so, or 20 s: failing with Envoy's log. An exception on the way is "not yet". */
  void await(String what, Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    Exception last = null;
    while (System.nanoTime() < end && envoy.alive()) {
      try {
        if (condition.call()) {
          return;
        }
      } catch (IOException e) {
        last = e;
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
    throw new AssertionError("waited in vain for " + what + "; " + publisher.current() + "\n" + envoy.log(), last);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    envoy.close();
    xds.close();
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }
}
