package dev.exchequer.operator.publish;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
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
 * <p>A node has one Envoy: of its streams the newest counts, as the one before may be a connection that nobody has noticed to be dead.
 *
 * <p>One lock guards all of it; sending under it only queues, and at most one response a type and stream is under way.
 */
final class DeltaCache {
  /** What one Envoy makes of what is desired. */
  sealed interface Settled {
    record Taken() implements Settled {}

    /** @param message Envoy's own words, after the name of the resource */
    record Refused(String message) implements Settled {}

    /** @param why for people */
    record Silent(String why) implements Settled {}
  }

  /** One Envoy. */
  final class Stream {
    private final Map<ResourceType, Subscription> subscriptions = new EnumMap<>(ResourceType.class);
    private final Consumer<DeltaDiscoveryResponse> send;
    private final long connectedAt = System.nanoTime();
    private String node = "";

    private Stream(Consumer<DeltaDiscoveryResponse> send) {
      this.send = send;
    }

    void onRequest(DeltaDiscoveryRequest request) {
      synchronized (DeltaCache.this) {
        if (request.hasNode()) {
          node = request.getNode().getId(); // Envoy says it once, at first
        }
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

    private Settled settled(Set<ResourceType> types) {
      Desired now = desired;
      Set<ResourceType> open = now == null ? EnumSet.allOf(ResourceType.class) : open(now);
      open.retainAll(types);
      // a refusal counts once nothing is under way: until then the refused part is not known by name
      if (now == null || !open.isEmpty()) {
        return new Settled.Silent("Envoy has not answered for " + open);
      }
      return subscriptions.entrySet().stream()
          .filter(entry -> types.contains(entry.getKey()))
          .flatMap(entry -> entry.getValue().refusal(now).stream())
          .findFirst()
          .<Settled>map(Settled.Refused::new)
          .orElse(new Settled.Taken());
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

    /** Whether there is a type that it owes an answer, and not yet for longer than patience: one that is stuck must not delay plan after plan. */
    private boolean worthWaiting(Set<ResourceType> types, Duration patience) {
      Desired now = desired;
      if (now == null) {
        return false;
      }
      Set<ResourceType> open = open(now);
      open.retainAll(types);
      long nanos = System.nanoTime();
      return open.stream().anyMatch(type -> nanos - owingSince(type) < patience.toNanos());
    }

    private long owingSince(ResourceType type) {
      Subscription subscription = subscriptions.get(type);
      return subscription == null ? connectedAt : subscription.sentAt();
    }
  }

  private final Set<Stream> streams = new LinkedHashSet<>();
  private @Nullable Desired desired;

  synchronized Stream connect(Consumer<DeltaDiscoveryResponse> send) {
    Stream stream = new Stream(send);
    streams.add(stream);
    return stream;
  }

  /** Sends what differs, to everybody. */
  synchronized void set(Desired next) {
    desired = next;
    streams.forEach(Stream::push);
  }

  synchronized Optional<Desired> desired() {
    return Optional.ofNullable(desired);
  }

  /** Where each Envoy stands now, with these types; by node, the unnamed ones by a number. */
  synchronized Map<String, Settled> settled(Set<ResourceType> types) {
    Map<String, Settled> byNode = new LinkedHashMap<>();
    newest().forEach((node, stream) -> byNode.put(node, stream.settled(types)));
    return byNode;
  }

  /** Whether a stream is there of which nothing is known, or the Envoy of this node has owed an answer for less than patience. */
  synchronized boolean worthWaiting(String node, Duration patience) {
    Stream stream = newest().get(node);
    return stream != null && stream.worthWaiting(EnumSet.allOf(ResourceType.class), patience);
  }

  private Map<String, Stream> newest() {
    Map<String, Stream> newest = new LinkedHashMap<>();
    int unnamed = 0;
    for (Stream stream : streams) {
      newest.put(stream.node.isEmpty() ? "#" + ++unnamed : stream.node, stream);
    }
    return newest;
  }

  /**
   * Waits until every Envoy that may still answer in time has answered for these types; at once if nobody is connected.
   *
   * @param deadline as of {@link System#nanoTime}
   * @param patience an Envoy that has owed an answer for so long is not waited for
   */
  synchronized Map<String, Settled> await(Set<ResourceType> types, long deadline, Duration patience) throws InterruptedException {
    while (true) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      Collection<Stream> waiting = new ArrayList<>(newest().values());
      waiting.removeIf(stream -> !stream.worthWaiting(types, patience));
      if (waiting.isEmpty() || left <= 0) {
        return settled(types);
      }
      wait(left);
    }
  }

  /** The nodes of which this holds. */
  static List<String> where(Map<String, Settled> byNode, Class<? extends Settled> state) {
    return byNode.entrySet().stream().filter(entry -> state.isInstance(entry.getValue())).map(Map.Entry::getKey).toList();
  }
}
