package dev.exchequer.operator.publish;

import com.google.rpc.Status;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** The client's side of one stream, by hand: takes responses in order and answers them as told. */
final class FakeEnvoy {
  private final Deque<DeltaDiscoveryResponse> responses = new ArrayDeque<>();
  private final DeltaCache.Stream stream;

  /** What its first request says; empty = nothing. */
  private String node;

  FakeEnvoy(DeltaCache cache) {
    this(cache, "");
  }

  FakeEnvoy(DeltaCache cache, String node) {
    this(cache, node, (envoy, response) -> envoy.responses.add(response));
  }

  /** One that does something with each response as it comes. */
  FakeEnvoy(DeltaCache cache, String node, BiConsumer<FakeEnvoy, DeltaDiscoveryResponse> onResponse) {
    this.node = node;
    this.stream = cache.connect(response -> onResponse.accept(this, response));
  }

  void subscribe(ResourceType type, String... names) {
    subscribe(type, Map.of(), names);
  }

  void subscribe(ResourceType type, Map<String, String> has, String... names) {
    stream.onRequest(request(type).putAllInitialResourceVersions(has).addAllResourceNamesSubscribe(List.of(names)).build());
  }

  void unsubscribe(ResourceType type, String... names) {
    stream.onRequest(request(type).addAllResourceNamesUnsubscribe(List.of(names)).build());
  }

  /** The next response, which must be there. */
  DeltaDiscoveryResponse take() {
    return responses.remove();
  }

  boolean quiet() {
    return responses.isEmpty();
  }

  void ack(DeltaDiscoveryResponse response) {
    stream.onRequest(DeltaDiscoveryRequest.newBuilder().setTypeUrl(response.getTypeUrl()).setResponseNonce(response.getNonce()).build());
  }

  void nack(DeltaDiscoveryResponse response, String message) {
    stream.onRequest(
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(response.getTypeUrl())
            .setResponseNonce(response.getNonce())
            .setErrorDetail(Status.newBuilder().setCode(13).setMessage(message))
            .build());
  }

  void takeAndAck() {
    ack(take());
  }

  void disconnect() {
    stream.close();
  }

  static List<String> names(DeltaDiscoveryResponse response) {
    return response.getResourcesList().stream().map(resource -> resource.getName()).toList();
  }

  private DeltaDiscoveryRequest.Builder request(ResourceType type) {
    DeltaDiscoveryRequest.Builder request = DeltaDiscoveryRequest.newBuilder().setTypeUrl(type.typeUrl());
    if (!node.isEmpty()) {
      request.getNodeBuilder().setId(node);
      node = "";
    }
    return request;
  }
}
