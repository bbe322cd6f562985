package dev.exchequer.cli.prices;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.cli.prices.ListedPrice.Above;
import dev.exchequer.crds.PriceSheetSpec.Operator;
import dev.exchequer.policy.Meter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code https://models.dev/api.json}: dollars for a million tokens below {@code cost}, by provider and model. Where there are {@code tiers} they count, not the older {@code context_over_200k}. */
final class ModelsDevCatalogue implements Catalogue {
  private static final Map<String, Meter> METERS =
      Map.of(
          "input", Meter.INPUT,
          "output", Meter.OUTPUT,
          "cache_read", Meter.CACHE_READ,
          "cache_write", Meter.CACHE_WRITE_5M,
          "reasoning", Meter.REASONING,
          "input_audio", Meter.AUDIO_INPUT,
          "output_audio", Meter.AUDIO_OUTPUT);

  private static final Set<String> TIERS = Set.of("tiers", "tier", "context_over_200k");
  private static final int MILLION = 6;
  private static final long OLD_TIER = 200_000;

  @Override
  public String title() {
    return "models.dev";
  }

  @Override
  public boolean recognises(JsonNode root) {
    for (JsonNode provider : root) {
      if (root.isObject() && provider.path("models").isObject()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public List<ListedModel> read(JsonNode root, Choice choice, ImportReport report) {
    List<ListedModel> models = new ArrayList<>();
    root.fields()
        .forEachRemaining(
            provider ->
                provider.getValue().path("models").fields()
                    .forEachRemaining(
                        model -> {
                          if (choice.takes(provider.getKey(), model.getKey())) {
                            draft(provider.getKey(), model.getKey(), model.getValue().path("cost"), report).done().ifPresent(models::add);
                          }
                        }));
    return models;
  }

  private static ModelDraft draft(String provider, String model, JsonNode cost, ImportReport report) {
    ModelDraft draft = new ModelDraft(provider, model, report);
    prices(cost, null, draft);
    if (!cost.path("tiers").isArray()) {
      prices(cost.path("context_over_200k"), new Above(OLD_TIER, Operator.GT), draft);
    }
    for (JsonNode tier : cost.path("tiers")) {
      JsonNode size = tier.path("tier").path("size");
      if (tier.path("tier").path("type").asText().equals("context") && size.isIntegralNumber() && size.canConvertToLong()) {
        prices(tier, new Above(size.asLong(), Operator.GT), draft);
      } else {
        draft.leaveOut("the price depends on more than the length of the prompt (tiers)");
      }
    }
    return draft;
  }

  private static void prices(JsonNode cost, @Nullable Above above, ModelDraft draft) {
    cost.fields()
        .forEachRemaining(
            field -> {
              Meter meter = METERS.get(field.getKey());
              if (meter != null) {
                draft.price(meter, field.getKey(), field.getValue(), MILLION, "", above);
              } else if (!TIERS.contains(field.getKey())) {
                draft.notUnderstood(field.getKey(), field.getValue());
              }
            });
  }
}
