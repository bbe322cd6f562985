package dev.exchequer.cli.kill;

import io.grpc.BindableService;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Path;

/** gRPC over Unix sockets, as Envoy and the operator speak to the service. */
final class UnixSockets {
  private static final EventLoopGroup LOOP = new MultiThreadIoEventLoopGroup(1, Thread.ofPlatform().name("played-", 0).daemon(true).factory(), EpollIoHandler.newFactory());

  private UnixSockets() {}

  static Server serve(Path socket, BindableService service) throws IOException {
    return NettyServerBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
        .channelType(EpollServerDomainSocketChannel.class)
        .bossEventLoopGroup(LOOP)
        .workerEventLoopGroup(LOOP)
        .addService(service)
        .build()
        .start();
  }

  static ManagedChannel connect(Path socket) {
    return Grpc.newChannelBuilder("unix:" + socket.toAbsolutePath(), InsecureChannelCredentials.create()).overrideAuthority("localhost").build();
  }
}
