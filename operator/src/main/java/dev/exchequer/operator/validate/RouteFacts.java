package dev.exchequer.operator.validate;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.operator.model.Spec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a ModelRoute says, read once for as long as it stays the same document: thousands of them are looked at on every change. */
final class RouteFacts {
  private final List<Spec> hops;
  private final List<Reach.Hop> reached;
  private final List<ObjectName> sheets;
  private final List<ObjectKey> names;
  private @Nullable List<Document> targets;

  RouteFacts(Document route) {
    Spec spec = Spec.of(route);
    this.hops = spec.list("hops");
    this.reached = hops.stream().map(hop -> Reach.Hop.of(route, hop)).toList();
    this.sheets = spec.refs("priceSheetRefs", route.name());
    List<ObjectKey> all = new ArrayList<>();
    hops.forEach(hop -> hop.ref("providerRef", route.name()).ifPresent(name -> all.add(new ObjectKey("ModelProvider", name))));
    spec.ref("fallbackPolicyRef", route.name()).ifPresent(name -> all.add(new ObjectKey("FallbackPolicy", name)));
    sheets.forEach(name -> all.add(new ObjectKey("PriceSheet", name)));
    this.names = List.copyOf(all);
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

  /** Whether everything that it names is the very document that its references were last found good with. */
  boolean resolvesAsBefore(Map<ObjectKey, Document> known) {
    List<Document> before = targets;
    if (before == null) {
      return false;
    }
    for (int i = 0; i < before.size(); i++) {
      if (known.get(names.get(i)) != before.get(i)) {
        return false;
      }
    }
    return true;
  }

  /** Its references are good. */
  void resolved(Map<ObjectKey, Document> known) {
    List<Document> found = new ArrayList<>();
    for (ObjectKey name : names) {
      Document target = known.get(name);
      if (target == null) {
        return;
      }
      found.add(target);
    }
    targets = found;
  }
}
