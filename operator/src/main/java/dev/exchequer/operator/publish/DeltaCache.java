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

    private java.util.stream.Stream<String> refusal(Desired now, Set<ResourceType> types) {
      return subscriptions.entrySet().stream()
          .filter(entry -> types.contains(entry.getKey()))
          .flatMap(entry -> entry.getValue().refusal(now).stream());
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

  /** Where the streams stand now, with these types. */
  synchronized Settled settled(Set<ResourceType> types) {
    Desired now = desired;
    if (now == null || streams.isEmpty()) {
      return new Settled.Silent("no Envoy is connected");
    }
    Set<ResourceType> open = EnumSet.noneOf(ResourceType.class);
    streams.keySet().forEach(stream -> open.addAll(stream.open(now)));
    open.retainAll(types);
    // a refusal counts once nothing is under way: until then the refused part is not known by name
    if (!open.isEmpty()) {
      return new Settled.Silent("Envoy has not answered for " + open);
    }
    Optional<String> refusal = streams.keySet().stream().flatMap(stream -> stream.refusal(now, types)).findFirst();
    return refusal.<Settled>map(Settled.Refused::new).orElse(new Settled.Taken());
  }

  /**
   * Waits until every stream has answered for these types; at once if nobody is connected.
   *
   * @param deadline as of {@link System#nanoTime}
   */
  synchronized Settled await(Set<ResourceType> types, long deadline) throws InterruptedException {
    while (true) {
      Settled settled = settled(types);
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (!(settled instanceof Settled.Silent) || streams.isEmpty() || left <= 0) {
        return settled;
      }
      wait(left);
    }
  }
}
