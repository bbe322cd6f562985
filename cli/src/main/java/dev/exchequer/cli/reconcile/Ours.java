package dev.exchequer.cli.reconcile;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.policy.Meter;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What the receipts say of one place: quantities, who was charged how much of it, and how many attempts are estimates. */
public final class Ours {
  private final Map<Quantity, BigDecimal> quantities = new EnumMap<>(Quantity.class);
  private final TreeMap<String, BigDecimal> charges = new TreeMap<>();
  private final TreeSet<String> otherUnits = new TreeSet<>();
  private long estimated;

  public Map<Quantity, BigDecimal> quantities() {
    return quantities;
  }

  /** By balance, in the unit that was asked for; corrections and refunds are in it. */
  public TreeMap<String, BigDecimal> charges() {
    return charges;
  }

  public long estimated() {
    return estimated;
  }

  void add(Ours other) {
    other.quantities.forEach((quantity, value) -> quantities.merge(quantity, value, BigDecimal::add));
    other.charges.forEach((balance, value) -> charges.merge(balance, value, BigDecimal::add));
    otherUnits.addAll(other.otherUnits);
    estimated += other.estimated;
  }

  /** Units beside it in which something was charged, or billed, here. */
  public TreeSet<String> otherUnits() {
    return otherUnits;
  }

  /**
   * @param usage the answer of {@code /api/v1/usage} by provider, servedModel and balance, for each day
   * @param provider namespace/name
   * @param unit whose charges count
   * @param houseCost what the provider bills the house counts instead of charges
   */
  public static TreeMap<Place, Ours> read(JsonNode usage, String provider, String unit, boolean houseCost) {
    TreeMap<Place, Ours> places = new TreeMap<>();
    for (JsonNode row : usage.path("items")) {
      if (row.path("provider").asText().equals(provider) && (row.path("withUsage").asLong() > 0 || !row.path("charges").isEmpty() || !row.path("costs").isEmpty())) {
        places.computeIfAbsent(new Place(LocalDate.parse(row.path("period").asText()), row.path("servedModel").asText()), place -> new Ours()).add(row, unit, houseCost);
      }
    }
    places.values().removeIf(Ours::nothing);
    return places;
  }

  private void add(JsonNode row, String unit, boolean houseCost) {
    estimated += row.path("estimated").asLong();
    sum(Quantity.REQUESTS, row.path("withUsage").decimalValue());
    row.path("meters")
        .fields()
        .forEachRemaining(
            field -> {
              Meter meter = Meter.of(field.getKey());
              BigDecimal count = field.getValue().decimalValue();
              if (meter.input()) {
                sum(Quantity.INPUT, count);
              } else if (meter == Meter.OUTPUT || meter.fallsBackTo().filter(Meter.OUTPUT::equals).isPresent()) {
                sum(Quantity.OUTPUT, count);
              }
              if (meter == Meter.CACHE_READ) {
                sum(Quantity.CACHED, count);
              } else if (meter == Meter.TOOL_CALL) {
                sum(Quantity.TOOL_CALLS, count);
              }
            });
    if (houseCost) {
      costs(row, unit);
    } else {
      charges(row, unit);
    }
  }

  /** Nobody is named as a payer: what the house is billed for is nobody's to adjust. */
  private void costs(JsonNode row, String unit) {
    for (JsonNode cost : row.path("costs")) {
      BigDecimal amount = new BigDecimal(cost.path("cost").asText());
      if (cost.path("unit").asText().equals(unit)) {
        sum(Quantity.COST, amount);
      } else if (amount.signum() != 0) {
        otherUnits.add(cost.path("unit").asText());
      }
    }
  }

  private void charges(JsonNode row, String unit) {
    for (JsonNode charge : row.path("charges")) {
      BigDecimal amount = new BigDecimal(charge.path("charge").asText());
      if (charge.path("unit").asText().equals(unit)) {
        sum(Quantity.COST, amount);
        charges.merge(row.path("balance").asText(), amount, BigDecimal::add);
      } else if (amount.signum() != 0) {
        otherUnits.add(charge.path("unit").asText());
      }
    }
  }

  private boolean nothing() {
    return estimated == 0 && otherUnits.isEmpty() && quantities.values().stream().allMatch(value -> value.signum() == 0);
  }

  private void sum(Quantity quantity, BigDecimal value) {
    quantities.merge(quantity, value, BigDecimal::add);
  }
}
