package dev.exchequer.cli.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.api.v1.PolicyFeedGrpc;
import dev.exchequer.api.v1.PolicyStatus;
import dev.exchequer.api.v1.PolicyUpdate;
import dev.exchequer.server.link.OperatorLink;
import dev.exchequer.wire.TestAuthority;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may connect: the real two ends, on TCP. */
class HandshakeTest {
  private static @Nullable TestAuthority ours;
  private static @Nullable TestAuthority others;
  private static Path issued = Path.of("");

  @TempDir Path folder = Path.of("");
  private @Nullable Replica replica;

  @BeforeAll
  static void certificates(@TempDir Path keys) throws Exception {
    ours = TestAuthority.in(keys);
    others = TestAuthority.in(keys);
    issued = keys;
    ours.issue(keys.resolve("operator"), "exchequer-operator.system.svc", Replica.NAME);
    ours.issueRsa(keys.resolve("gateway"), "exchequer-gateway");
  }

  @BeforeEach
  void start() throws Exception {
    replica = new Replica(issued.resolve("operator"));
    replica.serve(Replica.world(folder, 9, ""));
  }

  @AfterEach
  void stop() {
    operator().close();
  }

  private Replica operator() {
    return Objects.requireNonNull(replica);
  }

  @Test
  void theGatewaysCertificateIsLetIn() throws Exception {
    assertThat(fetch(issued.resolve("gateway"), Replica.NAME).getDigest()).hasSize(64);
  }

  @Test
  void othersAreNot() throws Exception {
    TestAuthority authority = Objects.requireNonNull(ours);
    Path gateway = folder.resolve("tls");
    authority.issue(gateway, "exchequer-gateway-2", "gateway");
    refused(gateway, Replica.NAME);
    authority.issueExpired(gateway, "exchequer-gateway");
    refused(gateway, Replica.NAME);

    Objects.requireNonNull(others).issue(gateway, "exchequer-gateway");
    Path withOurCa = copy(gateway, folder.resolve("other"));
    Files.copy(issued.resolve("operator").resolve("ca.crt"), withOurCa.resolve("ca.crt"), StandardCopyOption.REPLACE_EXISTING);
    refused(withOurCa, Replica.NAME);

    authority.issue(gateway, "exchequer-gateway");
    assertThat(fetch(gateway, Replica.NAME).getDigest()).as("but for those reasons it would have been").hasSize(64);
  }

  @Test
  void withoutACertificateNobodyIs() throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", operator().port())
            .overrideAuthority(Replica.NAME)
            .sslContext(GrpcSslContexts.configure(SslContextBuilder.forClient()).trustManager(issued.resolve("operator").resolve("ca.crt").toFile()).build())
            .build();
    try {
      assertThatThrownBy(() -> fetch(channel)).isInstanceOf(ExecutionException.class).hasMessageContaining("UNAVAILABLE");
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void onlyTls13() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Anyone()}, null);
    for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
      try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", operator().port())) {
        socket.setEnabledProtocols(new String[] {version});
        if (version.equals("TLSv1.3")) {
          socket.startHandshake(); // that a certificate is missing is told after it
        } else {
          assertThatThrownBy(socket::startHandshake).isInstanceOf(IOException.class).hasMessageContaining("protocol_version");
        }
      }
    }
  }

  @Test
  void theOperatorMustBeTheOneThatWasNamed() throws Exception {
    refused(issued.resolve("gateway"), "exchequer-operator.elsewhere");
    Path trustingOthers = copy(issued.resolve("gateway"), folder.resolve("tls"));
    Objects.requireNonNull(others).issue(folder.resolve("others"), "x");
    Files.copy(folder.resolve("others").resolve("ca.crt"), trustingOthers.resolve("ca.crt"), StandardCopyOption.REPLACE_EXISTING);
    refused(trustingOthers, Replica.NAME);
  }

  @Test
  void aRotationOfTheAuthorityBreaksNoStream() throws Exception {
    Path operator = copy(issued.resolve("operator"), folder.resolve("operator"));
    try (Replica rotating = new Replica(operator);
        OperatorLink link = link(rotating.port(), issued.resolve("gateway"), Replica.NAME)) {
      rotating.serve(Replica.world(folder, 9, ""));
      CompletableFuture<PolicyUpdate> first = new CompletableFuture<>();
      CompletableFuture<Void> ended = new CompletableFuture<>();
      StreamObserver<PolicyStatus> stream = watch(link.channel(), first, ended);
      assertThat(first.get(20, TimeUnit.SECONDS).getDigest()).hasSize(64);

      TestAuthority next = Objects.requireNonNull(others);
      next.issue(operator, Replica.NAME);
      Path gateway = folder.resolve("gateway");
      next.issue(gateway, "exchequer-gateway");
      Await.until("new connections are of the new authority", () -> fetch(rotating.port(), gateway, Replica.NAME).getDigest().length() == 64);
      assertThatThrownBy(() -> fetch(rotating.port(), issued.resolve("gateway"), Replica.NAME)).isInstanceOf(ExecutionException.class);

      assertThat(ended).isNotDone();
      stream.onNext(PolicyStatus.newBuilder().setNode("running").setDigest("still here").build());
      Await.until("the stream is heard", () -> rotating.activation.services().getOrDefault("running", PolicyStatus.getDefaultInstance()).getDigest().equals("still here"));
      assertThat(ended).isNotDone();

      Await.until("a session is not resumed for ever past its authority", () -> isRefused(link.channel()));
    }
  }

  private static boolean isRefused(ManagedChannel channel) throws Exception {
    channel.enterIdle(); // the next call has a connection of its own
    try {
      fetch(channel);
      return false;
    } catch (ExecutionException e) {
      return true;
    }
  }

  private void refused(Path tls, String name) {
    assertThatThrownBy(() -> fetch(tls, name)).as("%s, %s", tls, name).isInstanceOf(ExecutionException.class).hasMessageContaining("UNAVAILABLE");
  }

  private PolicyUpdate fetch(Path tls, String name) throws Exception {
    return fetch(operator().port(), tls, name);
  }

  private PolicyUpdate fetch(int port, Path tls, String name) throws Exception {
    try (OperatorLink link = link(port, tls, name)) {
      return fetch(link.channel());
    }
  }

  private OperatorLink link(int port, Path tls, String name) throws IOException {
    return OperatorLink.remote(new OperatorLink.Remote("127.0.0.1", port, tls, name), Files.createTempDirectory("exq").resolve("xds.sock"), 1 << 25);
  }

  private static PolicyUpdate fetch(Channel channel) throws Exception {
    CompletableFuture<PolicyUpdate> first = new CompletableFuture<>();
    watch(channel, first, new CompletableFuture<>());
    return first.get(20, TimeUnit.SECONDS);
  }

  private static StreamObserver<PolicyStatus> watch(Channel channel, CompletableFuture<PolicyUpdate> first, CompletableFuture<Void> ended) {
    StreamObserver<PolicyStatus> stream =
        PolicyFeedGrpc.newStub(channel)
            .watch(
                new StreamObserver<>() {
                  @Override
                  public void onNext(PolicyUpdate update) {
                    first.complete(update);
                  }

                  @Override
                  public void onError(Throwable cause) {
                    first.completeExceptionally(cause);
                    ended.complete(null);
                  }

                  @Override
                  public void onCompleted() {
                    ended.complete(null);
                  }
                });
    stream.onNext(PolicyStatus.newBuilder().setNode("node").build());
    return stream;
  }

  private static Path copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    for (String name : new String[] {"tls.crt", "tls.key", "ca.crt"}) {
      Files.copy(from.resolve(name), to.resolve(name));
    }
    return to;
  }

  private static final class Anyone implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
