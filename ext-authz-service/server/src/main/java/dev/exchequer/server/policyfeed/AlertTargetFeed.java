package dev.exchequer.server.policyfeed;

import dev.exchequer.api.v1.AlertWebhook;
import dev.exchequer.api.v1.AlertsRequest;
import dev.exchequer.api.v1.PolicyFeedGrpc;
import dev.exchequer.server.alerts.Webhook;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears from the operator where alerts go. What it last heard counts while the operator is away; after a restart alerts wait for it, because the secret is kept in
 * memory only.
 */
public final class AlertTargetFeed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AlertTargetFeed.class);
  private static final long BACK_OFF_MS = 1_000;
  /** To an operator that is too old to know of alerts. */
  private static final long LONG_BACK_OFF_MS = 60_000;

  private final ManagedChannel channel;
  private final String node;
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("alert-target").daemon(true).factory());
  private volatile @Nullable Webhook target;
  private volatile @Nullable ClientCallStreamObserver<AlertsRequest> call;

  /** @param channel to the operator; stays open when this is closed */
  public AlertTargetFeed(ManagedChannel channel, String node) {
    this.channel = channel;
    this.node = node;
  }

  public void start() {
    thread.execute(this::connect);
  }

  /** Empty = nowhere, or not heard yet. */
  public Optional<Webhook> target() {
    return Optional.ofNullable(target);
  }

  private void connect() {
    PolicyFeedGrpc.newStub(channel).withExecutor(thread).withWaitForReady().alerts(AlertsRequest.newBuilder().setNode(node).build(), new Heard());
  }

  private void heard(AlertWebhook message) {
    try {
      target = message.getUrl().isEmpty() ? null : Webhook.of(message.getUrl(), message.getKey().toByteArray(), message.getAllowPlaintext());
    } catch (IllegalArgumentException e) {
      LOG.error("the operator's webhook of alerts is not understood; alerts wait");
      target = null;
    }
  }

  private void again(long afterMs) {
    try {
      thread.schedule(this::connect, afterMs, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("closed");
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
    ClientCallStreamObserver<AlertsRequest> open = call;
    if (open != null) {
      open.cancel("closed", null);
    }
  }

  private final class Heard implements ClientResponseObserver<AlertsRequest, AlertWebhook> {
    @Override
    public void beforeStart(ClientCallStreamObserver<AlertsRequest> stream) {
      call = stream;
    }

    @Override
    public void onNext(AlertWebhook message) {
      heard(message);
    }

    @Override
    public void onError(Throwable cause) {
      again(Status.fromThrowable(cause).getCode() == Status.Code.UNIMPLEMENTED ? LONG_BACK_OFF_MS : BACK_OFF_MS);
    }

    @Override
    public void onCompleted() {
      again(BACK_OFF_MS);
    }
  }
}
