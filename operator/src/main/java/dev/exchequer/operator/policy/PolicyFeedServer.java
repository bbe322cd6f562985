package dev.exchequer.operator.policy;

import com.google.protobuf.ByteString;
import dev.exchequer.api.v1.PolicyFeedGrpc;
import dev.exchequer.api.v1.PolicyStatus;
import dev.exchequer.api.v1.PolicyUpdate;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The policy feed: accounting services dial it over a Unix socket (0600) and get the policy that is in force, now and whenever another one is. They
 * register by dialling; {@link #latestStatus} says what each of them holds.
 */
public final class PolicyFeedServer implements AutoCloseable {
  private final Feed feed;
  private final Path socket;
  private final EventLoopGroup boss = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final EventLoopGroup workers = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final Server server;

  /**
   * Listens at once; a stale socket file is removed.
   *
   * @param onStatus called in order for every status that a service sends; it must not block
   */
  public PolicyFeedServer(Path socket, Consumer<PolicyStatus> onStatus) throws IOException {
    this.socket = socket;
    this.feed = new Feed(onStatus);
    Files.deleteIfExists(socket);
    this.server =
        NettyServerBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
            .channelType(EpollServerDomainSocketChannel.class)
            .bossEventLoopGroup(boss)
            .workerEventLoopGroup(workers)
            .directExecutor()
            .addService(feed)
            .build();
    try {
      server.start();
      // between bind and here the folder protects it: it is 0700
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** From now on this policy is the one in force: every connected service gets it, unless it was the last one offered. */
  public void offer(String digest, byte[] policy) {
    feed.offer(PolicyUpdate.newBuilder().setDigest(digest).setPolicy(ByteString.copyFrom(policy)).build());
  }

  /** By node: the last that each connected service said. */
  public Map<String, PolicyStatus> latestStatus() {
    return feed.latest();
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(2, TimeUnit.SECONDS);
      Files.deleteIfExists(socket);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // the next start removes it
    }
    boss.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    workers.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  /** One lock for all: there are few services and few changes, and statuses stay in order. */
  private static final class Feed extends PolicyFeedGrpc.PolicyFeedImplBase {
    private final Consumer<PolicyStatus> onStatus;
    private final Set<Subscriber> subscribers = new HashSet<>();
    private @Nullable PolicyUpdate inForce;

    Feed(Consumer<PolicyStatus> onStatus) {
      this.onStatus = onStatus;
    }

    @Override
    public synchronized StreamObserver<PolicyStatus> watch(StreamObserver<PolicyUpdate> updates) {
      Subscriber subscriber = new Subscriber(this, updates);
      subscribers.add(subscriber);
      return subscriber;
    }

    synchronized void offer(PolicyUpdate update) {
      if (inForce != null && inForce.getDigest().equals(update.getDigest())) {
        return;
      }
      inForce = update;
      Set.copyOf(subscribers).forEach(subscriber -> subscriber.send(update));
    }

    synchronized Map<String, PolicyStatus> latest() {
      Map<String, PolicyStatus> byNode = new HashMap<>();
      for (Subscriber subscriber : subscribers) {
        if (subscriber.last != null) {
          byNode.put(subscriber.last.getNode(), subscriber.last);
        }
      }
      return Map.copyOf(byNode);
    }

    synchronized void status(Subscriber from, PolicyStatus status) {
      boolean first = from.last == null;
      from.last = status;
      // the first status says what the service already holds
      if (first && inForce != null && !inForce.getDigest().equals(status.getDigest())) {
        from.send(inForce);
      }
      onStatus.accept(status);
    }

    synchronized void gone(Subscriber subscriber) {
      subscribers.remove(subscriber);
    }
  }

  private static final class Subscriber implements StreamObserver<PolicyStatus> {
    private final Feed feed;
    private final StreamObserver<PolicyUpdate> updates;
    private @Nullable PolicyStatus last;

    Subscriber(Feed feed, StreamObserver<PolicyUpdate> updates) {
      this.feed = feed;
      this.updates = updates;
    }

    /** Only to a service that has said what it holds. */
    void send(PolicyUpdate update) {
      if (last != null) {
        try {
          updates.onNext(update);
        } catch (RuntimeException e) {
          feed.gone(this); // its stream just broke; it dials again
        }
      }
    }

    @Override
    public void onNext(PolicyStatus status) {
      feed.status(this, status);
    }

    @Override
    public void onError(Throwable cause) {
      feed.gone(this);
    }

    @Override
    public void onCompleted() {
      feed.gone(this);
      updates.onCompleted();
    }
  }
}
