package dev.exchequer.operator.validate;

import dev.exchequer.operator.compile.Prices;
import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.model.Document;
import dev.exchequer.policy.Meter;
import dev.exchequer.policy.PriceSheet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Rates that never apply, and rates that make tokens free. */
final class PriceWarnings {
  private final Reach reach;

  PriceWarnings(Reach reach) {
    this.reach = reach;
  }

  List<Diagnostic> of(List<Document> documents) {
    List<Diagnostic> warnings = new ArrayList<>();
    for (Document document : documents) {
      if (document.kind().equals("PriceSheet")) {
        Found found = new Found(document);
        sheet(document, found);
        warnings.addAll(found.diagnostics());
      }
    }
    return warnings;
  }

  private void sheet(Document sheet, Found found) {
    List<Document> routes = reach.routesOf(sheet);
    List<Reach.Hop> hops = new ArrayList<>(reach.hopsOf(routes));
    hops.addAll(reach.costedBy(sheet));
    boolean used = !routes.isEmpty() || !hops.isEmpty();
    if (!used) {
      found.warning("SheetUnused", "", "no ModelRoute and no Project lists this price sheet, and no hop goes to a ModelProvider that has it as its cost sheet");
    }
    List<PriceSheet.Rate> rates = Prices.rates(sheet);
    for (int i = 0; i < rates.size(); i++) {
      PriceSheet.Rate rate = rates.get(i);
      String path = "spec.rates[" + i + "]";
      List<PriceSheet.Rate> earlier = rates.subList(0, i).stream().filter(other -> covers(other.match(), rate.match())).toList();
      if (!earlier.isEmpty()) {
        found.warning("RateUnreachable", path, "is never reached: rate " + earlier.getFirst().name() + " before it matches all of it");
      } else if (used && !reach.anyHop(rate.match(), hops)) {
        found.warning("RateUnreachable", path, "is never reached: no hop matches it");
      }
      meters(rate, path, found);
    }
  }

  private static void meters(PriceSheet.Rate rate, String path, Found found) {
    List<String> free = new ArrayList<>();
    for (Meter meter : List.of(Meter.INPUT, Meter.OUTPUT)) {
      if (!rate.noCharge() && !rate.meters().containsKey(meter)) {
        free.add(meter.text());
      }
    }
    if (!free.isEmpty()) {
      found.warning("MeterMissing", path + ".meters", "has no price for " + String.join(" and ", free) + ": it costs 0");
    }
  }

  private static boolean covers(PriceSheet.Match wide, PriceSheet.Match narrow) {
    return all(wide.routeClasses(), narrow.routeClasses())
        && all(wide.providers(), narrow.providers())
        && all(wide.serviceTiers(), narrow.serviceTiers())
        && Reach.cover(wide.upstreamModels(), narrow.upstreamModels())
        && Reach.cover(wide.requestedModels(), narrow.requestedModels());
  }

  private static <T> boolean all(Collection<T> wide, Collection<T> narrow) {
    return wide.isEmpty() || !narrow.isEmpty() && wide.containsAll(narrow);
  }
}
