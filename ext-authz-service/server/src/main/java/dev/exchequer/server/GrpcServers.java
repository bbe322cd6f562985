package dev.exchequer.server;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What Envoy calls: two servers, each with its own socket and event loop, so that a body of megabytes being read at admission never stands before a settle.
 * Calls run on the event loop (directExecutor): nothing may block on it.
 */
public final class GrpcServers implements AutoCloseable {
  private static final String OWNER_ONLY = "rw-------";
  /** Envoy waits no longer than 2 s for any of these calls. */
  private static final long GRACE_SECONDS = 2;

  private final UnixServer admit;
  private final UnixServer money;

  private GrpcServers(UnixServer admit, UnixServer money) {
    this.admit = admit;
    this.money = money;
  }

  /**
   * The caller holds the lock of the data directory: a socket that is already there is a dead process's.
   *
   * @throws IOException if a socket cannot be bound; then nothing is left open
   */
  public static GrpcServers start(ServiceSettings settings, List<BindableService> admit, List<BindableService> money) throws IOException {
    UnixServer first = UnixServer.start("admit", settings.admitSocket(), settings.maxInboundBytes(), admit);
    try {
      return new GrpcServers(first, UnixServer.start("money", settings.moneySocket(), settings.maxInboundBytes(), money));
    } catch (IOException | RuntimeException e) {
      first.stop();
      throw e;
    }
  }

  /** Lets calls under way finish, for two seconds, then ends them; the sockets are gone afterwards. */
  @Override
  public void close() {
    admit.server.shutdown();
    money.server.shutdown();
    admit.stop();
    money.stop();
  }

  private record UnixServer(Server server, EventLoopGroup loop, Path socket) {

    static UnixServer start(String name, Path socket, int maxInboundBytes, List<BindableService> services) throws IOException {
      Files.deleteIfExists(socket);
      EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, Thread.ofPlatform().name(name + "-", 0).daemon(true).factory(), EpollIoHandler.newFactory());
      NettyServerBuilder builder =
          NettyServerBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
              .channelType(EpollServerDomainSocketChannel.class)
              .bossEventLoopGroup(loop)
              .workerEventLoopGroup(loop)
              .directExecutor()
              .maxInboundMessageSize(maxInboundBytes)
              .permitKeepAliveTime(1, TimeUnit.SECONDS)
              .permitKeepAliveWithoutCalls(true);
      services.forEach(builder::addService);
      UnixServer started = new UnixServer(builder.build(), loop, socket);
      try {
        started.server.start();
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString(OWNER_ONLY));
        return started;
      } catch (IOException | RuntimeException e) {
        started.stop();
        throw e;
      }
    }

    void stop() {
      server.shutdown();
      try {
        if (!server.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS)) {
          server.shutdownNow();
        }
      } catch (InterruptedException e) {
        server.shutdownNow();
        Thread.currentThread().interrupt();
      }
      loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      try {
        Files.deleteIfExists(socket);
      } catch (IOException e) {
        // the next start unlinks it
      }
    }
  }
}
