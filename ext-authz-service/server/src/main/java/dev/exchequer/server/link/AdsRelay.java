package dev.exchequer.server.link;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.HandlerRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The operator's delta ADS on a Unix socket (0600) for the Envoy of this pod: messages pass as the bytes that they are, in both directions, over the channel
 * that the policy feed uses. No other method is there.
 */
final class AdsRelay implements AutoCloseable {
  static final String METHOD = "envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources";

  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, Thread.ofPlatform().name("ads-relay-", 0).daemon(true).factory(), EpollIoHandler.newFactory());
  private final Set<RelayedCall> open = ConcurrentHashMap.newKeySet();
  private final Path socket;
  private final Server server;

  private AdsRelay(Path socket, Channel operator, int maxMessageBytes) {
    this.socket = socket;
    MethodDescriptor<byte[], byte[]> method = method();
    this.server =
        NettyServerBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
            .channelType(EpollServerDomainSocketChannel.class)
            .bossEventLoopGroup(loop)
            .workerEventLoopGroup(loop)
            .directExecutor() // bytes are handed on and nothing blocks
            .maxInboundMessageSize(maxMessageBytes)
            .fallbackHandlerRegistry(
                new HandlerRegistry() {
                  @Override
                  public @Nullable ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
                    return name.equals(METHOD) ? ServerMethodDefinition.create(method, (call, headers) -> relay(call, operator.newCall(method, CallOptions.DEFAULT))) : null;
                  }
                })
            .build();
  }

  /** The caller holds the lock of the data directory: a socket that is already there is a dead process's. */
  static AdsRelay start(Path socket, Channel operator, int maxMessageBytes) throws IOException {
    Files.deleteIfExists(socket);
    AdsRelay relay = new AdsRelay(socket, operator, maxMessageBytes);
    try {
      relay.server.start();
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
      return relay;
    } catch (IOException | RuntimeException e) {
      relay.close();
      throw e;
    }
  }

  private ServerCall.Listener<byte[]> relay(ServerCall<byte[], byte[]> envoy, ClientCall<byte[], byte[]> operator) {
    RelayedCall call = new RelayedCall(envoy, operator, open::remove);
    open.add(call);
    return call.start();
  }

  /** Ends the streams that are relayed; Envoy begins another by itself. */
  void endAll() {
    open.forEach(call -> call.end("the connection to the operator was lost"));
  }

  private static MethodDescriptor<byte[], byte[]> method() {
    return MethodDescriptor.<byte[], byte[]>newBuilder()
        .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
        .setFullMethodName(METHOD)
        .setRequestMarshaller(Bytes.AS_THEY_ARE)
        .setResponseMarshaller(Bytes.AS_THEY_ARE)
        .build();
  }

  private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
    AS_THEY_ARE;

    @Override
    public InputStream stream(byte[] message) {
      return new ByteArrayInputStream(message);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    socket.toFile().delete();
  }
}
