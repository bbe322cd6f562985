package dev.exchequer.policy;

import dev.exchequer.identity.ObjectName;
import java.util.List;
import java.util.Set;

/** Owner, consent and ceiling: keys only narrow it. */
public record Project(
    ObjectName name,
    String owner,
    String externalId,
    Set<RouteClass> routeClasses,
    List<ModelPattern> models,
    Set<Crossing> crossBalance,
    List<ObjectName> priceSheets,
    Disclose disclose,
    boolean suspended) {

  /** A payer's consent: a request whose first usable hop is `from` may be paid at a hop of class `to`. */
  public record Crossing(RouteClass from, RouteClass to) {}

  public enum Disclose {
    NONE,
    CHARGE,
    BALANCE
  }

  public Project {
    routeClasses = Set.copyOf(routeClasses);
    models = List.copyOf(models);
    crossBalance = Set.copyOf(crossBalance);
    priceSheets = List.copyOf(priceSheets);
  }
}
