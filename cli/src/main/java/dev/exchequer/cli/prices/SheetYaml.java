package dev.exchequer.cli.prices;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.exchequer.crds.PriceSheetSpec.Operator;
import dev.exchequer.policy.Meter;
import java.util.List;
import java.util.Map;

/** A PriceSheet object as YAML. */
final class SheetYaml {
  private static final YAMLMapper YAML =
      YAMLMapper.builder().disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER).disable(YAMLGenerator.Feature.SPLIT_LINES).build();

  /** "auto" leaves the choice to the provider, who says in its answer which tier it was. */
  private static final List<String> NO_TIER = List.of("default", "auto");

  private static final long USUAL_PER = 1_000_000;

  private SheetYaml() {}

  /**
   * @param providers ModelProviders whose hops the rates price, empty = all
   * @param multiplier of all costs, a decimal
   */
  record Head(String namespace, String name, String unit, String multiplier, List<String> providers) {}

  static String text(Head head, List<Sheet.Named> rates) {
    ObjectNode sheet = JsonNodeFactory.instance.objectNode().put("apiVersion", "exchequer.dev/v1alpha1").put("kind", "PriceSheet");
    sheet.putObject("metadata").put("namespace", head.namespace).put("name", head.name);
    ObjectNode spec = sheet.putObject("spec").put("unit", head.unit);
    if (!head.multiplier.equals("1")) {
      spec.put("multiplier", head.multiplier);
    }
    ArrayNode list = spec.putArray("rates");
    rates.forEach(rate -> list.add(rate(head, rate)));
    try {
      return YAML.writeValueAsString(sheet);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree is always YAML", e);
    }
  }

  private static ObjectNode rate(Head head, Sheet.Named named) {
    ObjectNode rate = JsonNodeFactory.instance.objectNode().put("name", named.name());
    ObjectNode match = rate.putObject("match");
    if (!head.providers.isEmpty()) {
      head.providers.forEach(match.putArray("providers")::add);
    }
    match.putArray("upstreamModels").add(named.rate().model());
    (named.rate().serviceTier().isEmpty() ? NO_TIER : List.of(named.rate().serviceTier())).forEach(match.putArray("serviceTiers")::add);
    meters(named.rate().meters(), rate.putArray("meters"));
    if (!named.rate().tiers().isEmpty()) {
      ArrayNode tiers = rate.putArray("contextTiers");
      named.rate().tiers().forEach(
          (above, prices) -> {
            ObjectNode tier = tiers.addObject().put("inputTokens", above.tokens()).put("operator", above.operator() == Operator.GT ? "Gt" : "Gte");
            meters(prices, tier.putArray("meters"));
          });
    }
    return rate;
  }

  private static void meters(Map<Meter, SheetPrice> prices, ArrayNode list) {
    prices.forEach(
        (meter, price) -> {
          ObjectNode line = list.addObject().put("meter", meter.text());
          if (price.per() != USUAL_PER) {
            line.put("per", price.per());
          }
          line.put("price", price.price());
        });
  }
}
