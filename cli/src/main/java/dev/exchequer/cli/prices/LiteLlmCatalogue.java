package dev.exchequer.cli.prices;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.cli.prices.ListedPrice.Above;
import dev.exchequer.crds.PriceSheetSpec.Operator;
import dev.exchequer.policy.Meter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * LiteLLM's {@code model_prices_and_context_window.json}: dollars a token by model; a suffix of the field says from which input on or for which service tier.
 * Its {@code _batches} prices are of an API that the gateway does not serve.
 */
final class LiteLlmCatalogue implements Catalogue {
  private static final Map<String, Meter> METERS =
      Map.of(
          "input_cost_per_token", Meter.INPUT,
          "output_cost_per_token", Meter.OUTPUT,
          "cache_read_input_token_cost", Meter.CACHE_READ,
          "cache_creation_input_token_cost", Meter.CACHE_WRITE_5M,
          "cache_creation_input_token_cost_above_1hr", Meter.CACHE_WRITE_1H,
          "output_cost_per_reasoning_token", Meter.REASONING,
          "input_cost_per_audio_token", Meter.AUDIO_INPUT,
          "output_cost_per_audio_token", Meter.AUDIO_OUTPUT,
          "input_cost_per_image_token", Meter.IMAGE_INPUT,
          "input_cost_per_request", Meter.REQUEST);

  private static final Pattern SUFFIX = Pattern.compile("(?:_above_(\\d{1,6})k_tokens)?(?:_(priority|flex|batches))?");
  private static final Pattern MONEY = Pattern.compile("cost|pric|multiplier|uplift|provider_specific_entry");
  private static final Set<String> SERVED = Set.of("chat", "completion", "embedding");
  private static final List<String> SEARCHES = List.of("search_queries_cost_per_query", "search_context_cost_per_query");
  private static final String EXAMPLE = "sample_spec";

  private record Field(Meter meter, @Nullable Above above, String serviceTier) {}

  @Override
  public String title() {
    return "LiteLLM";
  }

  @Override
  public boolean recognises(JsonNode root) {
    for (JsonNode entry : root) {
      if (root.isObject() && entry.path("litellm_provider").isTextual()) {
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
            entry -> {
              String provider = entry.getValue().path("litellm_provider").asText();
              String model = model(entry.getKey(), provider);
              if (!entry.getKey().equals(EXAMPLE) && entry.getValue().isObject() && choice.takes(provider, model)) {
                draft(provider, model, entry.getValue(), report).done().ifPresent(models::add);
              }
            });
    return models;
  }

  /** Without the prefix by which LiteLLM chooses a provider: azure/gpt-4o is gpt-4o there. */
  private static String model(String key, String provider) {
    for (String prefix : List.of(provider + "/", provider.split("-", 2)[0] + "/")) {
      if (key.length() > prefix.length() && key.startsWith(prefix)) {
        return key.substring(prefix.length());
      }
    }
    return key;
  }

  private static ModelDraft draft(String provider, String model, JsonNode entry, ImportReport report) {
    ModelDraft draft = new ModelDraft(provider, model, report);
    String mode = entry.path("mode").asText("chat");
    if (!SERVED.contains(mode)) {
      draft.leaveOut("the gateway does not serve mode " + mode);
      return draft;
    }
    entry.fields().forEachRemaining(field -> field(field.getKey(), field.getValue(), draft));
    searches(entry, draft);
    if (mode.equals("embedding") && !entry.hasNonNull("output_cost_per_token")) {
      draft.free(Meter.OUTPUT);
    }
    return draft;
  }

  private static void field(String name, JsonNode value, ModelDraft draft) {
    Optional<Field> field = field(name);
    if (field.isPresent()) {
      draft.price(field.get().meter, name, value, 0, field.get().serviceTier, field.get().above);
    } else if (MONEY.matcher(name).find() && !name.endsWith("_batches") && !SEARCHES.contains(name)) {
      draft.notUnderstood(name, value);
    }
  }

  /** A search has one price in a sheet. That by the size of its context is one where all sizes cost the same; its own comes first, as in LiteLLM's cost_calculator of Perplexity. */
  private static void searches(JsonNode entry, ModelDraft draft) {
    JsonNode own = entry.path(SEARCHES.getFirst());
    JsonNode bySize = entry.path(SEARCHES.getLast());
    Set<BigDecimal> amounts = new HashSet<>();
    bySize.forEach(size -> amounts.add(size.isNumber() ? size.decimalValue().stripTrailingZeros() : BigDecimal.ONE.negate()));
    if (own.isNumber() && own.decimalValue().signum() > 0) {
      draft.price(Meter.TOOL_CALL, SEARCHES.getFirst(), own, 0, "", null);
    } else if (bySize.isObject() && amounts.size() == 1 && !amounts.contains(BigDecimal.ONE.negate())) {
      draft.price(Meter.TOOL_CALL, SEARCHES.getLast(), bySize.iterator().next(), 0, "", null);
    } else if (!bySize.isMissingNode()) {
      draft.notUnderstood(SEARCHES.getLast(), bySize);
    }
  }

  private static Optional<Field> field(String name) {
    for (Map.Entry<String, Meter> known : METERS.entrySet()) {
      Matcher suffix = SUFFIX.matcher(name.startsWith(known.getKey()) ? name.substring(known.getKey().length()) : "?");
      if (suffix.matches() && !"batches".equals(suffix.group(2))) {
        Above above = suffix.group(1) == null ? null : new Above(1000 * Long.parseLong(suffix.group(1)), Operator.GT);
        return Optional.of(new Field(known.getValue(), above, suffix.group(2) == null ? "" : suffix.group(2)));
      }
    }
    return Optional.empty();
  }
}
