package dev.exchequer.policy;

import dev.exchequer.identity.ObjectName;
import java.util.List;
import java.util.Set;

/**
 * The definition of a balance; the money itself is in the ledger.
 *
 * @param order among the balances of a project that list a class, the lower is tried first, then by name
 * @param overdraftNanos how far below zero holds may bring it, in nano-units
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
    boolean suspended) {

  /** What a hold becomes when nobody can say whether the provider served it. */
  public enum OnInDoubt {
    CHARGE_OBSERVED,
    RELEASE
  }

  /** Granted once per id, for ever: re-applying or re-creating the resource mints nothing. */
  public record InitialGrant(String id, long amountNanos, boolean promotional, int priority) {}

  public Balance {
    routeClasses = Set.copyOf(routeClasses);
    initialGrants = List.copyOf(initialGrants);
  }

  public Payer payer() {
    return new Payer.Of(type, unit);
  }
}
