package dev.exchequer.operator.transport;

import dev.exchequer.wire.MutualTls;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A gRPC server whose calls run on its event loop: nothing in them may block. */
public final class Listener implements AutoCloseable {
  /** An Envoy that reconnects names every version that it has: about 150 bytes a resource. */
  private static final int MAX_INBOUND_BYTES = 16 << 20;

  private static final int ALIVE_SECONDS = 10;
  private static final int DEAD_SECONDS = 5;
  private static final int SOONEST_PING_SECONDS = 5;
  private static final int STOP_SECONDS = 2;

  private final EventLoopGroup loops;
  private final Server server;
  private final Runnable stopped;

  private Listener(EventLoopGroup loops, Server server, Runnable stopped) {
    this.loops = loops;
    this.server = server;
    this.stopped = stopped;
  }

  /**
   * Listens on a Unix socket that only this user can open.
   *
   * @param socket in a folder that is already locked: what lies there under this name is a leftover and removed
   * @throws IOException if it cannot be bound
   */
  public static Listener unix(Path socket, BindableService... services) throws IOException {
    Files.deleteIfExists(socket);
    EventLoopGroup loops = loops();
    NettyServerBuilder builder = NettyServerBuilder.forAddress(new DomainSocketAddress(socket.toFile())).channelType(EpollServerDomainSocketChannel.class);
    Listener listener = new Listener(loops, build(builder, loops, services), () -> socket.toFile().delete());
    listener.start();
    try {
      // between bind and here the folder protects it: it is 0700
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
      return listener;
    } catch (IOException | RuntimeException e) {
      listener.close();
      throw e;
    }
  }

  /**
   * Listens on TCP for those who show the right certificate. A connection that has become silent is noticed within 15 s.
   *
   * @param address port 0 = any free one
   * @throws IOException if it cannot be bound
   */
  public static Listener tls(InetSocketAddress address, MutualTls certificates, BindableService... services) throws IOException {
    SslContext tls =
        GrpcSslContexts.configure(SslContextBuilder.forServer(certificates.keyManager()))
            .trustManager(certificates.trustManager())
            .clientAuth(ClientAuth.REQUIRE)
            .protocols("TLSv1.3")
            .build();
    EventLoopGroup loops = loops();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .channelType(EpollServerSocketChannel.class)
            .sslContext(tls)
            .keepAliveTime(ALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(DEAD_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveTime(SOONEST_PING_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true);
    Listener listener = new Listener(loops, build(builder, loops, services), () -> {});
    listener.start();
    return listener;
  }

  private static EventLoopGroup loops() {
    return new MultiThreadIoEventLoopGroup(1, Thread.ofPlatform().name("operator-grpc-", 0).daemon(true).factory(), EpollIoHandler.newFactory());
  }

  private static Server build(NettyServerBuilder builder, EventLoopGroup loops, BindableService... services) {
    List.of(services).forEach(builder::addService);
    return builder.bossEventLoopGroup(loops).workerEventLoopGroup(loops).directExecutor().maxInboundMessageSize(MAX_INBOUND_BYTES).build();
  }

  private void start() throws IOException {
    try {
      server.start();
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** The TCP port that it really has; 0 on a Unix socket. */
  public int port() {
    return server.getListenSockets().stream().mapToInt(Listener::portOf).findFirst().orElse(0);
  }

  private static int portOf(SocketAddress address) {
    return address instanceof InetSocketAddress tcp ? tcp.getPort() : 0;
  }

  /** Ends all calls at once: whoever called dials again, and perhaps another replica. */
  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    stopped.run();
  }
}
