package dev.exchequer.cli.prices;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.exchequer.cli.admin.CommandFailed;
import dev.exchequer.crds.Formats;
import dev.exchequer.money.Money;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "import",
    description = {
      "Makes a PriceSheet from a catalogue of model prices: LiteLLM's model_prices_and_context_window.json, OpenRouter's /api/v1/models or models.dev's api.json.",
      "Standard output gets the sheet, standard error what of the wanted models is not in it and why. Amounts are taken over exactly."
    },
    footer = {
      "", "Examples:", "  ./exchequer prices import model_prices_and_context_window.json --provider openai --model 'gpt-5*' --for official > config/prices.yaml",
      "  ./exchequer prices import models.json --model 'anthropic/*' --unit CREDIT --multiplier 1.2 --name credit-2026"
    })
public final class PricesImportCommand implements Runnable {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  @Parameters(index = "0", paramLabel = "FILE", description = "The catalogue.")
  Path file = Path.of("");

  @Option(names = "--provider", paramLabel = "GLOB", description = "Only models of these providers, as the catalogue calls them; repeatable.")
  List<String> providers = List.of();

  @Option(names = "--model", paramLabel = "GLOB", description = "Only these models; * is any text, ? any character; repeatable.")
  List<String> models = List.of();

  @Option(names = "--for", paramLabel = "[NS/]NAME", description = "Rates match hops of this ModelProvider only; repeatable (default: of all).")
  List<String> matched = List.of();

  @Option(names = "--name", paramLabel = "NAME", defaultValue = "imported", description = "Name of the PriceSheet (default: ${DEFAULT-VALUE}).")
  String name = "imported";

  @Option(names = {"-n", "--namespace"}, paramLabel = "NS", defaultValue = "default", description = "Its namespace (default: ${DEFAULT-VALUE}).")
  String namespace = "default";

  @Option(names = "--unit", paramLabel = "UNIT", defaultValue = "USD", description = "Its unit; the catalogues are in US dollars, and no rate of exchange is applied (default: ${DEFAULT-VALUE}).")
  String unit = "USD";

  @Option(names = "--multiplier", paramLabel = "DECIMAL", defaultValue = "1", description = "Every cost by the sheet is multiplied by this (default: ${DEFAULT-VALUE}).")
  String multiplier = "1";

  @Option(names = "--round-up", description = "Prices that are more precise than nano-units are rounded up; else such a model is left out.")
  boolean roundUp;

  @Option(names = "--include-free", description = "Models whose prices are all 0 are taken, too.")
  boolean includeFree;

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    checkOptions();
    JsonNode root = root();
    Catalogue catalogue = Catalogue.of(root).orElseThrow(() -> new CommandFailed(file.getFileName() + " is none of " + Catalogue.ALL.stream().map(Catalogue::title).toList()));
    ImportReport report = new ImportReport();
    Sheet sheet = new Sheet();
    try {
      catalogue.read(root, new Choice(providers, models), report).forEach(model -> sheet.add(model, includeFree, roundUp, report));
    } catch (Catalogue.BadCatalogue e) {
      throw new CommandFailed(file.getFileName() + ": " + e.getMessage(), e);
    }
    spec.commandLine().getErr().print(report.text());
    spec.commandLine().getErr().flush();
    check(sheet);
    spec.commandLine().getOut().print("# Made from %s (%s): look it over before it prices anything.%n".formatted(file.getFileName(), catalogue.title()));
    spec.commandLine().getOut().print(SheetYaml.text(new SheetYaml.Head(namespace, name, unit, multiplier, matched), sheet.rates()));
    spec.commandLine().getOut().flush();
  }

  private void check(Sheet sheet) {
    if (!sheet.conflicts().isEmpty()) {
      throw new CommandFailed("two providers of the catalogue have different prices for " + String.join(", ", sheet.conflicts().stream().limit(5).toList()) + ": choose with --provider");
    }
    if (sheet.rates().isEmpty()) {
      throw new CommandFailed("no model is left: look at --provider and --model, and at what was left out");
    }
    if (sheet.rates().size() > Sheet.MOST_RATES) {
      throw new CommandFailed("%d rates, and a price sheet holds %d: choose with --provider and --model".formatted(sheet.rates().size(), Sheet.MOST_RATES));
    }
  }

  private void checkOptions() {
    matches("--name", name, Formats.OBJECT_NAME);
    matches("--namespace", namespace, Formats.LABEL);
    matches("--unit", unit, Formats.UNIT);
    matched.forEach(provider -> matches("--for", provider, Formats.OBJECT_PATH));
    if (matched.size() > 16) {
      throw new ParameterException(spec.commandLine(), "--for: a rate names at most 16 providers");
    }
    try {
      Money.parse(multiplier);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--multiplier " + e.getMessage(), e);
    }
  }

  private void matches(String option, String value, String format) {
    if (!value.matches(format)) {
      throw new ParameterException(spec.commandLine(), option + ": not understood: " + value + " (expected " + format + ")");
    }
  }

  private JsonNode root() {
    try {
      return JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw new CommandFailed(file.getFileName() + " is not JSON: " + e.getOriginalMessage() + " (line " + (e.getLocation() == null ? 0 : e.getLocation().getLineNr()) + ")", e);
    } catch (IOException e) {
      throw CommandFailed.because(e);
    }
  }
}
