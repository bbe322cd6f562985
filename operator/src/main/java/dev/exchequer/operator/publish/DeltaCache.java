package dev.exchequer.operator.publish;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What every Envoy should have, and for each stream what it has: sends the differences. Until the first {@link #set} nobody is answered, so that an
 * operator that has just started never tells a running Envoy that everything is gone.
 *
 * <p>One lock guards all of it; sending under it only queues.
 */
final class DeltaCache {
  /** What the streams make of what is desired. */
  sealed interface Settled {
    /** Every stream has it. */
    record Taken() implements Settled {}

    record Refused(String message) implements Settled {}

    /** Nobody is connected, or somebody does not answer. */
    record Silent(String why) implements Settled {}
  }

  /** One Envoy. */
  final class Stream {
    private final Map<ResourceType, Subscription> subscriptions = new EnumMap<>(ResourceType.class);
    private final Consumer<DeltaDiscoveryResponse> send;

    private Stream(Consumer<DeltaDiscoveryResponse> send) {
      this.send = send;
    }

    void onRequest(DeltaDiscoveryRequest request) {
      synchronized (DeltaCache.this) {
        Optional<ResourceType> type = ResourceType.of(request.getTypeUrl());
        if (type.isEmpty()) {
          return; // nothing of it exists here, now or later
        }
        Subscription known = subscriptions.get(type.get());
        if (known == null) {
          subscriptions.put(type.get(), new Subscription(type.get(), request));
        } else {
          known.onRequest(request);
        }
        push();
      }
    }

    void close() {
      synchronized (DeltaCache.this) {
        streams.remove(this);
        DeltaCache.this.notifyAll();
      }
    }

    private void push() {
      Desired now = desired;
      if (now != null) {
        // clusters before what refers to them
        subscriptions.values().forEach(subscription -> subscription.next(now).ifPresent(send));
      }
      DeltaCache.this.notifyAll();
    }

    private Optional<String> refusal(Desired now) {
      return subscriptions.values().stream().flatMap(subscription -> subscription.refusal(now).stream()).findFirst();
    }

    /** What this Envoy has not answered. It asks for routes only after it has its clusters, so one that has not yet asked for both is still beginning. */
    private Set<ResourceType> open(Desired now) {
      Set<ResourceType> open = EnumSet.of(ResourceType.CLUSTER, ResourceType.ROUTES);
      open.removeAll(subscriptions.keySet());
      subscriptions.forEach(
          (type, subscription) -> {
            if (!subscription.settled(now)) {
              open.add(type);
            }
          });
      return open;
    }
  }

  private final Map<Stream, Boolean> streams = new HashMap<>();
  private @Nullable Desired desired;

  synchronized Stream connect(Consumer<DeltaDiscoveryResponse> send) {
    Stream stream = new Stream(send);
    streams.put(stream, true);
    return stream;
  }

  /** Sends what differs, to everybody. */
  synchronized void set(Desired next) {
    desired = next;
    streams.keySet().forEach(Stream::push);
  }

  synchronized Optional<Desired> desired() {
    return Optional.ofNullable(desired);
  }

  /** Where the streams stand now. */
  synchronized Settled settled() {
    Desired now = desired;
    if (now == null || streams.isEmpty()) {
      return new Settled.Silent("no Envoy is connected");
    }
    // a refusal counts once nothing is under way: until then the refused part is not known by name
    Set<ResourceType> open = EnumSet.noneOf(ResourceType.class);
    streams.keySet().forEach(stream -> open.addAll(stream.open(now)));
    if (!open.isEmpty()) {
      return new Settled.Silent("Envoy has not answered for " + open);
    }
    return streams.keySet().stream().flatMap(stream -> stream.refusal(now).stream()).findFirst().<Settled>map(Settled.Refused::new).orElse(new Settled.Taken());
  }

  /** Waits until every stream has answered, at most so long; at once if nobody is connected. */
  synchronized Settled await(long millis) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (true) {
      Settled settled = settled();
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (!(settled instanceof Settled.Silent) || streams.isEmpty() || left <= 0) {
        return settled;
      }
      wait(left);
    }
  }
}
