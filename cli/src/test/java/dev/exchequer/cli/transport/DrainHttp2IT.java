package dev.exchequer.cli.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.cli.mock.MockProvider;
import dev.exchequer.wire.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same as {@link DrainIT} for HTTP/2, where all requests of a client are streams of one connection: GOAWAY ends it for new ones only. Two real Envoys. */
class DrainHttp2IT {
  @TempDir Path folder = Path.of("");

  @Test
  void aStreamFinishesWhileNewRequestsGoToAnotherGateway() throws Exception {
    TestAuthority authority = TestAuthority.in(folder);
    authority.issue(folder.resolve("operator"), Replica.NAME);
    authority.issue(folder.resolve("gateway"), "exchequer-gateway");
    OkHttpClient client = new OkHttpClient.Builder().protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE)).retryOnConnectionFailure(false).readTimeout(Duration.ofSeconds(60)).build();
    try (MockProvider mock = MockProvider.start(0);
        Replica replica = new Replica(folder.resolve("operator"));
        Pod leaving = new Pod("gateway-0", replica.port(), folder.resolve("gateway"));
        Pod staying = new Pod("gateway-1", replica.port(), folder.resolve("gateway"));
        Balancer service = new Balancer(leaving.port)) {
      replica.serve(Replica.world(folder, mock.port(), ""));
      leaving.awaitServing();
      staying.awaitServing();
      assertThat(post(client, service.port(), "usage-100-10")).isEqualTo(200);
      long before = requests(staying);

      List<String> lines = new CopyOnWriteArrayList<>();
      CompletableFuture<Integer> stream = CompletableFuture.supplyAsync(() -> read(client, service.port(), lines));
      Await.until("the stream runs", () -> lines.size() > 2, leaving::log);
      assertThat(service.connections()).as("one for everything").isEqualTo(1);
      assertThat(requests(staying)).isEqualTo(before);

      // what Kubernetes does with a pod that ends: preStop, and out of the endpoints as soon as it is not ready
      Files.writeString(leaving.sockets.resolve("drain"), "");
      Await.until("the pod is not ready", () -> !leaving.ready());
      service.to(staying.port);
      Await.until(
          "the client was told to go",
          () -> {
            assertThat(post(client, service.port(), "usage-100-10")).as("nobody is refused on the way").isEqualTo(200);
            return requests(staying) > before;
          },
          leaving::log);
      assertThat(stream).as("it runs on, on the connection that takes no others").isNotDone();
      assertThat(leaving.sockets.resolve("drained")).doesNotExist();
      assertThat(leaving.admin().stat("http.public.downstream_cx_drain_close")).as("GOAWAY, by Envoy's own count").isPositive();
      long left = leaving.admin().stat("http.public.downstream_rq_total");
      for (int i = 0; i < 5; i++) {
        assertThat(post(client, service.port(), "usage-100-10")).isEqualTo(200);
      }
      assertThat(leaving.admin().stat("http.public.downstream_rq_total")).as("none of them is its").isEqualTo(left);

      assertThat(stream.get(60, TimeUnit.SECONDS)).isEqualTo(200);
      assertThat(lines.stream().filter(line -> !line.isEmpty()).toList().getLast()).isEqualTo("data: [DONE]");
      Await.until("it is drained", () -> Files.exists(leaving.sockets.resolve("drained")), leaving::log);
    } finally {
      client.connectionPool().evictAll();
      client.dispatcher().executorService().shutdown();
    }
  }

  private static long requests(Pod pod) throws IOException {
    return pod.admin().stat("http.public.downstream_rq_total");
  }

  private static int post(OkHttpClient client, int port, String model) throws IOException {
    try (Response answer = client.newCall(request(port, model, false)).execute()) {
      assertThat(answer.protocol()).isEqualTo(Protocol.H2_PRIOR_KNOWLEDGE);
      return answer.code();
    }
  }

  private static int read(OkHttpClient client, int port, List<String> lines) {
    try (Response answer = client.newCall(request(port, "slow-stream-1000ms", true)).execute()) {
      for (String line = answer.body().source().readUtf8Line(); line != null; line = answer.body().source().readUtf8Line()) {
        lines.add(line);
      }
      return answer.code();
    } catch (IOException e) {
      lines.add(e.toString());
      return -1;
    }
  }

  private static Request request(int port, String model, boolean stream) {
    String body = "{\"model\":\"" + model + "\",\"stream\":" + stream + ",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    return new Request.Builder()
        .url("http://127.0.0.1:" + port + "/v1/chat/completions")
        .header("authorization", "Bearer " + Pod.KEY)
        .post(RequestBody.create(body, MediaType.get("application/json")))
        .build();
  }
}
