package dev.exchequer.server.link;

import dev.exchequer.server.policyfeed.PolicyFeedClient;
import dev.exchequer.wire.MutualTls;
import io.grpc.ConnectivityState;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connection to the operator, one for all that is said over it: on one machine by its Unix socket; in a pod by mTLS to one of its replicas, and then the
 * Envoy of the pod uses it too, so that routes and policy always come from the same replica.
 */
public final class OperatorLink implements PolicyFeedClient.Operator, AutoCloseable {
  private static final int ALIVE_SECONDS = 10;
  private static final int DEAD_SECONDS = 5;
  private static final int STOP_SECONDS = 2;

  /** A resumed session would skip the operator's new certificate, and ours. */
  private static final int SESSION_SECONDS = 1;

  /**
   * An operator elsewhere.
   *
   * @param host a name may mean several replicas: one is used at a time
   * @param tls folder of tls.crt, tls.key and ca.crt
   * @param name the DNS name in the operator's certificate
   */
  public record Remote(String host, int port, Path tls, String name) {
    public Remote {
      if (host.isEmpty() || port < 1 || port > 65_535 || name.isEmpty()) {
        throw new IllegalArgumentException("the operator is HOST:PORT and has a name: " + host + ":" + port + ", " + name);
      }
    }
  }

  private final ManagedChannel channel;
  private final @Nullable MutualTls certificates;
  private @Nullable AdsRelay relay;

  private OperatorLink(ManagedChannel channel, @Nullable MutualTls certificates) {
    this.channel = channel;
    this.certificates = certificates;
  }

  /** The operator beside us. Connects when it is first used. */
  public static OperatorLink unix(Path feedSocket, int maxInboundBytes) {
    ManagedChannel channel =
        Grpc.newChannelBuilder("unix:" + feedSocket.toAbsolutePath(), InsecureChannelCredentials.create())
            .overrideAuthority("localhost")
            .maxInboundMessageSize(maxInboundBytes)
            .build();
    return new OperatorLink(channel, null);
  }

  /**
   * Connects when it is first used; a connection that has become silent is noticed within 15 s, and another replica is dialled.
   *
   * @param xdsSocket where the Envoy of this pod finds ADS
   * @throws IOException if the certificates cannot be used or the socket cannot be bound
   */
  public static OperatorLink remote(Remote operator, Path xdsSocket, int maxInboundBytes) throws IOException {
    MutualTls certificates = MutualTls.load(operator.tls, operator.name);
    OperatorLink link = new OperatorLink(dial(operator, certificates, maxInboundBytes), certificates);
    try {
      link.relay = AdsRelay.start(xdsSocket, link.channel, maxInboundBytes);
      return link;
    } catch (IOException | RuntimeException e) {
      link.close();
      throw e;
    }
  }

  private static ManagedChannel dial(Remote operator, MutualTls certificates, int maxInboundBytes) throws IOException {
    return NettyChannelBuilder.forAddress(operator.host, operator.port)
        .overrideAuthority(operator.name)
        .sslContext(
            GrpcSslContexts.configure(SslContextBuilder.forClient())
                .keyManager(certificates.keyManager())
                .trustManager(certificates.trustManager())
                .protocols("TLSv1.3")
                .sessionTimeout(SESSION_SECONDS)
                .build())
        .defaultLoadBalancingPolicy("pick_first")
        .keepAliveTime(ALIVE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTimeout(DEAD_SECONDS, TimeUnit.SECONDS)
        .keepAliveWithoutCalls(true)
        .maxInboundMessageSize(maxInboundBytes)
        .build();
  }

  /** For calls of the {@code PolicyFeed} service; whoever calls brings a thread of its own ({@code withExecutor}). */
  @Override
  public ManagedChannel channel() {
    return channel;
  }

  /**
   * The policy feed has ended: Envoy's stream ends too, so that both find the same replica again.
   */
  @Override
  public void lost() {
    AdsRelay relaying = relay;
    if (relaying != null) {
      relaying.endAll();
    }
  }

  /** Whether the connection stands. */
  public boolean connected() {
    return channel.getState(false) == ConnectivityState.READY;
  }

  @Override
  public void close() {
    if (relay != null) {
      relay.close();
    }
    channel.shutdownNow();
    try {
      channel.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (certificates != null) {
      certificates.close();
    }
  }
}
