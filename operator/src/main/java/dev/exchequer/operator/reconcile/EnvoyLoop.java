package dev.exchequer.operator.reconcile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.operator.publish.Outcome;
import dev.exchequer.operator.status.Envoys;
import dev.exchequer.operator.status.Live;
import dev.exchequer.operator.status.StatusApply;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps this replica's Envoys in the gateway's status: when something changes, and every minute as a sign that it is still so. Called by one thread at a time. */
final class EnvoyLoop {
  private static final Logger LOG = LoggerFactory.getLogger(EnvoyLoop.class);

  private final StatusApply apply;
  private final String replica;
  private final InstantSource clock;
  private @Nullable Written written;

  private record Written(String uid, JsonNode says, Instant at) {}

  /** @param apply with a field manager of this replica's own: the entries of others are not touched */
  EnvoyLoop(StatusApply apply, String replica, InstantSource clock) {
    this.apply = apply;
    this.replica = replica;
    this.clock = clock;
  }

  /**
   * @param local what became of the plan at each Envoy that is connected here
   * @param digest of that plan
   */
  void look(Live gateway, Map<String, Outcome> local, String digest) {
    Instant now = clock.instant();
    JsonNode status = gateway.status() == null ? JsonNodeFactory.instance.objectNode() : gateway.status();
    ObjectNode entries = Envoys.entries(local, replica, digest, status, now);
    JsonNode says = withoutTimes(entries);
    if (isNews(gateway, says, !local.isEmpty() || isThere(status)) || isDue(local, now)) {
      write(gateway, entries, says, now);
    }
  }

  /** @param first whether there is something to say of a gateway of which nothing was said yet */
  private boolean isNews(Live gateway, JsonNode says, boolean first) {
    Written last = written;
    return last == null || !last.uid.equals(gateway.uid()) ? first : !says.equals(last.says);
  }

  private boolean isDue(Map<String, Outcome> local, Instant now) {
    Written last = written;
    return last != null && !local.isEmpty() && !last.at.plus(Envoys.REFRESH).isAfter(now);
  }

  private void write(Live gateway, ObjectNode entries, JsonNode says, Instant now) {
    try {
      apply.apply(gateway.key(), gateway.uid(), entries);
      written = new Written(gateway.uid(), says, now);
    } catch (KubernetesClientException e) {
      LOG.info("the Envoys of {} were not written, it is tried again: {}", gateway.key(), e.getMessage());
    }
  }

  /** What a process of this name left, before it crashed. */
  private boolean isThere(JsonNode status) {
    return Envoys.of(status).stream().anyMatch(entry -> entry.operator().equals(replica));
  }

  private static JsonNode withoutTimes(ObjectNode entries) {
    ObjectNode says = entries.deepCopy();
    says.path("envoys").forEach(entry -> ((ObjectNode) entry).remove("seen"));
    says.path("envoys").forEach(entry -> ((ObjectNode) entry).remove("since"));
    return says;
  }

  /** A clean stop: they go to another replica, which says so. */
  void leave(Live gateway) {
    if (written != null || (gateway.status() != null && isThere(gateway.status()))) {
      write(gateway, Envoys.entries(Map.of(), replica, "", JsonNodeFactory.instance.objectNode(), clock.instant()), JsonNodeFactory.instance.objectNode(), clock.instant());
    }
  }
}
