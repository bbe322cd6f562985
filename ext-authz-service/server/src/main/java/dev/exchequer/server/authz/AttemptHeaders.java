package dev.exchequer.server.authz;

import dev.exchequer.ledger.Result;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.Provider;
import dev.exchequer.policy.Route;
import dev.exchequer.selection.RequestFacts;
import dev.exchequer.server.engine.Admitted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What the hop layer and its meter must know of an attempt (CONTRACTS section 4). All of them every time: what is not set would be the last attempt's. */
final class AttemptHeaders {
  private static final int VERSION_PREFIX = "/v1".length();

  private AttemptHeaders() {}

  static List<Map.Entry<String, String>> of(Admitted admitted, Result.Held held) {
    RequestFacts facts = admitted.facts();
    Route.Hop hop = admitted.route().hops().get(held.position() - 1);
    Provider provider = Objects.requireNonNull(admitted.policy().providers().get(hop.provider()), "a policy holds the providers of its routes");
    String requested = Objects.requireNonNull(facts.requestedModel(), "an admitted request names a model");
    Endpoint endpoint = Objects.requireNonNull(facts.endpoint(), "an admitted request has an endpoint");
    boolean stream = facts.streamed();
    List<Map.Entry<String, String>> headers = new ArrayList<>(11);
    headers.add(Map.entry("x-exq-cluster", hop.cluster()));
    headers.add(Map.entry("x-exq-hold", held.id().toString()));
    headers.add(Map.entry("x-exq-path", provider.basePath() + endpoint.path().substring(VERSION_PREFIX)));
    headers.add(Map.entry("x-exq-timeout", Long.toString(stream ? hop.streamFirstByteMs() : 0)));
    headers.add(Map.entry("x-exq-total", Long.toString(stream ? 0 : hop.responseMs())));
    headers.add(Map.entry("x-exq-idle", Long.toString(stream ? hop.streamIdleMs() : 0)));
    headers.add(Map.entry("x-exq-mode", mode(admitted)));
    headers.add(Map.entry("x-exq-edits", admitted.edits().forHop(provider, hop.upstreamModelFor(requested), held.outputCap())));
    headers.add(Map.entry("x-exq-answer", AnswerHeaders.hex(admitted, held.position())));
    return headers;
  }

  /** As {@link #of}, with what chooses the public route. */
  static List<Map.Entry<String, String>> first(Admitted admitted, Result.Held held) {
    List<Map.Entry<String, String>> headers = of(admitted, held);
    headers.add(Map.entry("x-exq-route", admitted.route().name().toString()));
    headers.add(Map.entry("x-exq-request", admitted.facts().id()));
    return headers;
  }

  private static String mode(Admitted admitted) {
    if (admitted.edits() instanceof EditPlan plan) {
      return plan.mode();
    }
    throw new IllegalStateException("admitted without an edit plan");
  }
}
