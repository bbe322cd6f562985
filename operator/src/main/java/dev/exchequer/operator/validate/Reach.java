package dev.exchequer.operator.validate;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.compile.Gateways;
import dev.exchequer.operator.compile.Prices;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Inventory;
import dev.exchequer.operator.model.Memo;
import dev.exchequer.operator.model.Names;
import dev.exchequer.operator.model.Spec;
import dev.exchequer.policy.ModelPattern;
import dev.exchequer.policy.PriceSheet;
import dev.exchequer.policy.RouteClass;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which rates some request may reach at a hop. Generous: only what no request at all can reach is worth a warning. */
final class Reach {
  private final Inventory inForce;
  private final Memo<Document, RouteFacts> facts;
  private final List<ObjectName> sheetsOfGateway;

  private final Map<String, Payers> payers = new HashMap<>();
  private final Map<ObjectName, Priced> priced = new HashMap<>();
  private final Map<ObjectName, Optional<Document>> sheets = new HashMap<>();
  /** Whether any sheet prices ToolCall; null = nobody asked yet. */
  private @Nullable Boolean anyToolCalls;

  /** @param facts of routes, from earlier looks too */
  Reach(Inventory inForce, Memo<Document, RouteFacts> facts) {
    this.inForce = inForce;
    this.facts = facts;
    this.sheetsOfGateway = Gateways.priceSheets(inForce);
  }

  /**
   * Who pays for a class at all.
   *
   * @param sheets those of the payers' projects, each once
   */
  record Payers(SortedSet<String> units, Set<Document> sheets) {}

  Payers payers(String routeClass) {
    return payers.computeIfAbsent(
        routeClass,
        wanted -> {
          Payers found = new Payers(new TreeSet<>(), new LinkedHashSet<>());
          for (Document balance : inForce.ofKind("Balance")) {
            Spec spec = Spec.of(balance);
            if (spec.texts("routeClasses").contains(wanted)) {
              found.units.add(spec.text("unit"));
              spec.ref("projectRef", balance.name()).flatMap(name -> inForce.find("Project", name)).ifPresent(project -> found.sheets.addAll(sheets(project)));
            }
          }
          return found;
        });
  }

  /** Whether a hop has a price in a unit of its payers, by the sheets of a payer's project or of the route. */
  boolean priced(RouteFacts route, int position, Payers payers) {
    Hop reached = route.reached().get(position);
    for (Document sheet : payers.sheets) {
      if (priced(reached, sheet, payers)) {
        return true;
      }
    }
    return named(route.sheets(), reached, payers) || named(sheetsOfGateway, reached, payers);
  }

  private boolean named(List<ObjectName> names, Hop reached, Payers payers) {
    for (ObjectName name : names) {
      Document sheet = sheets.computeIfAbsent(name, wanted -> inForce.find("PriceSheet", wanted)).orElse(null);
      if (sheet != null && priced(reached, sheet, payers)) {
        return true;
      }
    }
    return false;
  }

  private boolean priced(Hop reached, Document sheet, Payers payers) {
    Priced known = priced(sheet);
    return payers.units.contains(known.unit) && known.rates.stream().anyMatch(rate -> reached.by(rate.match()));
  }

  private Priced priced(Document sheet) {
    return priced.computeIfAbsent(sheet.name(), name -> new Priced(Spec.of(sheet).text("unit"), Prices.rates(sheet)));
  }

  private record Priced(String unit, List<PriceSheet.Rate> rates, boolean toolCalls) {
    Priced(String unit, List<PriceSheet.Rate> rates) {
      this(unit, rates, rates.stream().anyMatch(PriceSheet.Rate::paysToolCalls));
    }
  }

  /** By which rate tool calls of a hop are paid for, as "rate of sheet": one that some request reaches, as none before it takes them all. */
  Optional<String> toolCalls(RouteFacts route, int position, Payers payers) {
    if (!anyToolCalls()) {
      return Optional.empty(); // the usual case, for each of thousands of hops
    }
    Hop reached = route.reached().get(position);
    Stream<Document> named = Stream.concat(route.sheets().stream(), sheetsOfGateway.stream()).flatMap(name -> inForce.find("PriceSheet", name).stream());
    return Stream.concat(payers.sheets.stream(), named).flatMap(sheet -> toolCalls(reached, sheet, payers).stream()).findFirst();
  }

  private boolean anyToolCalls() {
    if (anyToolCalls == null) {
      anyToolCalls = inForce.ofKind("PriceSheet").stream().anyMatch(sheet -> priced(sheet).toolCalls);
    }
    return anyToolCalls;
  }

  private Optional<String> toolCalls(Hop reached, Document sheet, Payers payers) {
    Priced known = priced(sheet);
    return known.toolCalls && payers.units.contains(known.unit) ? toolCalls(reached, known.rates).map(rate -> "rate " + rate.name() + " of PriceSheet " + sheet.name()) : Optional.empty();
  }

  private static Optional<PriceSheet.Rate> toolCalls(Hop reached, List<PriceSheet.Rate> rates) {
    for (PriceSheet.Rate rate : rates) {
      if (rate.paysToolCalls() && reached.by(rate.match())) {
        return Optional.of(rate);
      }
      if (reached.always(rate.match())) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  RouteFacts facts(Document route) {
    return facts.of(route);
  }

  private List<Document> sheets(Document holder) {
    return Spec.of(holder).refs("priceSheetRefs", holder.name()).stream().flatMap(name -> inForce.find("PriceSheet", name).stream()).toList();
  }

  /** Routes at whose hops a sheet is looked at: those that list it; all, if a project or the gateway does. */
  List<Document> routesOf(Document sheet) {
    boolean ofAll = sheetsOfGateway.contains(sheet.name()) || inForce.ofKind("Project").stream().anyMatch(project -> lists(project, sheet.name()));
    return inForce.ofKind("ModelRoute").stream().filter(route -> ofAll || facts.of(route).sheets().contains(sheet.name())).toList();
  }

  /** Hops whose provider bills the house by this sheet. */
  List<Hop> costedBy(Document sheet) {
    List<ObjectName> providers =
        inForce.ofKind("ModelProvider").stream()
            .filter(provider -> Spec.of(provider).ref("costSheetRef", provider.name()).filter(sheet.name()::equals).isPresent())
            .map(Document::name)
            .toList();
    return providers.isEmpty() ? List.of() : hopsOf(inForce.ofKind("ModelRoute")).stream().filter(hop -> hop.provider().filter(providers::contains).isPresent()).toList();
  }

  private static boolean lists(Document holder, ObjectName sheet) {
    return Spec.of(holder).refs("priceSheetRefs", holder.name()).contains(sheet);
  }

  boolean anyHop(PriceSheet.Match match, List<Hop> hops) {
    return hops.stream().anyMatch(hop -> hop.by(match));
  }

  List<Hop> hopsOf(List<Document> routes) {
    return routes.stream().flatMap(route -> facts.of(route).reached().stream()).toList();
  }

  /** What a rate may ask of a hop. */
  record Hop(Optional<RouteClass> routeClass, Optional<ObjectName> provider, List<ModelPattern> requested, List<ModelPattern> upstream) {
    static Hop of(Document route, Spec hop) {
      List<ModelPattern> requested = Names.models(Spec.of(route).texts("models"));
      List<ModelPattern> upstream = hop.has("upstreamModel") ? Names.models(List.of(hop.text("upstreamModel"))) : requested;
      return new Hop(Names.routeClass(hop.text("routeClass")), hop.ref("providerRef", route.name()), requested, upstream);
    }

    boolean by(PriceSheet.Match match) {
      return anyOrContains(match.routeClasses(), routeClass)
          && anyOrContains(match.providers(), provider)
          && anyOrOverlaps(match.upstreamModels(), upstream)
          && anyOrOverlaps(match.requestedModels(), requested);
    }

    /** Whether the rate takes whatever is asked of the hop. */
    boolean always(PriceSheet.Match match) {
      return by(match) && match.serviceTiers().isEmpty() && cover(match.upstreamModels(), upstream) && cover(match.requestedModels(), requested);
    }
  }

  private static <T> boolean anyOrContains(Collection<T> wanted, Optional<T> value) {
    return wanted.isEmpty() || value.filter(wanted::contains).isPresent();
  }

  private static boolean anyOrOverlaps(List<ModelPattern> wanted, List<ModelPattern> there) {
    return wanted.isEmpty() || wanted.stream().anyMatch(a -> there.stream().anyMatch(b -> overlap(a, b)));
  }

  /** Whether whatever the narrow ones match is matched by the wide ones; empty = anything. */
  static boolean cover(List<ModelPattern> wide, List<ModelPattern> narrow) {
    return wide.isEmpty() || !narrow.isEmpty() && narrow.stream().allMatch(n -> wide.stream().anyMatch(w -> covers(w, n)));
  }

  private static boolean covers(ModelPattern wide, ModelPattern narrow) {
    return narrow.prefix() ? wide.prefix() && narrow.text().startsWith(stem(wide)) : wide.matches(narrow.text());
  }

  private static boolean overlap(ModelPattern a, ModelPattern b) {
    return a.matches(stem(b)) || b.matches(stem(a));
  }

  private static String stem(ModelPattern pattern) {
    return pattern.prefix() ? pattern.text().substring(0, pattern.text().length() - 1) : pattern.text();
  }
}
