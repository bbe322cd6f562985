package dev.exchequer.server.authz;

import dev.exchequer.policy.Endpoint;

/** What a method and a path ask for; both compared exactly. */
sealed interface Target {
  record Metered(Endpoint endpoint) implements Target {}

  record Self(SelfPath path) implements Target {}

  record Unknown() implements Target {}

  static Target of(ClientCall call) {
    if (call.method().equals("POST")) {
      for (Endpoint endpoint : Endpoint.values()) {
        if (endpoint.path().equals(call.path())) {
          return new Metered(endpoint);
        }
      }
    } else if (call.method().equals("GET")) {
      return SelfPath.of(call.path()).<Target>map(Self::new).orElseGet(Unknown::new);
    }
    return new Unknown();
  }
}
