package dev.exchequer.server.authz;

import dev.exchequer.policy.Route;
import dev.exchequer.server.engine.Admitted;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What an answer says of itself from its first byte: the receipt, and the hop that answered. */
public final class AnswerHeaders {
  public static final String RECEIPT = "x-exchequer-receipt";

  private AnswerHeaders() {}

  /**
   * In this order: receipt, route, hop, class, model.
   *
   * @param position of the hop in the route, from 1
   */
  public static List<Map.Entry<String, String>> of(Admitted admitted, int position) {
    Route route = admitted.route();
    Route.Hop hop = route.hops().get(position - 1);
    String requested = Objects.requireNonNull(admitted.facts().requestedModel(), "an admitted request names a model");
    return List.of(
        Map.entry(RECEIPT, admitted.facts().id()),
        Map.entry("x-exchequer-route", route.name().toString()),
        Map.entry("x-exchequer-hop", position + "/" + route.hops().size() + " " + hop.name()),
        Map.entry("x-exchequer-route-class", hop.routeClass().text()),
        Map.entry("x-exchequer-model", hop.upstreamModelFor(requested)));
  }

  /** The value of x-exq-answer: lower-case hex of lines `name: value\n`. */
  static String hex(Admitted admitted, int position) {
    StringBuilder lines = new StringBuilder(256);
    for (Map.Entry<String, String> header : of(admitted, position)) {
      lines.append(header.getKey()).append(": ").append(header.getValue()).append('\n');
    }
    return HexFormat.of().formatHex(lines.toString().getBytes(StandardCharsets.UTF_8));
  }
}
