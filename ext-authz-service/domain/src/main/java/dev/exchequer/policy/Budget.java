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
 * @param alertsAtPercent marks, 1 to 100: somebody is told when so much of a limit is spent
 * @param openByApi a task label opens by a command only, not by its first hold
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
    boolean audit,
    List<Integer> alertsAtPercent,
    boolean openByApi) {

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
    MONTH,
    /** The last 24 hours, in slices of one. */
    ROLLING_DAY(24, 1),
    /** The last 7 days, in slices of 6 hours. */
    ROLLING_WEEK(7 * 24, 6),
    /** The last 30 days, in slices of one. */
    ROLLING_MONTH(30 * 24, 24);

    private static final long HOUR_MS = 3_600_000;

    private final long periodMs;
    private final long sliceMs;

    Window() {
      this(0, 0);
    }

    Window(int periodHours, int sliceHours) {
      this.periodMs = periodHours * HOUR_MS;
      this.sliceMs = sliceHours * HOUR_MS;
    }

    public boolean rolling() {
      return periodMs > 0;
    }

    /** How long spending counts after the end of its slice; 0 where the window does not roll. */
    public long periodMs() {
      return periodMs;
    }

    /** What is counted together in a window that rolls; else 0. */
    public long sliceMs() {
      return sliceMs;
    }
  }

  public Budget {
    limits = Map.copyOf(limits);
    matchRouteClasses = Set.copyOf(matchRouteClasses);
    matchModels = List.copyOf(matchModels);
    alertsAtPercent = List.copyOf(alertsAtPercent);
  }

  /** One without marks. */
  public Budget(
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
    this(
        name, target, per, limits, denyOtherUnits, window, anchorDay, timeZone, taskRequired, maxOpen, idleExpiryMs, matchRouteClasses, matchModels, audit, List.of(), false);
  }

  /** The same, whose task labels open by a command only. */
  public Budget openedByApi() {
    return new Budget(
        name, target, per, limits, denyOtherUnits, window, anchorDay, timeZone, taskRequired, maxOpen, idleExpiryMs, matchRouteClasses, matchModels, audit, alertsAtPercent, true);
  }

  /** The same with marks. */
  public Budget alertingAt(List<Integer> percents) {
    return new Budget(
        name, target, per, limits, denyOtherUnits, window, anchorDay, timeZone, taskRequired, maxOpen, idleExpiryMs, matchRouteClasses, matchModels, audit, percents, openByApi);
  }
}
