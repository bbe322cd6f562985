package dev.exchequer.server.summary;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One row of a usage report. */
public final class UsageSum {
  private static final int SHARE_DECIMALS = 4;

  private final SortedMap<String, BigInteger> meters = new TreeMap<>();
  private final SortedMap<String, BigInteger> charges = new TreeMap<>();
  private final SortedMap<String, BigInteger> costs = new TreeMap<>();
  /** Charges of attempts that the house is billed for in the unit of the charge. */
  private final SortedMap<String, BigInteger> matched = new TreeMap<>();
  private long costUnknown;
  private long requests;
  private long attempts;
  private long measured;
  private long estimated;

  /**
   * An attempt as the receipt has it; what was posted to it later is told by {@link #charge}.
   *
   * @param costUnit in which the house is billed for it, null = not known or not at all
   */
  void attempt(JsonNode hop, boolean corrected, @Nullable String costUnit) {
    attempts++;
    JsonNode usage = hop.path("usage");
    usage.path("meters").fields().forEachRemaining(meter -> meters.merge(meter.getKey(), meter.getValue().bigIntegerValue(), BigInteger::add));
    String source = usage.path("source").asText("None");
    if (!source.equals("None")) {
      measured++;
      estimated += source.equals("Estimated") && !corrected ? 1 : 0;
    }
    cost(hop.path("houseCost"));
    if (hop.path("charge").isTextual() && hop.path("unit").isTextual()) {
      charge(hop.path("unit").asText(), UsageReport.nanos(hop.path("charge")), costUnit);
    }
  }

  /** What the provider bills the house. */
  void cost(String unit, BigInteger nanos) {
    costs.merge(unit, nanos, BigInteger::add);
  }

  private void cost(JsonNode cost) {
    if (cost.path("amount").isTextual()) {
      cost(cost.path("unit").asText(), UsageReport.nanos(cost.path("amount")));
    } else if (cost.isObject()) {
      costUnknown++;
    }
  }

  void charge(String unit, BigInteger nanos, @Nullable String costUnit) {
    charges.merge(unit, nanos, BigInteger::add);
    if (unit.equals(costUnit)) {
      matched.merge(unit, nanos, BigInteger::add);
    }
  }

  void request() {
    requests++;
  }

  /** Requests with anything in this row: one that was tried at two hops is in the rows of both. */
  public long requests() {
    return requests;
  }

  /** Hops that were tried. */
  public long attempts() {
    return attempts;
  }

  /** Of these, those with usage, reported or estimated. */
  public long measured() {
    return measured;
  }

  /** Attempts whose usage was estimated, and for which nothing better came. */
  public long estimated() {
    return estimated;
  }

  /** Of the attempts with usage, four decimals; null where there is none. */
  public @Nullable BigDecimal estimatedShare() {
    return measured == 0 ? null : BigDecimal.valueOf(estimated).divide(BigDecimal.valueOf(measured), SHARE_DECIMALS, RoundingMode.HALF_UP);
  }

  /** Quantities by meter, as the receipts have them. */
  public SortedMap<String, BigInteger> meters() {
    return Collections.unmodifiableSortedMap(meters);
  }

  /** Nano-units by unit, corrections and refunds included. */
  public SortedMap<String, BigInteger> charges() {
    return Collections.unmodifiableSortedMap(charges);
  }

  /** What providers bill the house: nano-units by unit, corrections included. */
  public SortedMap<String, BigInteger> costs() {
    return Collections.unmodifiableSortedMap(costs);
  }

  /** Attempts that a provider bills and of which no rate of its cost sheet says how much: they are in no cost and no margin. */
  public long costUnknown() {
    return costUnknown;
  }

  /**
   * By unit, of attempts that the house is billed for in the unit in which they are charged: charges less all costs of that unit, also of attempts that nobody pays. No
   * unit is turned into another, and a charge whose cost is unknown or in another unit is in no margin.
   */
  public SortedMap<String, BigInteger> margins() {
    SortedMap<String, BigInteger> margins = new TreeMap<>();
    matched.forEach((unit, charged) -> margins.put(unit, charged.subtract(costs.getOrDefault(unit, BigInteger.ZERO))));
    return margins;
  }
}
