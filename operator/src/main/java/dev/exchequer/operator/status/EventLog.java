package dev.exchequer.operator.status;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.operator.model.ObjectKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What changed in statuses, as news for people: from what the API server shows, whoever wrote it, so that every change is told once, also after another replica
 * took over. Not for several threads.
 */
public final class EventLog {
  private static final String ENVOY_REFUSED = "EnvoyRefused";
  private static final Set<String> LOST = Set.of("ModelConflict", "BalanceConflict", "CredentialTaken", "GatewayConflict");

  /**
   * One event.
   *
   * @param warning whether somebody should do something
   * @param reason one CamelCase word
   */
  public record News(ObjectKey about, String uid, boolean warning, String reason, String note) {}

  private record Seen(String uid, String version, Map<String, Told> told) {}

  /** A condition, or the state of an Envoy. */
  private record Told(String status, String reason, String message) {}

  private Map<ObjectKey, Seen> seen = new HashMap<>();
  private boolean begun;

  /** What is news since the last look. Of the first look nothing is: it was told by who looked before. */
  public List<News> look(Collection<Live> objects) {
    List<News> news = new ArrayList<>();
    Map<ObjectKey, Seen> now = new HashMap<>();
    for (Live object : objects) {
      Seen known = seen.get(object.key());
      Seen before = known != null && known.uid.equals(object.uid()) ? known : new Seen(object.uid(), "", Map.of());
      if (before.version.equals(object.version())) {
        now.put(object.key(), before);
        continue;
      }
      Seen next = new Seen(object.uid(), object.version(), told(object.status()));
      now.put(object.key(), next);
      if (begun) {
        next.told.forEach((type, told) -> tell(object, type, before.told.get(type), told, news));
      }
    }
    seen = now;
    begun = true;
    return news;
  }

  private static Map<String, Told> told(@Nullable JsonNode status) {
    Map<String, Told> told = new HashMap<>();
    if (status != null) {
      for (JsonNode condition : status.path("conditions")) {
        told.put(
            condition.path("type").asText(),
            new Told(condition.path("status").asText(), condition.path("reason").asText(), condition.path("message").asText()));
      }
      for (JsonNode envoy : status.path("envoys")) {
        String node = envoy.path("node").asText();
        told.put("Envoy " + node, new Told(envoy.path("state").asText(), node, envoy.path("message").asText()));
      }
    }
    return told;
  }

  private static void tell(Live object, String type, @Nullable Told before, Told now, List<News> news) {
    boolean was = before != null && before.status.equals(Verdict.TRUE);
    boolean wasNot = before != null && before.status.equals(Verdict.FALSE);
    boolean is = now.status.equals(Verdict.TRUE);
    boolean isNot = now.status.equals(Verdict.FALSE);
    boolean otherReason = before == null || !before.reason.equals(now.reason);
    switch (type) {
      case Verdict.ACCEPTED, Verdict.RESOLVED_REFS -> {
        if (isNot && (!wasNot || otherReason)) {
          news.add(warning(object, LOST.contains(now.reason) ? now.reason : "Rejected", now.reason + ": " + now.message));
        } else if (is && LOST.contains(now.reason) && otherReason) {
          news.add(warning(object, now.reason, now.message));
        } else if (is && wasNot) {
          news.add(new News(object.key(), object.uid(), false, "InForce", type + " again: " + now.message));
        }
      }
      case Verdict.PROGRAMMED -> {
        if (isNot && now.reason.equals(ENVOY_REFUSED) && (!wasNot || otherReason)) {
          news.add(warning(object, ENVOY_REFUSED, now.message));
        }
      }
      case LedgerStatus.EXHAUSTED -> {
        if (is && !was) {
          news.add(warning(object, "Exhausted", now.message));
        } else if (isNot && was) {
          news.add(new News(object.key(), object.uid(), false, "PaysAgain", now.message));
        }
      }
      case LedgerStatus.LOW -> {
        if (is && now.reason.equals(LedgerStatus.BELOW_MARK) && (!was || otherReason)) {
          news.add(warning(object, "Low", now.message));
        }
      }
      case LedgerStatus.NEAR_LIMIT -> {
        if (is && (before == null || !before.message.equals(now.message))) {
          news.add(warning(object, LedgerStatus.NEAR_LIMIT, now.message));
        }
      }
      case LedgerStatus.DELETION_WAITS -> {
        if (is && !was) {
          news.add(warning(object, "DeletionWaits", now.message));
        }
      }
      default -> {
        if (type.startsWith("Envoy ") && now.status.equals("Refused") && (before == null || !before.status.equals("Refused"))) {
          news.add(warning(object, ENVOY_REFUSED, now.reason + ": " + now.message));
        }
      }
    }
  }

  private static News warning(Live object, String reason, String note) {
    return new News(object.key(), object.uid(), true, reason, note);
  }
}
