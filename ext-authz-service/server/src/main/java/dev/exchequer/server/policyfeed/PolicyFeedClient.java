package dev.exchequer.server.policyfeed;

import dev.exchequer.api.v1.PolicyFeedGrpc;
import dev.exchequer.api.v1.PolicyStatus;
import dev.exchequer.api.v1.PolicyUpdate;
import dev.exchequer.ledger.Result;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.engine.Engine;
import dev.exchequer.wire.PolicyPatch;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one stream to the operator open for ever: says which policy is in force, takes the next one, and acknowledges it only when new admissions are
 * decided by it. Everything happens on one thread of its own, so the state below needs no lock; a stream's late callbacks are told by its number.
 */
public final class PolicyFeedClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PolicyFeedClient.class);

  /** @param node who speaks: the gateway pod's name, "local" on one machine */
  public record Settings(String node, long firstBackOffMs, long longestBackOffMs, long pinnedPollMs) {
    public static Settings of(String node) {
      return new Settings(node, 200, 5_000, 1_000);
    }
  }

  /** The way to the operator. */
  public interface Operator {
    ManagedChannel channel();

    /** The stream has ended; called on the client's thread. */
    void lost();
  }

  private final Settings settings;
  private final Engine engine;
  private final Supplier<List<String>> pinned;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("policy-feed").daemon(true).factory());
  private final Operator operator;
  private final Supplier<CompletableFuture<Void>> routed;

  private final RouteMemo routes = new RouteMemo();

  /** What came last, whether or not it was accepted: what the next patch starts from. Null = the whole is needed. */
  private byte @Nullable [] bytes;
  private String digest = "";

  private long stream;
  private @Nullable StreamObserver<PolicyStatus> out;
  private @Nullable PolicyStatus lastSent;
  private String error = "";
  private int activating;
  private CompletableFuture<Void> activations = CompletableFuture.completedFuture(null);
  private long backOffMs;
  private long connectedAt;
  private boolean closed;
  private final CountDownLatch over = new CountDownLatch(1);

  /**
   * @param operator stays open when this is closed
   * @param pinned digests that a running request or an open hold still names; polled, on this client's thread
   * @param routed asked before a policy is activated: done when Envoy can route by it, or cannot be asked; never fails
   */
  public PolicyFeedClient(Settings settings, Operator operator, Engine engine, Supplier<List<String>> pinned, Supplier<CompletableFuture<Void>> routed) {
    this.settings = settings;
    this.operator = operator;
    this.routed = routed;
    this.engine = engine;
    this.pinned = pinned;
    this.backOffMs = settings.firstBackOffMs;
  }

  public void start() {
    thread.execute(this::connect);
    thread.scheduleWithFixedDelay(this::poll, settings.pinnedPollMs, settings.pinnedPollMs, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    thread.execute(
        () -> {
          closed = true;
          StreamObserver<PolicyStatus> last = out;
          if (last == null) {
            over.countDown();
          } else {
            last.onError(Status.CANCELLED.withDescription("the service stops").asRuntimeException());
          }
        });
    try {
      // the stream's end is told on our thread: without it gRPC would leave the connection open
      over.await(2, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    thread.shutdown();
  }

  private void connect() {
    if (closed) {
      return;
    }
    long number = ++stream;
    lastSent = null;
    connectedAt = System.nanoTime();
    // gRPC backs off by itself after a refused connection; ours is the only back-off
    operator.channel().resetConnectBackoff();
    out = PolicyFeedGrpc.newStub(operator.channel()).withExecutor(thread).watch(new Updates(number));
    guardedStatus();
  }

  private void lost(long number, @Nullable Throwable why) {
    if (closed) {
      over.countDown();
      return;
    }
    if (number != stream) {
      return;
    }
    out = null;
    if (System.nanoTime() - connectedAt > TimeUnit.MILLISECONDS.toNanos(settings.longestBackOffMs)) {
      backOffMs = settings.firstBackOffMs; // it stood
    }
    operator.lost();
    LOG.info("policy feed lost ({}), trying again in {} ms", why == null ? "ended by the operator" : why.getMessage(), backOffMs);
    thread.schedule(this::connect, backOffMs, TimeUnit.MILLISECONDS);
    backOffMs = Math.min(backOffMs * 2, settings.longestBackOffMs);
  }

  private void received(long number, PolicyUpdate update) {
    backOffMs = settings.firstBackOffMs;
    byte[] canonical = whole(update);
    if (engine.policy().filter(active -> active.digest().equals(update.getDigest())).isPresent()) {
      answer(number, ""); // sent again after a new connection
      return;
    }
    if (canonical == null) {
      answer(number, "the patch does not fit what was sent before: send the whole policy");
      return;
    }
    switch (read(update, canonical)) {
      case Decoded.Refused refused -> answer(number, refused.message());
      case Decoded.Accepted accepted -> {
        error = ""; // it was about another policy
        activating++;
        // answers come in the order of the updates, so policies are stored in it too
        activations = activations.thenCompose(before -> routed.get()).thenComposeAsync(asked -> stored(number, accepted.policy(), canonical), thread);
      }
    }
  }

  /** What a patch comes to was looked at when it was applied. */
  private Decoded read(PolicyUpdate update, byte[] canonical) {
    return update.getBase().isEmpty()
        ? FromAccountingPolicy.read(update.getDigest(), canonical, routes)
        : FromAccountingPolicy.readAsSaid(update.getDigest(), canonical, routes);
  }

  /** The policy's bytes; null = it is a patch of something else than what came before. */
  private byte @Nullable [] whole(PolicyUpdate update) {
    byte[] canonical = null;
    byte[] base = bytes;
    if (update.getBase().isEmpty()) {
      canonical = update.getPolicy().toByteArray();
    } else if (base != null && update.getBase().equals(digest)) {
      try {
        canonical = PolicyPatch.apply(base, update.getPiecesList());
      } catch (IllegalArgumentException e) {
        LOG.warn("a policy's patch cannot be applied: {}", e.getMessage());
      }
      if (canonical != null && !FromAccountingPolicy.digestOf(canonical).equals(update.getDigest())) {
        canonical = null;
      }
    }
    bytes = canonical;
    digest = update.getDigest();
    return canonical;
  }

  /** Never fails: the next one is waiting for it. */
  private CompletableFuture<Void> stored(long number, Policy policy, byte[] canonical) {
    CompletableFuture<Result> stored = engine.activate(policy, canonical);
    return stored.<Void>handleAsync(
        (done, failure) -> {
          activated(number, failure);
          return null;
        },
        thread);
  }

  private void activated(long number, @Nullable Throwable failure) {
    activating--;
    answer(number, failure == null ? "" : "could not be stored: " + reason(failure));
  }

  private static @Nullable String reason(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : null;
    return (cause == null ? failure : cause).getMessage();
  }

  private void answer(long number, String refusal) {
    error = refusal;
    if (!refusal.isEmpty()) {
      LOG.warn("policy refused: {}", refusal);
    }
    if (number == stream) {
      lastSent = null; // every update is answered, also when nothing about us changed
      sendStatus();
    }
  }

  /** Not while a policy is being stored: its answer tells the rest too, and is given once. */
  private void poll() {
    if (activating == 0) {
      guardedStatus();
    }
  }

  private void guardedStatus() {
    try {
      sendStatus();
    } catch (RuntimeException e) {
      LOG.warn("policy status not sent: {}", e.toString());
    }
  }

  private void sendStatus() {
    StreamObserver<PolicyStatus> to = out;
    if (to == null) {
      return;
    }
    PolicyStatus status =
        PolicyStatus.newBuilder()
            .setNode(settings.node)
            .setDigest(engine.policy().map(Policy::digest).orElse(""))
            .setError(error)
            .setPatches(bytes != null)
            .addAllPinned(pinned.get().stream().sorted().distinct().toList())
            .build();
    if (!status.equals(lastSent)) {
      lastSent = status;
      to.onNext(status);
    }
  }

  private final class Updates implements StreamObserver<PolicyUpdate> {
    private final long number;

    Updates(long number) {
      this.number = number;
    }

    @Override
    public void onNext(PolicyUpdate update) {
      received(number, update);
    }

    @Override
    public void onError(Throwable t) {
      lost(number, t);
    }

    @Override
    public void onCompleted() {
      lost(number, null);
    }
  }
}
