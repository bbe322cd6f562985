package dev.exchequer.policy;

import dev.exchequer.identity.ObjectName;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A cap over a window; it holds no value.
 *
 * @param limits nano-units by unit; 0 = may not be spent at all
 * @param denyOtherUnits a unit that is not listed may not be spent
 * @param anchorDay day of the month (1 to 28), or ISO day of the week
 * @param matchRouteClasses empty = any
 * @param matchModels empty = any; requested models
 * @param audit count and warn, never refuse
 */
public record Budget(
    ObjectName name,
    Target target,
    Per per,
    Map<String, Long> limits,
    boolean denyOtherUnits,
    Window window,
    int anchorDay,
    ZoneId timeZone,
    boolean taskRequired,
    int maxOpen,
    long idleExpiryMs,
    Set<RouteClass> matchRouteClasses,
    List<ModelPattern> matchModels,
    boolean audit) {

  public enum TargetKind {
    PROJECT,
    API_KEY,
    MODEL_ROUTE
  }

  public record Target(TargetKind kind, ObjectName name) {}

  /** One shared bucket, or one for each value. */
  public enum Per {
    TARGET,
    API_KEY,
    TASK,
    END_USER
  }

  public enum Window {
    LIFETIME,
    DAY,
    WEEK,
    MONTH
  }

  public Budget {
    limits = Map.copyOf(limits);
    matchRouteClasses = Set.copyOf(matchRouteClasses);
    matchModels = List.copyOf(matchModels);
  }
}
