package dev.exchequer.operator.policy;

import com.google.protobuf.ByteString;
import dev.exchequer.api.v1.AlertWebhook;
import dev.exchequer.operator.ir.AlertTarget;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells accounting services where alerts go: when they ask, once it is known, and whenever it changes. */
public final class AlertFeed implements AutoCloseable {
  private final Set<StreamObserver<AlertWebhook>> subscribers = new LinkedHashSet<>();
  private @Nullable AlertWebhook current;

  /** @param target null = nowhere */
  public synchronized void offer(@Nullable AlertTarget target) {
    AlertWebhook next =
        target == null
            ? AlertWebhook.getDefaultInstance()
            : AlertWebhook.newBuilder()
                .setUrl(target.url())
                .setKey(ByteString.copyFrom(AlertTarget.key(target.secret())))
                .setAllowPlaintext(target.allowPlaintext())
                .build();
    if (!next.equals(current)) {
      current = next;
      Set.copyOf(subscribers).forEach(subscriber -> send(subscriber, next));
    }
  }

  synchronized void subscribe(StreamObserver<AlertWebhook> subscriber) {
    if (subscriber instanceof ServerCallStreamObserver<AlertWebhook> call) {
      call.setOnCancelHandler(() -> gone(subscriber));
    }
    subscribers.add(subscriber);
    AlertWebhook known = current;
    if (known != null) {
      send(subscriber, known);
    }
  }

  private void send(StreamObserver<AlertWebhook> subscriber, AlertWebhook webhook) {
    try {
      subscriber.onNext(webhook);
    } catch (RuntimeException e) {
      subscribers.remove(subscriber); // its stream just broke; it asks again
    }
  }

  private synchronized void gone(StreamObserver<AlertWebhook> subscriber) {
    subscribers.remove(subscriber);
  }

  @Override
  public synchronized void close() {
    for (StreamObserver<AlertWebhook> subscriber : Set.copyOf(subscribers)) {
      subscribers.remove(subscriber);
      try {
        subscriber.onError(Status.UNAVAILABLE.withDescription("the operator stops").asRuntimeException());
      } catch (RuntimeException e) {
        continue; // its stream ended before
      }
    }
  }
}
