package dev.exchequer.operator.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.api.v1.AccountingPolicy;
import dev.exchequer.api.v1.PolicyFeedGrpc;
import dev.exchequer.api.v1.PolicyStatus;
import dev.exchequer.api.v1.PolicyUpdate;
import dev.exchequer.api.v1.Route;
import dev.exchequer.operator.transport.Listener;
import dev.exchequer.wire.PolicyPatch;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PolicyFeedTest {
  private final LinkedBlockingQueue<PolicyStatus> statuses = new LinkedBlockingQueue<>();
  private final LinkedBlockingQueue<PolicyUpdate> updates = new LinkedBlockingQueue<>();
  private final MultiThreadIoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final CountDownLatch ended = new CountDownLatch(1);
  private @Nullable Path folder;
  private final Set<String> waiting = ConcurrentHashMap.newKeySet();
  private final PolicyFeed feed = new PolicyFeed(statuses::add, node -> !waiting.contains(node));
  private @Nullable Listener server;
  private @Nullable ManagedChannel channel;

  @BeforeEach
  void start() throws IOException {
    folder = Files.createTempDirectory("exq"); // short: a socket path ends at 107 bytes
    Path socket = folder.resolve("policy.sock");
    Files.writeString(socket, "stale");
    server = Listener.unix(socket, feed);
    channel =
        NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
            .eventLoopGroup(loop)
            .channelType(EpollDomainSocketChannel.class)
            .usePlaintext()
            .build();
  }

  @AfterEach
  void stop() throws IOException {
    if (channel != null) {
      channel.shutdownNow();
    }
    if (server != null) {
      server.close();
    }
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    if (folder != null) {
      Files.deleteIfExists(folder);
    }
  }

  @Test
  void onlyTheOwnerMayDial() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket()))).isEqualTo("rw-------");
  }

  @Test
  void aServiceGetsWhatIsInForceAndEveryChange() throws Exception {
    offer("a");
    StreamObserver<PolicyStatus> service = dial("");
    assertThat(next().getDigest()).isEqualTo("a");
    service.onNext(status("a"));
    assertThat(taken(2).getDigest()).isEqualTo("a");
    offer("a"); // the same: nothing is sent
    offer("b");
    PolicyUpdate second = next();
    assertThat(second.getDigest()).isEqualTo("b");
    assertThat(second.getPolicy().toString(StandardCharsets.UTF_8)).isEqualTo("policy b");
    assertThat(feed.latestStatus()).containsOnlyKeys("node");
    assertThat(feed.latestStatus().get("node")).isEqualTo(status("a"));
  }

  @Test
  void aServiceThatHoldsItAlreadyIsSentNothing() throws Exception {
    offer("a");
    dial("a");
    taken(1);
    offer("b");
    assertThat(next().getDigest()).isEqualTo("b");
  }

  @Test
  void aServiceWaitsForTheEnvoyOfItsNode() throws Exception {
    waiting.add("node");
    offer("a");
    StreamObserver<PolicyStatus> service = dial("");
    taken(1);
    offer("b");
    service.onNext(status("").toBuilder().addPinned("x").build());
    taken(1);
    assertThat(updates).isEmpty();
    waiting.clear();
    feed.reconsider();
    assertThat(next().getDigest()).as("only what is in force by now").isEqualTo("b");
    feed.reconsider();
    service.onNext(status("b"));
    taken(1);
    assertThat(updates).as("once").isEmpty();
  }

  @Test
  void aServiceThatHasTheOneBeforeGetsWhatIsDifferent() throws Exception {
    AccountingPolicy.Builder a = AccountingPolicy.newBuilder().setSchema(1);
    for (int i = 0; i < 100; i++) {
      a.addRoutes(Route.newBuilder().setName("default/r" + (100 + i)));
    }
    byte[] first = a.build().toByteArray();
    byte[] second = a.setRoutes(50, Route.newBuilder().setName("default/r150").setSuspended(true)).build().toByteArray();
    feed.offer("a", first);
    StreamObserver<PolicyStatus> service = dial("");
    assertThat(next().getPolicy().toByteArray()).isEqualTo(first);
    service.onNext(status("a").toBuilder().setPatches(true).build());
    taken(2);
    feed.offer("b", second);
    PolicyUpdate patch = next();
    assertThat(patch.getBase()).isEqualTo("a");
    assertThat(patch.getSerializedSize()).isLessThan(100);
    assertThat(PolicyPatch.apply(first, patch.getPiecesList())).isEqualTo(second);

    service.onNext(status("a").toBuilder().setError("it did not fit").build());
    assertThat(next().getPolicy().toByteArray()).as("the whole").isEqualTo(second);
    service.onNext(status("a").toBuilder().addPinned("a").build());
    taken(2);
    assertThat(updates).as("once").isEmpty();
    service.onNext(status("b").toBuilder().setPatches(true).build());
    taken(1);
    waiting.add("node");
    feed.offer("c", first);
    feed.offer("d", second);
    waiting.clear();
    feed.reconsider();
    PolicyUpdate skipped = next();
    assertThat(skipped.getDigest()).isEqualTo("d");
    assertThat(skipped.getPolicy().toByteArray()).as("it never had c").isEqualTo(second);
  }

  @Test
  void whenItStopsItsServicesAreTold() throws Exception {
    dial("a");
    taken(1);
    feed.close();
    assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aServiceThatWentIsForgotten() throws Exception {
    StreamObserver<PolicyStatus> service = dial("a");
    taken(1);
    assertThat(feed.latestStatus()).hasSize(1);
    service.onCompleted();
    for (int i = 0; i < 200 && !feed.latestStatus().isEmpty(); i++) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertThat(feed.latestStatus()).isEmpty();
  }

  private StreamObserver<PolicyStatus> dial(String holds) {
    if (channel == null) {
      throw new IllegalStateException("not started");
    }
    StreamObserver<PolicyStatus> service =
        PolicyFeedGrpc.newStub(channel)
            .watch(
                new StreamObserver<>() {
                  @Override
                  public void onNext(PolicyUpdate update) {
                    updates.add(update);
                  }

                  @Override
                  public void onError(Throwable cause) {
                    ended.countDown();
                  }

                  @Override
                  public void onCompleted() {}
                });
    service.onNext(status(holds));
    return service;
  }

  private static PolicyStatus status(String digest) {
    return PolicyStatus.newBuilder().setNode("node").setDigest(digest).build();
  }

  private void offer(String digest) {
    feed.offer(digest, ("policy " + digest).getBytes(StandardCharsets.UTF_8));
  }

  private Path socket() {
    if (folder == null) {
      throw new IllegalStateException("not started");
    }
    return folder.resolve("policy.sock");
  }

  private PolicyUpdate next() throws InterruptedException {
    PolicyUpdate update = updates.poll(10, TimeUnit.SECONDS);
    if (update == null) {
      throw new AssertionError("no update came");
    }
    return update;
  }

  /** The status that came as the nth. */
  private PolicyStatus taken(int nth) throws InterruptedException {
    PolicyStatus last = PolicyStatus.getDefaultInstance();
    for (int i = 0; i < nth; i++) {
      PolicyStatus status = statuses.poll(10, TimeUnit.SECONDS);
      if (status == null) {
        throw new AssertionError("no status came");
      }
      last = status;
    }
    return last;
  }
}
