package dev.exchequer.cli.prices;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.cli.admin.CommandFailed;
import dev.exchequer.operator.check.CheckReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The fixtures have the shapes of the catalogues; models and prices are made up. */
class PricesImportTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path folder = Path.of("");

  private int run(String file, String... options) throws IOException {
    Path copy = folder.resolve(file);
    try (InputStream in = Objects.requireNonNull(PricesImportTest.class.getResourceAsStream(file), file)) {
      Files.write(copy, in.readAllBytes());
    }
    return runFile(copy, options);
  }

  private int runFile(Path file, String... options) {
    List<String> args = new ArrayList<>(List.of("import", file.toString()));
    args.addAll(List.of(options));
    CommandLine line = new CommandLine(new PricesCommand()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    line.setExecutionExceptionHandler(
        (exception, failed, parsed) -> {
          failed.getErr().println(exception.getMessage());
          return exception instanceof CommandFailed ? 1 : 99;
        });
    return line.execute(args.toArray(String[]::new));
  }

  @Test
  void liteLlm() throws IOException {
    assertThat(run("litellm.json", "--provider", "openai", "--name", "openai-2026", "--for", "official", "--for", "team/other")).as(err.toString()).isZero();
    assertThat(out.toString())
        .isEqualTo(
            """
            # Made from litellm.json (LiteLLM): look it over before it prices anything.
            apiVersion: "exchequer.dev/v1alpha1"
            kind: "PriceSheet"
            metadata:
              namespace: "default"
              name: "openai-2026"
            spec:
              unit: "USD"
              rates:
              - name: "gpt-x-priority"
                match:
                  providers:
                  - "official"
                  - "team/other"
                  upstreamModels:
                  - "gpt-x"
                  serviceTiers:
                  - "priority"
                meters:
                - meter: "Input"
                  price: "2.5"
                - meter: "CacheRead"
                  price: "0.25"
                - meter: "Output"
                  price: "20"
                - meter: "ToolCall"
                  per: 1
                  price: "0.01"
                contextTiers:
                - inputTokens: 272000
                  operator: "Gt"
                  meters:
                  - meter: "Input"
                    price: "5"
              - name: "gpt-x"
                match:
                  providers:
                  - "official"
                  - "team/other"
                  upstreamModels:
                  - "gpt-x"
                  serviceTiers:
                  - "default"
                  - "auto"
                meters:
                - meter: "Input"
                  price: "1.25"
                - meter: "CacheRead"
                  price: "0.125"
                - meter: "Output"
                  price: "10"
                - meter: "ToolCall"
                  per: 1
                  price: "0.01"
                contextTiers:
                - inputTokens: 272000
                  operator: "Gt"
                  meters:
                  - meter: "Input"
                    price: "2.5"
                  - meter: "Output"
                    price: "15"
              - name: "text-embedding-z"
                match:
                  providers:
                  - "official"
                  - "team/other"
                  upstreamModels:
                  - "text-embedding-z"
                  serviceTiers:
                  - "default"
                  - "auto"
                meters:
                - meter: "Input"
                  price: "0.02"
                - meter: "Output"
                  price: "0"
            """);
    assertThat(err.toString())
        .isEqualTo(
            """
            Left out:
              the gateway does not serve mode image_generation: openai/dall-e-u
            In the sheet without a price that is not understood:
              service tier flex without a price of input and of output: openai/gpt-x
            In the sheet, and to be declared elsewhere:
              ToolCall has a price: their hops need maxToolCalls (0 = none), without it they are refused: openai/gpt-x
            """);
  }

  @Test
  void liteLlmCacheWritesTiersAndPrefixes() throws IOException {
    assertThat(run("litellm.json", "--model", "claude-y*", "--model", "gemini-?", "--multiplier", "1.2", "--unit", "CREDIT")).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("unit: \"CREDIT\"", "multiplier: \"1.2\"", "- \"claude-y@2026\"", "- \"gemini-w\"", "name: \"claude-y-2026\"")
        .contains("- meter: \"CacheWrite5m\"\n      price: \"3.75\"\n    - meter: \"CacheWrite1h\"\n      price: \"6\"\n    - meter: \"Output\"")
        .contains("      - meter: \"CacheWrite5m\"\n        price: \"7.5\"\n      - meter: \"CacheWrite1h\"\n        price: \"12\"")
        .contains("- meter: \"AudioInput\"\n      price: \"1\"", "- meter: \"Reasoning\"\n      price: \"2.5\"");
    assertThat(err.toString()).isEmpty();
  }

  /** One price where every size of a search costs the same, or where a search has a price of its own. */
  @ParameterizedTest
  @CsvSource(nullValues = "-", value = {"sonar-one, 0.005", "sonar-sizes, -", "sonar-own, 0.007", "sonar-twice, 0.006", "sonar-free, -", "sonar-odd, -"})
  void liteLlmSearches(String model, @Nullable String price) throws IOException {
    assertThat(run("litellm.json", "--model", model)).as(err.toString()).isZero();
    if (price == null) {
      assertThat(out.toString()).doesNotContain("ToolCall");
      assertThat(err.toString().contains("search_context_cost_per_query: perplexity/" + model)).isEqualTo(!model.equals("sonar-free"));
    } else {
      assertThat(out.toString()).contains("- meter: \"ToolCall\"\n      per: 1\n      price: \"" + price + "\"");
      assertThat(err.toString()).contains("maxToolCalls").doesNotContain("not understood");
    }
  }

  @Test
  void whatCannotBePricedIsLeftOutAndTold() throws IOException {
    assertThat(run("litellm.json", "--provider", "[ado]*", "--provider", "dashscope", "--provider", "odd", "--provider", "ollama")).isEqualTo(1);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString())
        .contains("no price for each token of input and of output: dashscope/qwen-v", "tiered_pricing: dashscope/qwen-v", "a route cannot name such a model: odd/model name")
        .contains("all its prices are 0, which may mean that they are not known (--include-free takes them): ollama/local", "no model is left");
    assertThat(run("litellm.json", "--provider", "ollama", "--include-free")).isZero();
    assertThat(out.toString()).contains("- \"local\"");
  }

  @Test
  void twoPricesOfOneModelAreRefused() throws IOException {
    assertThat(run("litellm.json", "--model", "gpt-x")).isEqualTo(1);
    assertThat(err.toString()).contains("two providers of the catalogue have different prices for gpt-x: choose with --provider");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void openRouter() throws IOException {
    assertThat(run("openrouter.json")).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("(OpenRouter)", "- \"anthropic/claude-y-4.5\"", "- meter: \"CacheWrite1h\"\n      price: \"6\"", "inputTokens: 200000\n      operator: \"Gte\"", "- meter: \"ToolCall\"\n      per: 1\n      price: \"0.01\"")
        .contains("- meter: \"Request\"\n      per: 1\n      price: \"0.005\"")
        .doesNotContain("Reasoning", "gemini", "auto\"\n    meters:\n    - meter: \"Input\"\n      price: \"-", "night");
    assertThat(err.toString())
        .contains("CacheWrite5m costs 8.333333333333334E-8 for one: even for 1000000000 it has more than nine decimals")
        .contains("the price is not fixed (prompt is negative): openrouter/auto", "(overrides): deepseek/night", "image: anthropic/claude-y-4.5", "are refused: anthropic/claude-y-4.5")
        .contains("(--include-free takes them): openai/gpt-x:free");
  }

  @Test
  void tooPreciseIsRoundedUpWhenAskedFor() throws IOException {
    assertThat(run("openrouter.json", "--model", "google/*", "--round-up")).as(err.toString()).isZero();
    assertThat(out.toString()).contains("- meter: \"CacheWrite5m\"\n      per: 1000000000\n      price: \"83.333333334\"");
  }

  @Test
  void modelsDev() throws IOException {
    assertThat(run("models-dev.json")).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("(models.dev)", "inputTokens: 200000\n      operator: \"Gt\"\n      meters:\n      - meter: \"Input\"\n        price: \"6\"")
        .contains("inputTokens: 272000", "price: \"0.125\"")
        .doesNotContain("99", "gpt-batch");
    assertThat(err.toString()).contains("(tiers): openai/gpt-batch", "output: openai/gpt-unpriced", "per_minute: openai/gpt-x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"litellm.json", "openrouter.json", "models-dev.json"})
  void theSheetIsValid(String file) throws IOException {
    assertThat(run(file, file.equals("litellm.json") ? "--provider=[!]" : "--round-up", "--provider", "anthropic", "--provider", "openai", "--provider", "google", "--provider", "perplexity")).as(err.toString()).isZero();
    Path config = Files.createDirectory(folder.resolve("config"));
    Files.writeString(config.resolve("prices.yaml"), out.toString());
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    int code = CheckReport.run(config, "default", false, new PrintStream(printed, true, StandardCharsets.UTF_8), Map.of());
    assertThat(code).as(printed.toString(StandardCharsets.UTF_8)).isZero();
    assertThat(printed.toString(StandardCharsets.UTF_8)).contains("1 object, 0 errors, 1 warning", "no ModelRoute and no Project lists this price sheet");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"x\":1} | is none of [OpenRouter, models.dev, LiteLLM]", "[] | is none of", "{\"m\": | is not JSON", "{\"m\":1,\"m\":2} | is not JSON: Duplicate field 'm'",
        "{\"m\":{\"litellm_provider\":\"p\",\"input_cost_per_token\":\"cheap\"}} | p/m: input_cost_per_token is not a number: \"cheap\"",
        "{\"m\":{\"litellm_provider\":\"p\",\"input_cost_per_token\":1e99,\"output_cost_per_token\":1}} | Input costs more than 9223372036 for 1000000: p/m",
        "{\"m\":{\"litellm_provider\":\"p\",\"input_cost_per_token\":1e-999999,\"output_cost_per_token\":1}} | no amount is finer than a nano-unit"
      })
  void badFiles(String text, String message) throws IOException {
    Path file = Files.writeString(folder.resolve("bad.json"), text);
    assertThat(runFile(file)).isEqualTo(1);
    assertThat(err.toString()).contains(message);
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--unit=usd", "--name=A", "--multiplier=1e3", "--for=a/b/c", "--namespace=x_y"})
  void badOptions(String option) throws IOException {
    assertThat(run("litellm.json", option)).isEqualTo(2);
  }
}
