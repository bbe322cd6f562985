package dev.exchequer.cli.prices;

import dev.exchequer.cli.prices.ListedPrice.Above;
import dev.exchequer.policy.Meter;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one model costs for one service tier.
 *
 * @param serviceTier "" = none asked for
 * @param tiers meters that cost something else from an input on, shortest first
 */
record SheetRate(String model, String serviceTier, Map<Meter, SheetPrice> meters, Map<Above, Map<Meter, SheetPrice>> tiers) {
  private static final int MOST_TIERS = 4;
  private static final long LONGEST = 1_000_000_000;

  /**
   * A tool call costs the same in every service tier.
   *
   * @throws SheetPrice.NoSuchPrice if the sheet cannot hold a price of it
   */
  static SheetRate of(ListedModel listed, String serviceTier, boolean roundUp) throws SheetPrice.NoSuchPrice {
    Map<Meter, SheetPrice> meters = new TreeMap<>();
    Map<Above, Map<Meter, SheetPrice>> tiers = new TreeMap<>(Comparator.comparingLong(Above::tokens).thenComparing(Above::operator));
    for (ListedPrice price : listed.prices()) {
      if (price.serviceTier().equals(serviceTier) || price.meter() == Meter.TOOL_CALL && price.serviceTier().isEmpty()) {
        Map<Meter, SheetPrice> place = price.above() == null ? meters : tiers.computeIfAbsent(price.above(), above -> new TreeMap<>());
        place.put(price.meter(), SheetPrice.of(price.meter(), price.amount(), roundUp));
      }
    }
    if (tiers.size() > MOST_TIERS || tiers.keySet().stream().anyMatch(above -> above.tokens() > LONGEST)) {
      throw new SheetPrice.NoSuchPrice("more than " + MOST_TIERS + " lengths of input with a price of their own, or longer ones than a sheet can tell");
    }
    return new SheetRate(listed.model(), serviceTier, meters, new LinkedHashMap<>(tiers));
  }

  /** Whether input and output have a price: else the tier would make them free. */
  boolean complete() {
    return meters.keySet().containsAll(List.of(Meter.INPUT, Meter.OUTPUT));
  }

  boolean free() {
    return meters.values().stream().allMatch(price -> price.price().equals("0"));
  }

  /** The same prices under another name of the same model; one of them may say nothing of tool calls. */
  boolean agrees(SheetRate other) {
    boolean both = pricesToolCalls() && other.pricesToolCalls();
    return tiers.equals(other.tiers) && (both ? meters.equals(other.meters) : others().equals(other.others()));
  }

  private Map<Meter, SheetPrice> others() {
    Map<Meter, SheetPrice> others = new TreeMap<>(meters);
    others.remove(Meter.TOOL_CALL);
    return others;
  }

  boolean pricesToolCalls() {
    return meters.containsKey(Meter.TOOL_CALL);
  }
}
