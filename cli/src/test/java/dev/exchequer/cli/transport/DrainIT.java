package dev.exchequer.cli.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.cli.mock.MockProvider;
import dev.exchequer.wire.TestAuthority;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that is taken out of service, with a real Envoy: no stream is cut, no connection is kept. */
class DrainIT {
  @TempDir Path folder = Path.of("");

  @Test
  void streamsFinishConnectionsCloseAndThenItIsDrained() throws Exception {
    TestAuthority authority = TestAuthority.in(folder);
    authority.issue(folder.resolve("operator"), Replica.NAME);
    authority.issue(folder.resolve("gateway"), "exchequer-gateway");
    try (MockProvider mock = MockProvider.start(0);
        Replica replica = new Replica(folder.resolve("operator"));
        Pod pod = new Pod("gateway-0", replica.port(), folder.resolve("gateway"));
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      replica.serve(Replica.world(folder, mock.port(), ""));
      pod.awaitServing();
      assertThat(pod.post("usage-100-10").headers().firstValue("connection")).as("kept alive").isEmpty();

      List<String> lines = new CopyOnWriteArrayList<>();
      CompletableFuture<HttpResponse<Void>> stream = client.sendAsync(pod.request("slow-stream-1000ms", true), HttpResponse.BodyHandlers.fromLineSubscriber(new Lines(lines)));
      Await.until("the stream runs", () -> lines.size() > 2, pod::log);

      Files.writeString(pod.sockets.resolve("drain"), "");
      Await.until("the pod is not ready", () -> !pod.ready());
      Await.until("Envoy says so too", () -> pod.post("usage-100-10").headers().firstValue("connection").filter("close"::equals).isPresent(), pod::log);
      assertThat(stream).as("it runs on").isNotDone();
      assertThat(pod.sockets.resolve("drained")).doesNotExist();

      assertThat(stream.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
      assertThat(lines.stream().filter(line -> !line.isEmpty()).toList().getLast()).isEqualTo("data: [DONE]");
      Await.until("it is drained", () -> Files.exists(pod.sockets.resolve("drained")), pod::log);

      pod.restartEnvoy();
      Await.until("a fresh Envoy is in service", () -> !Files.exists(pod.sockets.resolve("drain")) && !Files.exists(pod.sockets.resolve("drained")));
      pod.awaitServing();
    }
  }

  private record Lines(List<String> lines) implements Flow.Subscriber<String> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String line) {
      lines.add(line);
    }

    @Override
    public void onError(Throwable cause) {
      lines.add(cause.toString());
    }

    @Override
    public void onComplete() {
      lines.add("");
    }
  }
}
