package dev.exchequer.cli.prices;

import dev.exchequer.policy.Meter;
import java.util.List;

/**
 * A model of a catalogue with what was understood of its prices.
 *
 * @param provider as the catalogue calls it
 * @param model as its provider is asked for it
 */
record ListedModel(String provider, String model, List<ListedPrice> prices) {
  ListedModel {
    prices = List.copyOf(prices);
  }

  boolean has(Meter meter) {
    return prices.stream().anyMatch(price -> price.meter() == meter && price.serviceTier().isEmpty() && price.above() == null);
  }

  /** As people find it in the catalogue. */
  String title() {
    return model.startsWith(provider + "/") ? model : provider + "/" + model;
  }
}
