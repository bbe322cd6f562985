package dev.exchequer.cli.prices;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.cli.prices.ListedPrice.Above;
import dev.exchequer.crds.PriceSheetSpec.Operator;
import dev.exchequer.policy.Meter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * OpenRouter's {@code GET /api/v1/models}: dollars a token as strings, below {@code pricing}. What {@code overrides} has by the length of the prompt is a tier;
 * by anything else (the hour) there is no price that a sheet could tell.
 */
final class OpenRouterCatalogue implements Catalogue {
  private static final Map<String, Meter> METERS =
      Map.ofEntries(
          Map.entry("prompt", Meter.INPUT),
          Map.entry("completion", Meter.OUTPUT),
          Map.entry("input_cache_read", Meter.CACHE_READ),
          Map.entry("input_cache_write", Meter.CACHE_WRITE_5M),
          Map.entry("input_cache_write_1h", Meter.CACHE_WRITE_1H),
          Map.entry("internal_reasoning", Meter.REASONING),
          Map.entry("audio", Meter.AUDIO_INPUT),
          Map.entry("audio_output", Meter.AUDIO_OUTPUT),
          Map.entry("image_token", Meter.IMAGE_INPUT),
          Map.entry("web_search", Meter.TOOL_CALL),
          Map.entry("request", Meter.REQUEST));

  private static final String OVERRIDES = "overrides";
  private static final String FROM = "min_prompt_tokens";

  @Override
  public String title() {
    return "OpenRouter";
  }

  @Override
  public boolean recognises(JsonNode root) {
    return root.path("data").isArray() && root.path("data").path(0).path("pricing").isObject();
  }

  @Override
  public List<ListedModel> read(JsonNode root, Choice choice, ImportReport report) {
    List<ListedModel> models = new ArrayList<>();
    for (JsonNode entry : root.path("data")) {
      String model = entry.path("id").asText();
      String provider = model.split("/", 2)[0];
      if (choice.takes(provider, model)) {
        ModelDraft draft = new ModelDraft(provider, model, report);
        prices(entry.path("pricing"), null, draft);
        entry.path("pricing").path(OVERRIDES).forEach(override -> override(override, draft));
        draft.done().ifPresent(models::add);
      }
    }
    return models;
  }

  private static void override(JsonNode override, ModelDraft draft) {
    if (override.path(FROM).canConvertToLong() && override.path(FROM).isIntegralNumber() && !conditional(override)) {
      prices(override, new Above(override.path(FROM).asLong(), Operator.GTE), draft);
    } else {
      draft.leaveOut("the price depends on more than the length of the prompt (" + OVERRIDES + ")");
    }
  }

  private static boolean conditional(JsonNode override) {
    boolean[] found = {false};
    override.fieldNames().forEachRemaining(name -> found[0] |= !name.equals(FROM) && !METERS.containsKey(name) && !name.equals("image") && !name.equals("input_audio_cache"));
    return found[0];
  }

  private static void prices(JsonNode pricing, @Nullable Above above, ModelDraft draft) {
    pricing
        .fields()
        .forEachRemaining(
            field -> {
              Meter meter = METERS.get(field.getKey());
              if (meter != null) {
                draft.price(meter, field.getKey(), field.getValue(), 0, "", above);
              } else if (!field.getKey().equals(OVERRIDES) && !field.getKey().equals(FROM)) {
                draft.notUnderstood(field.getKey(), field.getValue());
              }
            });
  }
}
