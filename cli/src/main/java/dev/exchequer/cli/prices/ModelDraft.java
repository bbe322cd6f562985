package dev.exchequer.cli.prices;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.cli.prices.ListedPrice.Above;
import dev.exchequer.policy.Meter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects the prices of one model. A price of 0 of anything but input and output is none: catalogues write it where a meter is not billed apart. */
final class ModelDraft {
  private static final Set<Meter> ALWAYS = Set.of(Meter.INPUT, Meter.OUTPUT);

  private final String provider;
  private final String model;
  private final ImportReport report;
  private final List<ListedPrice> prices = new ArrayList<>();
  private @Nullable String problem;

  ModelDraft(String provider, String model, ImportReport report) {
    this.provider = provider;
    this.model = model;
    this.report = report;
  }

  private String title() {
    return new ListedModel(provider, model, List.of()).title();
  }

  /**
   * @param field where it was found
   * @param value a number, or a number in a string; null is none
   * @param power the value is for ten to this power of the meter: 0 = for one, 6 = for a million
   * @throws Catalogue.BadCatalogue if it is no number
   */
  void price(Meter meter, String field, JsonNode value, int power, String serviceTier, @Nullable Above above) {
    if (value.isNull()) {
      return;
    }
    BigDecimal amount = amount(field, value);
    if (amount.signum() < 0) {
      leaveOut("the price is not fixed (" + field + " is negative)");
    } else if (amount.signum() > 0 || ALWAYS.contains(meter)) {
      prices.add(new ListedPrice(meter, amount.movePointLeft(power), serviceTier, above));
    }
  }

  /** The meter costs nothing, and the catalogue does not have to say so. */
  void free(Meter meter) {
    prices.add(new ListedPrice(meter, BigDecimal.ZERO, "", null));
  }

  private BigDecimal amount(String field, JsonNode value) {
    if (value.isNumber()) {
      return value.decimalValue();
    }
    try {
      return new BigDecimal(value.asText());
    } catch (NumberFormatException e) {
      throw new Catalogue.BadCatalogue(title() + ": " + field + " is not a number: " + value);
    }
  }

  /** A field that tells of money and that no meter stands for; nothing is said of zeros and nulls. */
  void notUnderstood(String field, JsonNode value) {
    boolean nothing = value.isContainerNode() ? value.isEmpty() : value.isNull() || value.asText().matches("0(\\.0*)?");
    if (!nothing) {
      report.notUnderstood(title(), field);
    }
  }

  void leaveOut(String why) {
    problem = problem == null ? why : problem;
  }

  /** Empty, and told, where it cannot be priced. */
  Optional<ListedModel> done() {
    ListedModel listed = new ListedModel(provider, model, prices);
    if (problem == null && !(listed.has(Meter.INPUT) && listed.has(Meter.OUTPUT))) {
      problem = "no price for each token of input and of output";
    }
    if (problem != null) {
      report.leftOut(title(), problem);
      return Optional.empty();
    }
    return Optional.of(listed);
  }
}
