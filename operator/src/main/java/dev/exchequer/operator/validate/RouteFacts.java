package dev.exchequer.operator.validate;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Namespaces;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.operator.model.Spec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a ModelRoute says, read once for as long as it stays the same document: thousands of them are looked at on every change. */
final class RouteFacts {
  /** The kinds that a route names. */
  static final List<String> NAMED = List.of("FallbackPolicy", "ModelProvider", "PriceSheet");

  private final List<Spec> hops;
  private final List<Reach.Hop> reached;
  private final List<ObjectName> sheets;
  private final List<ObjectKey> names;
  private @Nullable List<Document> targets;
  private @Nullable Surroundings around;

  /**
   * What else references are judged by: labels, for consent, and the gateway, which serves some namespaces.
   *
   * @param gateway the TokenGateway that is in force
   */
  record Surroundings(Namespaces namespaces, Optional<Document> gateway) {}

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

  /**
   * Whether everything that it names is the very document that its references were last found good with, and so is what is around.
   *
   * @param known all of the kinds that are {@link #NAMED}, by identity: a document keeps its name, so it is found under it
   */
  @SuppressWarnings("ReferenceEquality") // the validator keeps one object for as long as it is equal
  boolean resolvesAsBefore(Set<Document> known, Surroundings now) {
    List<Document> before = targets;
    if (before == null || now != around) {
      return false;
    }
    for (int i = 0; i < before.size(); i++) {
      if (!known.contains(before.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Its references are good. */
  void resolved(Map<ObjectKey, Document> known, Surroundings now) {
    List<Document> found = new ArrayList<>();
    for (ObjectKey name : names) {
      Document target = known.get(name);
      if (target == null) {
        return;
      }
      found.add(target);
    }
    targets = found;
    around = now;
  }
}
