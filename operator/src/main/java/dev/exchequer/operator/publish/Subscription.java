package dev.exchequer.operator.publish;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One type on one stream: what the client asked for, has, refused, and is thinking about. At most one response is under way; what changes meanwhile goes
 * into the next. What a client has is believed when it acknowledged it, or said so itself when the stream began.
 *
 * <p>Envoy refuses a response as a whole, but may have taken parts of it. So the parts of a refused response are sent again one by one: each is then known
 * to be taken or refused. A refused version is not sent again.
 */
final class Subscription {
  private record Flight(String nonce, Map<String, String> versions, List<String> removed) {}

  private record Refusal(String version, String message) {}

  private final ResourceType type;
  private final Set<String> names = new HashSet<>();
  private final Map<String, String> client = new HashMap<>();
  private final Map<String, Refusal> refused = new TreeMap<>();
  private final Deque<String> oneByOne = new ArrayDeque<>();
  private boolean wildcard;
  private boolean answered;
  private long sent;
  private long sentAt = System.nanoTime();
  private @Nullable Flight flight;

  Subscription(ResourceType type, DeltaDiscoveryRequest first) {
    this.type = type;
    // the old way to ask for everything is to begin without a name
    this.wildcard = first.getResourceNamesSubscribeCount() == 0;
    subscribe(first);
    client.putAll(first.getInitialResourceVersionsMap());
  }

  /** A later request: an answer to the response under way, a change of what is wanted, or both. */
  void onRequest(DeltaDiscoveryRequest request) {
    Flight answeredFlight = flight;
    if (answeredFlight != null && answeredFlight.nonce().equals(request.getResponseNonce())) {
      flight = null;
      if (request.hasErrorDetail()) {
        onNack(answeredFlight, request.getErrorDetail().getMessage());
      } else {
        client.putAll(answeredFlight.versions());
        client.keySet().removeAll(answeredFlight.removed());
        refused.keySet().removeAll(answeredFlight.versions().keySet());
      }
    }
    // asked for once more = has it no longer
    client.keySet().removeAll(request.getResourceNamesSubscribeList());
    subscribe(request);
  }

  private void subscribe(DeltaDiscoveryRequest request) {
    for (String name : request.getResourceNamesSubscribeList()) {
      if (name.equals("*")) {
        wildcard = true;
      } else {
        names.add(name);
      }
    }
    for (String name : request.getResourceNamesUnsubscribeList()) {
      if (name.equals("*")) {
        wildcard = false;
      }
      names.remove(name);
      client.remove(name);
    }
  }

  private void onNack(Flight refusedFlight, String message) {
    if (refusedFlight.versions().size() > 1) {
      oneByOne.addAll(refusedFlight.versions().keySet());
    } else {
      refusedFlight.versions().forEach((name, version) -> refused.put(name, new Refusal(version, message)));
    }
    // a refused removal has nothing that could be corrected: it is not asked for again
    client.keySet().removeAll(refusedFlight.removed());
  }

  /** The next response, if there is anything to say and the client is not busy with the last one. */
  Optional<DeltaDiscoveryResponse> next(Desired desired) {
    if (flight != null) {
      return Optional.empty();
    }
    Map<String, Versioned> upserts = upserts(desired);
    List<String> removed = new ArrayList<>(client.keySet());
    removed.removeIf(name -> desired.get(type).containsKey(name));
    // a client that asked for everything waits for the first answer, be it empty
    if (upserts.isEmpty() && removed.isEmpty() && (answered || !wildcard)) {
      return Optional.empty();
    }
    String single = oneByOne.poll();
    if (single != null && upserts.containsKey(single)) {
      upserts = Map.of(single, upserts.get(single));
    }
    return Optional.of(send(upserts, removed));
  }

  /** What was asked for, exists, is not there yet and was not refused. */
  private Map<String, Versioned> upserts(Desired desired) {
    Map<String, Versioned> upserts = new TreeMap<>(desired.get(type));
    upserts.values().removeIf(resource -> !wants(resource.name()) || resource.version().equals(client.get(resource.name())) || refuses(resource));
    oneByOne.removeIf(name -> !upserts.containsKey(name));
    return upserts;
  }

  private DeltaDiscoveryResponse send(Map<String, Versioned> upserts, List<String> removed) {
    answered = true;
    Map<String, String> versions = new HashMap<>();
    DeltaDiscoveryResponse.Builder response = DeltaDiscoveryResponse.newBuilder().setTypeUrl(type.typeUrl()).setNonce(type + "-" + ++sent);
    for (Versioned resource : upserts.values()) {
      versions.put(resource.name(), resource.version());
      response.addResources(Resource.newBuilder().setName(resource.name()).setVersion(resource.version()).setResource(resource.body()));
    }
    flight = new Flight(response.getNonce(), versions, removed);
    sentAt = System.nanoTime();
    return response.addAllRemovedResources(removed).build();
  }

  private boolean wants(String name) {
    return wildcard || names.contains(name);
  }

  private boolean refuses(Versioned resource) {
    Refusal refusal = refused.get(resource.name());
    return refusal != null && refusal.version().equals(resource.version());
  }

  /** When the last response was sent, as of {@link System#nanoTime}; before the first one, when the client asked. */
  long sentAt() {
    return sentAt;
  }

  /** Nothing is under way and nothing is left to send: all that is wanted was taken or refused. */
  boolean settled(Desired desired) {
    return flight == null && (answered || !wildcard) && upserts(desired).isEmpty() && desired.get(type).keySet().containsAll(client.keySet());
  }

  /** The client's own words on the first of the desired resources that it refused. */
  Optional<String> refusal(Desired desired) {
    for (Versioned resource : desired.get(type).values()) {
      Refusal refusal = refused.get(resource.name());
      if (refusal != null && refusal.version().equals(resource.version())) {
        return Optional.of(resource.name() + ": " + refusal.message());
      }
    }
    return Optional.empty();
  }
}
