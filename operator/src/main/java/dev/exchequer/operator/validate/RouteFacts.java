package dev.exchequer.operator.validate;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Inventory;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.operator.model.Spec;
import java.util.ArrayList;
import java.util.List;

/** What a ModelRoute says, read once for as long as it stays the same document: thousands of them are looked at on every change. */
final class RouteFacts {
  private final List<Spec> hops;
  private final List<Reach.Hop> reached;
  private final List<ObjectName> sheets;
  private final Document document;
  private final RouteTargets targets;
  /** The version of its targets that its references were last found good with; 0 = none. */
  private int good;

  RouteFacts(Document route, RouteTargets.Shared shared) {
    this.document = route;
    Spec spec = Spec.of(route);
    this.hops = spec.list("hops");
    this.reached = hops.stream().map(hop -> Reach.Hop.of(route, hop)).toList();
    this.sheets = spec.refs("priceSheetRefs", route.name());
    List<ObjectKey> all = new ArrayList<>();
    hops.forEach(hop -> hop.ref("providerRef", route.name()).ifPresent(name -> all.add(new ObjectKey("ModelProvider", name))));
    spec.ref("fallbackPolicyRef", route.name()).ifPresent(name -> all.add(new ObjectKey("FallbackPolicy", name)));
    sheets.forEach(name -> all.add(new ObjectKey("PriceSheet", name)));
    this.targets = shared.of(all);
  }

  Document document() {
    return document;
  }

  /** As they are written. */
  List<Spec> hops() {
    return hops;
  }

  /** The same hops, as rates see them. */
  List<Reach.Hop> reached() {
    return reached;
  }

  List<ObjectName> sheets() {
    return sheets;
  }

  /** Whether everything that it names is the very document that its references were last found good with, and so is what is around. */
  boolean resolvesAsBefore(Inventory now, RouteTargets.Surroundings around) {
    return good > 0 && good == targets.version(now, around);
  }

  /** Its references are good. */
  void resolved(Inventory now, RouteTargets.Surroundings around) {
    good = targets.version(now, around);
  }
}
