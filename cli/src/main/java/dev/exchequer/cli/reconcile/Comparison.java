package dev.exchequer.cli.reconcile;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An invoice and the receipts, place by place and in total by model: a provider may count a request on the day after ours.
 *
 * @param rows by day and model
 * @param totals by model
 */
public record Comparison(List<Row> rows, List<Total> totals) {
  private static final int NANO = 9;

  /**
   * @param markup what customers are to pay for one of the invoice: its cost is multiplied by it before it is compared with charges
   * @param tolerance part of the invoice's value by which ours may differ: 0.01 is one in a hundred
   */
  public record Terms(Set<Quantity> compared, BigDecimal markup, BigDecimal tolerance) {
    public Terms {
      compared = Set.copyOf(compared);
    }
  }

  /** Of the invoice and of the receipts. */
  public record Pair(BigDecimal theirs, BigDecimal ours) {
    public BigDecimal difference() {
      return theirs.subtract(ours);
    }

    private boolean within(BigDecimal tolerance) {
      return difference().abs().compareTo(theirs.abs().multiply(tolerance)) <= 0;
    }
  }

  /** Where a place was found. */
  public enum Side {
    BOTH,
    INVOICE_ONLY,
    RECEIPTS_ONLY
  }

  /** @param estimated attempts of it whose usage is an estimate */
  public record Row(Place place, Side side, Map<Quantity, Pair> pairs, Set<Quantity> differing, long estimated) {}

  /** @param ours null where there is no receipt of the model */
  public record Total(String model, Map<Quantity, Pair> pairs, Set<Quantity> differing, @Nullable Ours ours) {}

  /**
   * @param invoice from {@link Invoice}
   * @param receipts from {@link Ours}, of the same days
   */
  public static Comparison of(Map<Place, Map<Quantity, BigDecimal>> invoice, Map<Place, Ours> receipts, Terms terms) {
    TreeSet<Place> places = new TreeSet<>(invoice.keySet());
    places.addAll(receipts.keySet());
    List<Row> rows = new ArrayList<>();
    TreeMap<String, Map<Quantity, BigDecimal>> invoiced = new TreeMap<>();
    TreeMap<String, Ours> known = new TreeMap<>();
    for (Place place : places) {
      Map<Quantity, BigDecimal> theirs = invoice.get(place);
      Ours ours = receipts.get(place);
      Map<Quantity, Pair> pairs = pairs(theirs, ours, terms);
      Side side = theirs == null ? Side.RECEIPTS_ONLY : ours == null ? Side.INVOICE_ONLY : Side.BOTH;
      rows.add(new Row(place, side, pairs, differing(pairs, terms), ours == null ? 0 : ours.estimated()));
      Map<Quantity, BigDecimal> sums = invoiced.computeIfAbsent(place.model(), model -> new EnumMap<>(Quantity.class));
      if (theirs != null) {
        theirs.forEach((quantity, value) -> sums.merge(quantity, value, BigDecimal::add));
      }
      if (ours != null) {
        known.computeIfAbsent(place.model(), model -> new Ours()).add(ours);
      }
    }
    List<Total> totals = new ArrayList<>();
    invoiced.forEach(
        (model, theirs) -> {
          Map<Quantity, Pair> pairs = pairs(theirs, known.get(model), terms);
          totals.add(new Total(model, pairs, differing(pairs, terms), known.get(model)));
        });
    return new Comparison(List.copyOf(rows), List.copyOf(totals));
  }

  private static Map<Quantity, Pair> pairs(@Nullable Map<Quantity, BigDecimal> theirs, @Nullable Ours ours, Terms terms) {
    Map<Quantity, Pair> pairs = new EnumMap<>(Quantity.class);
    for (Quantity quantity : terms.compared) {
      BigDecimal told = theirs == null ? BigDecimal.ZERO : theirs.getOrDefault(quantity, BigDecimal.ZERO);
      BigDecimal due = quantity == Quantity.COST ? told.multiply(terms.markup).setScale(NANO, RoundingMode.CEILING) : told;
      pairs.put(quantity, new Pair(due, ours == null ? BigDecimal.ZERO : ours.quantities().getOrDefault(quantity, BigDecimal.ZERO)));
    }
    return pairs;
  }

  private static Set<Quantity> differing(Map<Quantity, Pair> pairs, Terms terms) {
    Set<Quantity> differing = new TreeSet<>();
    pairs.forEach((quantity, pair) -> differing.addAll(pair.within(terms.tolerance) ? Set.of() : Set.of(quantity)));
    return differing;
  }

  /** Whether every day and model agrees. */
  public boolean agrees() {
    return rows.stream().allMatch(row -> row.differing.isEmpty());
  }
}
