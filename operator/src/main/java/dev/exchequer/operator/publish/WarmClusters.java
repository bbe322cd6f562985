package dev.exchequer.operator.publish;

import dev.exchequer.wire.EnvoyAdmin;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether Envoy can route to the clusters that it took. A cluster warms until its name is resolved and its secret there, and for so long Envoy 1.40 keeps the
 * ACK of all clusters back; older ones acknowledged at once. One that stays cold is no reason to wait for ever: requests to it move on to the next hop.
 */
public interface WarmClusters {
  /** Envoys that cannot be asked from here: what counts is their ACK. */
  WarmClusters BY_ACK = (acknowledged, deadline) -> acknowledged;

  /**
   * Waits until the clusters are warm, at most until the deadline.
   *
   * @param acknowledged whether Envoy acknowledged all clusters
   * @param deadline as of {@link System#nanoTime}
   * @return whether Envoy has the clusters, be some still cold
   */
  boolean await(boolean acknowledged, long deadline) throws InterruptedException;

  /** The Envoy on this machine is asked. */
  static WarmClusters of(EnvoyAdmin admin) {
    return new Asked(admin);
  }

  /** By Envoy's own count. */
  record Asked(EnvoyAdmin admin) implements WarmClusters {
    private static final Logger LOG = LoggerFactory.getLogger(WarmClusters.class);
    private static final long POLL_MS = 20;

    @Override
    public boolean await(boolean acknowledged, long deadline) throws InterruptedException {
      try {
        int warming = admin.warmingClusters();
        while (warming > 0 && System.nanoTime() < deadline) {
          TimeUnit.MILLISECONDS.sleep(POLL_MS);
          warming = admin.warmingClusters();
        }
        if (warming > 0) {
          LOG.warn("{} clusters of Envoy are still warming", warming);
        }
        return acknowledged || warming > 0;
      } catch (IOException e) {
        LOG.warn("Envoy cannot be asked whether its clusters are warm: {}", e.getMessage());
        return acknowledged;
      }
    }
  }
}
