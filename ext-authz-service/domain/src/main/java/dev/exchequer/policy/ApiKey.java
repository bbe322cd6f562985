package dev.exchequer.policy;

import dev.exchequer.identity.ObjectName;
import java.util.List;
import java.util.Set;

/**
 * @param credentials digests of the secrets that are this key; two live ones = rotation
 * @param task label for every request of this key; "" = taken from the request
 * @param requestsPerMinute 0 = no limit
 */
public record ApiKey(
    ObjectName name,
    ObjectName project,
    String label,
    List<Credential> credentials,
    Set<RouteClass> routeClasses,
    List<ModelPattern> models,
    boolean neverCross,
    String task,
    int concurrency,
    int requestsPerMinute,
    boolean suspended) {

  /**
   * @param sha256 lower-case hex of the SHA-256 of the key as the client sends it
   * @param expiresAtMs exclusive, milliseconds since the epoch, 0 = never
   */
  public record Credential(String name, String sha256, long expiresAtMs) {
    public boolean liveAt(long nowMs) {
      return expiresAtMs == 0 || nowMs < expiresAtMs;
    }
  }

  public ApiKey {
    credentials = List.copyOf(credentials);
    routeClasses = Set.copyOf(routeClasses);
    models = List.copyOf(models);
  }
}
