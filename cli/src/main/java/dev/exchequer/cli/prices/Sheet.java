package dev.exchequer.cli.prices;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The rates of a sheet that is made from a catalogue: each model once, those of a service tier before the one without. */
final class Sheet {
  /** As many as the schema of PriceSheet lets in. */
  static final int MOST_RATES = 256;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/@-]{0,252}");
  private static final int LONGEST_LABEL = 63;

  private final List<Named> rates = new ArrayList<>();
  private final Map<String, SheetRate> byModel = new HashMap<>();
  private final Set<String> conflicts = new TreeSet<>();
  private final Set<String> labels = new HashSet<>();

  /** @param name of the rate, unique in the sheet, a DNS label */
  record Named(String name, SheetRate rate) {}

  /** @param includeFree models that cost nothing are taken, too: catalogues write 0 also where they do not know */
  void add(ListedModel listed, boolean includeFree, boolean roundUp, ImportReport report) {
    if (!NAME.matcher(listed.model()).matches()) {
      report.leftOut(listed.title(), "a route cannot name such a model");
      return;
    }
    try {
      List<SheetRate> all = rates(listed, roundUp, report);
      if (all.getLast().free() && !includeFree) {
        report.leftOut(listed.title(), "all its prices are 0, which may mean that they are not known (--include-free takes them)");
        return;
      }
      all.forEach(this::add);
      if (all.getLast().pricesToolCalls()) {
        report.pricesToolCalls(listed.title());
      }
    } catch (SheetPrice.NoSuchPrice e) {
      report.leftOut(listed.title(), String.valueOf(e.getMessage()));
    }
  }

  private static List<SheetRate> rates(ListedModel listed, boolean roundUp, ImportReport report) throws SheetPrice.NoSuchPrice {
    Set<String> tiers = new LinkedHashSet<>();
    listed.prices().stream().map(ListedPrice::serviceTier).filter(tier -> !tier.isEmpty()).sorted().forEach(tiers::add);
    List<SheetRate> rates = new ArrayList<>();
    for (String tier : tiers) {
      SheetRate rate = SheetRate.of(listed, tier, roundUp);
      if (rate.complete()) {
        rates.add(rate);
      } else {
        report.notUnderstood(listed.title(), "service tier " + tier + " without a price of input and of output");
      }
    }
    rates.add(SheetRate.of(listed, "", roundUp));
    return rates;
  }

  private void add(SheetRate rate) {
    String key = rate.model() + "\n" + rate.serviceTier();
    SheetRate known = byModel.putIfAbsent(key, rate);
    if (known == null) {
      rates.add(new Named(label(rate), rate));
    } else if (!known.agrees(rate)) {
      conflicts.add(rate.model());
    } else if (rate.pricesToolCalls() && !known.pricesToolCalls()) {
      byModel.put(key, rate);
      rates.replaceAll(named -> named.rate().equals(known) ? new Named(named.name(), rate) : named);
    }
  }

  private String label(SheetRate rate) {
    String text = (rate.model() + (rate.serviceTier().isEmpty() ? "" : "-" + rate.serviceTier())).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    String label = cut(text, LONGEST_LABEL);
    for (int i = 2; !labels.add(label); i++) {
      label = cut(text, LONGEST_LABEL - 4) + "-" + i;
    }
    return label;
  }

  private static String cut(String text, int length) {
    return text.substring(0, Math.min(text.length(), length)).replaceAll("^-+|-+$", "");
  }

  List<Named> rates() {
    return List.copyOf(rates);
  }

  /** Models that two providers of the catalogue price differently: no sheet can have both. */
  Set<String> conflicts() {
    return conflicts;
  }
}
