package dev.exchequer.policy;

import dev.exchequer.identity.ObjectName;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;

/**
 * The definition of a balance; the money itself is in the ledger.
 *
 * @param order among the balances of a project that list a class, the lower is tried first, then by name
 * @param overdraftNanos how far below zero holds may bring it, in nano-units
 * @param onExcess what becomes of a charge above its hold
 * @param alertsBelow marks, in nano-units: somebody is told when what is posted falls below one
 */
public record Balance(
    ObjectName name,
    ObjectName project,
    BalanceType type,
    String unit,
    Set<RouteClass> routeClasses,
    int order,
    long overdraftNanos,
    OnInDoubt onInDoubt,
    List<InitialGrant> initialGrants,
    boolean suspended,
    OnExcess onExcess,
    List<RecurringGrant> recurringGrants,
    List<Long> alertsBelow) {

  /** What becomes of a charge above its hold. */
  public enum OnExcess {
    /** It is posted; new holds wait until it is repaid. */
    DEBT,
    /** It is posted, and what exceeds the hold is given back at once: nobody owes more than was held. */
    WRITE_OFF
  }

  /** What a hold becomes when nobody can say whether the provider served it. */
  public enum OnInDoubt {
    /** What was seen of it is charged. */
    CHARGE_OBSERVED,
    /** Nothing is charged. */
    RELEASE,
    /** The whole hold is charged. */
    CHARGE_HOLD
  }

  /**
   * Granted once per id, for ever: re-applying or re-creating the resource mints nothing.
   *
   * @param startsAtMs milliseconds since the epoch, 0 = at once
   * @param expiresAtMs exclusive, 0 = never
   */
  public record InitialGrant(String id, long amountNanos, boolean promotional, int priority, long startsAtMs, long expiresAtMs) {
    /** Without start or end. */
    public InitialGrant(String id, long amountNanos, boolean promotional, int priority) {
      this(id, amountNanos, promotional, priority, 0, 0);
    }
  }

  /**
   * Granted once for each window of the calendar, by id and start of the window: whoever looks how often, and whatever its definition becomes meanwhile.
   *
   * @param period not LIFETIME
   * @param anchorDay day of the month (1 to 28), or ISO day of the week
   * @param carryOver what is left at the end of the window stays
   */
  public record RecurringGrant(
      String id, long amountNanos, boolean promotional, int priority, Budget.Window period, int anchorDay, ZoneId timeZone, boolean carryOver) {
    public RecurringGrant {
      if (period == Budget.Window.LIFETIME || period.rolling()) {
        throw new IllegalArgumentException("a grant that recurs has a period");
      }
    }
  }

  public Balance {
    routeClasses = Set.copyOf(routeClasses);
    initialGrants = List.copyOf(initialGrants);
    recurringGrants = List.copyOf(recurringGrants);
    alertsBelow = List.copyOf(alertsBelow);
  }

  /** One without marks. */
  public Balance(
      ObjectName name,
      ObjectName project,
      BalanceType type,
      String unit,
      Set<RouteClass> routeClasses,
      int order,
      long overdraftNanos,
      OnInDoubt onInDoubt,
      List<InitialGrant> initialGrants,
      boolean suspended,
      OnExcess onExcess,
      List<RecurringGrant> recurringGrants) {
    this(name, project, type, unit, routeClasses, order, overdraftNanos, onInDoubt, initialGrants, suspended, onExcess, recurringGrants, List.of());
  }

  /** The same with marks. */
  public Balance alertingBelow(List<Long> marks) {
    return new Balance(name, project, type, unit, routeClasses, order, overdraftNanos, onInDoubt, initialGrants, suspended, onExcess, recurringGrants, marks);
  }

  /** One whose excess is debt, and to which nothing comes again. */
  public Balance(
      ObjectName name,
      ObjectName project,
      BalanceType type,
      String unit,
      Set<RouteClass> routeClasses,
      int order,
      long overdraftNanos,
      OnInDoubt onInDoubt,
      List<InitialGrant> initialGrants,
      boolean suspended) {
    this(name, project, type, unit, routeClasses, order, overdraftNanos, onInDoubt, initialGrants, suspended, OnExcess.DEBT, List.of());
  }

  public Payer payer() {
    return new Payer.Of(type, unit);
  }
}
