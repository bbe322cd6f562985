package dev.exchequer.operator.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.operator.publish.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The Envoys of all replicas, by way of the gateway's status: each replica writes its own, the leader judges by all of them. */
public final class Envoys {
  /** An entry is written again after this. */
  public static final Duration REFRESH = Duration.ofSeconds(60);

  /** An entry that was not is forgotten after this: its replica is gone. */
  public static final Duration FORGOTTEN = REFRESH.multipliedBy(3);

  private Envoys() {}

  /**
   * One entry of the status.
   *
   * @param seenMs when its replica last wrote it
   */
  public record Entry(String node, String operator, String state, String plan, String message, long seenMs) {
    boolean isOld(Instant now) {
      return seenMs < now.minus(FORGOTTEN).toEpochMilli();
    }
  }

  public static List<Entry> of(JsonNode status) {
    List<Entry> entries = new ArrayList<>();
    for (JsonNode entry : status.path("envoys")) {
      entries.add(
          new Entry(
              entry.path("node").asText(), entry.path("operator").asText(), entry.path("state").asText(), entry.path("plan").asText(), entry.path("message").asText(),
              Times.millis(entry.path("seen").asText())));
    }
    return entries;
  }

  /** Entries that nobody keeps. */
  public static List<Entry> forgotten(List<Entry> entries, String replica, Instant now) {
    return entries.stream().filter(entry -> !entry.operator.equals(replica) && entry.isOld(now)).toList();
  }

  /**
   * What this replica says of the Envoys that are connected to it.
   *
   * @param local outcome by node
   * @param digest of the plan that they were given
   * @param before the status as it is: an Envoy whose state is the same keeps its time
   */
  public static ObjectNode entries(Map<String, Outcome> local, String replica, String digest, JsonNode before, Instant now) {
    String time = now.truncatedTo(ChronoUnit.SECONDS).toString();
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    ArrayNode entries = status.putArray("envoys");
    new TreeMap<>(local)
        .forEach(
            (node, outcome) -> {
              ObjectNode entry = entries.addObject().put("node", node).put("operator", replica).put("state", state(outcome)).put("plan", digest);
              String message = message(outcome);
              if (!message.isEmpty()) {
                entry.put("message", message);
              }
              entry.put("since", since(node, state(outcome), before, time)).put("seen", time);
            });
    return status;
  }

  private static String since(String node, String state, JsonNode before, String now) {
    for (JsonNode entry : before.path("envoys")) {
      if (entry.path("node").asText().equals(node) && entry.path("state").asText().equals(state) && entry.has("since")) {
        return entry.path("since").asText();
      }
    }
    return now;
  }

  private static String state(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Serving serving -> "Serving";
      case Outcome.Rejected rejected -> "Refused";
      case Outcome.NoEnvoy pending -> "Pending";
    };
  }

  private static String message(Outcome outcome) {
    String message =
        switch (outcome) {
          case Outcome.Serving serving -> "";
          case Outcome.Rejected rejected -> rejected.message();
          case Outcome.NoEnvoy pending -> pending.why();
        };
    return message.length() <= Verdict.LONGEST ? message : message.substring(0, Verdict.LONGEST);
  }

  /**
   * What became of a plan at all Envoys: one refusal is a refusal, and it serves when all do.
   *
   * @param here what became of it at those of this replica
   * @param local their nodes
   * @param entries of all replicas; what they say of other plans, and of nodes that are connected here, does not count
   */
  public static Outcome merged(Outcome here, Set<String> local, List<Entry> entries, String digest, Instant now) {
    List<Entry> others = entries.stream().filter(entry -> !local.contains(entry.node) && !entry.isOld(now)).toList();
    if (here instanceof Outcome.Rejected || others.isEmpty()) {
      return here;
    }
    for (Entry entry : others) {
      if (entry.state.equals("Refused") && entry.plan.equals(digest)) {
        return new Outcome.Rejected(entry.node + ": " + entry.message);
      }
    }
    if (here instanceof Outcome.NoEnvoy && !local.isEmpty()) {
      return here;
    }
    return others.stream()
        .filter(entry -> !entry.state.equals("Serving") || !entry.plan.equals(digest))
        .findFirst()
        .<Outcome>map(entry -> new Outcome.NoEnvoy("Envoy " + entry.node + " has not taken it yet"))
        .orElse(new Outcome.Serving());
  }

  /** "1/2": how many serve the plan, of how many. */
  public static String serving(Map<String, Outcome> local, List<Entry> entries, String digest, Instant now) {
    List<Entry> others = entries.stream().filter(entry -> !local.containsKey(entry.node) && !entry.isOld(now)).toList();
    long serving =
        local.values().stream().filter(Outcome.Serving.class::isInstance).count()
            + others.stream().filter(entry -> entry.state.equals("Serving") && entry.plan.equals(digest)).count();
    return serving + "/" + (local.size() + others.size());
  }
}
