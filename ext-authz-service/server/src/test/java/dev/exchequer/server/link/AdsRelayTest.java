package dev.exchequer.server.link;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.exchequer.server.GrpcServers;
import dev.exchequer.server.ServiceSettings;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The relay between an Envoy and an operator of this test, on Unix sockets; TLS changes nothing for it. */
class AdsRelayTest {
  private static final int MEBI = 1 << 20;
  private static final int MANY = 40;

  @TempDir Path folder = Path.of("");

  private final Operator operator = new Operator();
  private @Nullable GrpcServers servers;
  private @Nullable OperatorLink toOperator;
  private @Nullable AdsRelay relay;
  private @Nullable OperatorLink envoysSide;

  @BeforeEach
  void start() throws Exception {
    servers = GrpcServers.start(ServiceSettings.local(folder, folder, 0), List.of(operator), List.of());
    toOperator = OperatorLink.unix(folder.resolve("admit.sock"), 16 * MEBI);
    relay = AdsRelay.start(folder.resolve("xds.sock"), toOperator.channel(), 16 * MEBI);
    envoysSide = OperatorLink.unix(folder.resolve("xds.sock"), 16 * MEBI);
  }

  @AfterEach
  void stop() {
    Objects.requireNonNull(envoysSide).close();
    Objects.requireNonNull(relay).close();
    Objects.requireNonNull(toOperator).close();
    Objects.requireNonNull(servers).close();
  }

  @Test
  void messagesPassAsTheyAre() throws Exception {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("xds.sock")))).isEqualTo("rw-------");
    Envoy envoy = new Envoy(Integer.MAX_VALUE);
    StreamObserver<DeltaDiscoveryRequest> requests = envoy.begin();
    DeltaDiscoveryRequest nack =
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl("t")
            .setErrorDetail(com.google.rpc.Status.newBuilder().setCode(13).setMessage("in Envoy's words"))
            .putAllInitialResourceVersions(java.util.Map.of("a", "x".repeat(3 * MEBI)))
            .build();
    requests.onNext(nack);
    assertThat(operator.next()).isEqualTo(nack);
    operator.answer(response(1, 5 * MEBI));
    assertThat(envoy.next()).isEqualTo(response(1, 5 * MEBI));
    requests.onCompleted();
    assertThat(envoy.ended.get(20, TimeUnit.SECONDS)).isEqualTo(Status.Code.OK);
  }

  @Test
  void aSlowEnvoyHoldsTheOperatorBack() throws Exception {
    Envoy envoy = new Envoy(1);
    envoy.begin().onNext(DeltaDiscoveryRequest.getDefaultInstance());
    operator.next();
    operator.pour(MANY);
    assertThat(envoy.next()).isEqualTo(response(0, MEBI));
    long quiet = System.nanoTime() + 300_000_000L;
    int sent = operator.sent.get();
    while (System.nanoTime() < quiet) {
      int now = operator.sent.get();
      if (now != sent) {
        sent = now;
        quiet = System.nanoTime() + 300_000_000L;
      }
      Thread.onSpinWait();
    }
    assertThat(sent).as("what fits into the buffers of two connections").isLessThan(MANY / 2);
    envoy.more(MANY);
    for (int i = 1; i < MANY; i++) {
      assertThat(envoy.next()).isEqualTo(response(i, MEBI));
    }
  }

  @Test
  void anEndIsTheEndOfBoth() throws Exception {
    Envoy first = new Envoy(Integer.MAX_VALUE);
    first.begin().onNext(DeltaDiscoveryRequest.getDefaultInstance());
    operator.next();
    Objects.requireNonNull(relay).endAll();
    assertThat(first.ended.get(20, TimeUnit.SECONDS)).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(operator.cancelled.poll(20, TimeUnit.SECONDS)).isNotNull();

    Envoy second = new Envoy(Integer.MAX_VALUE);
    StreamObserver<DeltaDiscoveryRequest> requests = second.begin();
    requests.onNext(DeltaDiscoveryRequest.getDefaultInstance());
    operator.next();
    requests.onError(Status.CANCELLED.asRuntimeException());
    assertThat(operator.cancelled.poll(20, TimeUnit.SECONDS)).as("Envoy went").isNotNull();

    Envoy third = new Envoy(Integer.MAX_VALUE);
    third.begin().onNext(DeltaDiscoveryRequest.getDefaultInstance());
    operator.next();
    Objects.requireNonNull(servers).close();
    assertThat(third.ended.get(20, TimeUnit.SECONDS)).as("the operator went").isIn(Status.Code.UNAVAILABLE, Status.Code.INTERNAL);
    Envoy fourth = new Envoy(Integer.MAX_VALUE);
    fourth.begin();
    assertThat(fourth.ended.get(20, TimeUnit.SECONDS)).isEqualTo(Status.Code.UNAVAILABLE);
  }

  @Test
  void onlyThatMethod() throws Exception {
    CompletableFuture<Status.Code> ended = new CompletableFuture<>();
    AggregatedDiscoveryServiceGrpc.newStub(Objects.requireNonNull(envoysSide).channel())
        .streamAggregatedResources(
            new StreamObserver<DiscoveryResponse>() {
              @Override
              public void onNext(DiscoveryResponse response) {}

              @Override
              public void onError(Throwable cause) {
                ended.complete(Status.fromThrowable(cause).getCode());
              }

              @Override
              public void onCompleted() {}
            })
        .onNext(DiscoveryRequest.getDefaultInstance());
    assertThat(ended.get(20, TimeUnit.SECONDS)).isEqualTo(Status.Code.UNIMPLEMENTED);
  }

  private static DeltaDiscoveryResponse response(int number, int bytes) {
    return DeltaDiscoveryResponse.newBuilder()
        .setNonce(Integer.toString(number))
        .addResources(Resource.newBuilder().setResource(Any.newBuilder().setValue(ByteString.copyFrom(new byte[bytes]))))
        .build();
  }

  private final class Envoy implements ClientResponseObserver<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
    private final int first;
    private final BlockingQueue<DeltaDiscoveryResponse> responses = new LinkedBlockingQueue<>();
    final CompletableFuture<Status.Code> ended = new CompletableFuture<>();
    private @Nullable ClientCallStreamObserver<DeltaDiscoveryRequest> call;

    /** @param first how many responses it asks for; then only by {@link #more} */
    Envoy(int first) {
      this.first = first;
    }

    StreamObserver<DeltaDiscoveryRequest> begin() {
      return AggregatedDiscoveryServiceGrpc.newStub(Objects.requireNonNull(envoysSide).channel()).deltaAggregatedResources(this);
    }

    void more(int count) {
      Objects.requireNonNull(call).request(count);
    }

    DeltaDiscoveryResponse next() throws InterruptedException {
      return Objects.requireNonNull(responses.poll(20, TimeUnit.SECONDS), "no response came");
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<DeltaDiscoveryRequest> stream) {
      call = stream;
      stream.disableAutoRequestWithInitial(first);
    }

    @Override
    public void onNext(DeltaDiscoveryResponse response) {
      responses.add(response);
    }

    @Override
    public void onError(Throwable cause) {
      ended.complete(Status.fromThrowable(cause).getCode());
    }

    @Override
    public void onCompleted() {
      ended.complete(Status.Code.OK);
    }
  }

  private static final class Operator extends AggregatedDiscoveryServiceImplBase {
    private final BlockingQueue<DeltaDiscoveryRequest> requests = new LinkedBlockingQueue<>();
    final BlockingQueue<String> cancelled = new LinkedBlockingQueue<>();
    final AtomicInteger sent = new AtomicInteger();
    private volatile int toSend;
    private volatile @Nullable ServerCallStreamObserver<DeltaDiscoveryResponse> out;

    DeltaDiscoveryRequest next() throws InterruptedException {
      return Objects.requireNonNull(requests.poll(20, TimeUnit.SECONDS), "no request came");
    }

    void answer(DeltaDiscoveryResponse response) {
      Objects.requireNonNull(out).onNext(response);
    }

    /** As fast as the other side takes them. */
    void pour(int count) {
      toSend = count;
      pour();
    }

    private synchronized void pour() {
      ServerCallStreamObserver<DeltaDiscoveryResponse> to = Objects.requireNonNull(out);
      while (to.isReady() && sent.get() < toSend) {
        to.onNext(response(sent.getAndIncrement(), MEBI));
      }
    }

    @Override
    public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(StreamObserver<DeltaDiscoveryResponse> responses) {
      ServerCallStreamObserver<DeltaDiscoveryResponse> stream = (ServerCallStreamObserver<DeltaDiscoveryResponse>) responses;
      out = stream;
      stream.setOnReadyHandler(this::pour);
      stream.setOnCancelHandler(() -> cancelled.add("yes"));
      return new StreamObserver<>() {
        @Override
        public void onNext(DeltaDiscoveryRequest request) {
          requests.add(request);
        }

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {
          responses.onCompleted();
        }
      };
    }
  }
}
