package dev.exchequer.operator.validate;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.compile.Prices;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Inventory;
import dev.exchequer.operator.model.Names;
import dev.exchequer.operator.model.Spec;
import dev.exchequer.policy.ModelPattern;
import dev.exchequer.policy.PriceSheet;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Which rates some request may reach at a hop. Generous: only what no request at all can reach is worth a warning. */
final class Reach {
  private final Inventory inForce;

  Reach(Inventory inForce) {
    this.inForce = inForce;
  }

  /** Whether a hop has a price in the unit of a balance, by the sheets of the balance's project or of the route. */
  boolean priced(Document route, Spec hop, Document balance) {
    Spec spec = Spec.of(balance);
    Optional<Document> project = spec.ref("projectRef", balance.name()).flatMap(name -> inForce.find("Project", name));
    return pricedBy(project.map(this::sheets).orElse(List.of()), route, hop, spec.text("unit")) || pricedBy(sheets(route), route, hop, spec.text("unit"));
  }

  private boolean pricedBy(List<Document> sheets, Document route, Spec hop, String unit) {
    return sheets.stream()
        .filter(sheet -> Spec.of(sheet).text("unit").equals(unit))
        .anyMatch(sheet -> Prices.rates(sheet).stream().anyMatch(rate -> reaches(rate.match(), route, hop)));
  }

  private List<Document> sheets(Document holder) {
    return Spec.of(holder).refs("priceSheetRefs", holder.name()).stream().flatMap(name -> inForce.find("PriceSheet", name).stream()).toList();
  }

  /** Routes at whose hops a sheet is looked at: those that list it; all, if a project does. */
  List<Document> routesOf(Document sheet) {
    boolean ofProject = inForce.ofKind("Project").stream().anyMatch(project -> lists(project, sheet.name()));
    return inForce.ofKind("ModelRoute").stream().filter(route -> ofProject || lists(route, sheet.name())).toList();
  }

  private static boolean lists(Document holder, ObjectName sheet) {
    return Spec.of(holder).refs("priceSheetRefs", holder.name()).contains(sheet);
  }

  boolean anyHop(PriceSheet.Match match, List<Document> routes) {
    return routes.stream().anyMatch(route -> Spec.of(route).list("hops").stream().anyMatch(hop -> reaches(match, route, hop)));
  }

  private static boolean reaches(PriceSheet.Match match, Document route, Spec hop) {
    List<ModelPattern> requested = Names.models(Spec.of(route).texts("models"));
    List<ModelPattern> upstream = hop.has("upstreamModel") ? Names.models(List.of(hop.text("upstreamModel"))) : requested;
    return anyOrContains(match.routeClasses(), Names.routeClass(hop.text("routeClass")))
        && anyOrContains(match.providers(), hop.ref("providerRef", route.name()))
        && anyOrOverlaps(match.upstreamModels(), upstream)
        && anyOrOverlaps(match.requestedModels(), requested);
  }

  private static <T> boolean anyOrContains(Collection<T> wanted, Optional<T> value) {
    return wanted.isEmpty() || value.filter(wanted::contains).isPresent();
  }

  private static boolean anyOrOverlaps(List<ModelPattern> wanted, List<ModelPattern> there) {
    return wanted.isEmpty() || wanted.stream().anyMatch(a -> there.stream().anyMatch(b -> overlap(a, b)));
  }

  private static boolean overlap(ModelPattern a, ModelPattern b) {
    return a.matches(stem(b)) || b.matches(stem(a));
  }

  private static String stem(ModelPattern pattern) {
    return pattern.prefix() ? pattern.text().substring(0, pattern.text().length() - 1) : pattern.text();
  }
}
