package dev.exchequer.operator.publish;

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
import java.util.concurrent.TimeUnit;

/** Delta ADS for Envoy on a Unix socket that only this user can open. */
public final class XdsServer implements AutoCloseable {
  private final DeltaCache cache = new DeltaCache();
  private final EventLoopGroup loops;
  private final Server server;
  private final Path socket;

  private XdsServer(Path socket) {
    this.socket = socket;
    this.loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    this.server =
        NettyServerBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
            .channelType(EpollServerDomainSocketChannel.class)
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .directExecutor() // requests are small and nothing here blocks
            .addService(new AdsService(cache))
            .build();
  }

  /**
   * @param socket in a folder that is already locked: what lies there under this name is a leftover and removed
   */
  public static XdsServer start(Path socket) throws IOException {
    Files.deleteIfExists(socket);
    XdsServer server = new XdsServer(socket);
    try {
      server.server.start();
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
      return server;
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  DeltaCache cache() {
    return cache;
  }

  @Override
  public void close() {
    server.shutdownNow();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    socket.toFile().delete();
  }
}
