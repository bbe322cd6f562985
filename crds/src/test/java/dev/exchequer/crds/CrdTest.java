package dev.exchequer.crds;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What holds of every definition, and that the committed ones are those of the classes. */
class CrdTest {
  /** Words that YAML 1.1 reads as booleans. */
  private static final Set<String> BOOLEAN_WORDS = Set.of("on", "off", "yes", "no", "y", "n");

  private static final Map<String, String> GENERATED = GenerateCrds.generate();

  @Test
  void committedDefinitionsAreTheGeneratedOnes() throws IOException {
    Map<String, String> committed = new TreeMap<>();
    try (Stream<Path> files = Files.list(Path.of("yaml"))) {
      for (Path file : files.toList()) {
        committed.put(String.valueOf(file.getFileName()), Files.readString(file));
      }
    }
    assertThat(committed).as("copy them: cp crds/target/crds/*.yaml crds/yaml/").isEqualTo(GENERATED);
  }

  @Test
  void everyFieldIsDescribed() throws IOException {
    List<String> bare = new ArrayList<>();
    forEachField((path, schema) -> {
      if (schema.path("description").asText().isBlank()) {
        bare.add(path);
      }
    });
    assertThat(bare).isEmpty();
  }

  /** Without bounds the API server finds the rules too dear to evaluate. */
  @Test
  void everyListAndStringIsBounded() throws IOException {
    List<String> unbounded = new ArrayList<>();
    forEachSchema((path, schema) -> {
      switch (schema.path("type").asText()) {
        case "array" -> addUnless(schema.has("maxItems"), path, unbounded);
        case "string" -> addUnless(schema.has("maxLength") || schema.has("enum"), path, unbounded);
        case "integer" -> addUnless(schema.has("maximum") || schema.path("format").asText().equals("int64"), path, unbounded);
        case "object" -> addUnless(schema.has("properties") || schema.has("maxProperties"), path, unbounded);
        case "boolean" -> {}
        default -> unbounded.add(path + " has no known type");
      }
    });
    assertThat(unbounded).isEmpty();
  }

  @Test
  void noWordIsABooleanToYaml11() throws IOException {
    List<String> words = new ArrayList<>();
    forEachSchema((path, schema) -> {
      String field = path.substring(path.lastIndexOf('.') + 1);
      addUnless(!BOOLEAN_WORDS.contains(field.toLowerCase(Locale.ROOT)), path, words);
      schema.path("enum").forEach(value -> addUnless(!BOOLEAN_WORDS.contains(value.asText().toLowerCase(Locale.ROOT)), path + "=" + value, words));
    });
    assertThat(words).isEmpty();
  }

  @Test
  void everyKindIsInTheCategoryAndEndsWithReadyAndAge() throws IOException {
    Map<String, String> shortNames = new TreeMap<>();
    for (JsonNode crd : definitions()) {
      JsonNode names = crd.at("/spec/names");
      shortNames.put(names.path("kind").asText(), names.at("/shortNames/0").asText());
      assertThat(names.path("categories")).singleElement().extracting(JsonNode::asText).isEqualTo("exchequer");
      assertThat(crd.at("/spec/group").asText()).isEqualTo("exchequer.dev");
      assertThat(crd.at("/spec/scope").asText()).isEqualTo("Namespaced");
      assertThat(crd.at("/spec/versions/0/name").asText()).isEqualTo("v1alpha1");
      List<String> columns = crd.at("/spec/versions/0/additionalPrinterColumns").findValuesAsText("name");
      assertThat(columns.subList(columns.size() - 2, columns.size())).containsExactly("READY", "AGE");
    }
    assertThat(shortNames)
        .isEqualTo(
            Map.of(
                "TokenGateway", "tgw",
                "ModelProvider", "mprov",
                "Project", "xproj",
                "Balance", "bal",
                "PriceSheet", "psheet",
                "ApiKey", "xkey",
                "Budget", "xbud",
                "FallbackPolicy", "fbp",
                "ModelRoute", "mroute"));
  }

  @Test
  void everyRuleHasItsMessage() throws Exception {
    Set<String> constants = new TreeSet<>();
    for (Field field : RuleMessages.class.getFields()) {
      constants.add((String) field.get(null));
    }
    Set<String> used = new TreeSet<>();
    forEachSchema((path, schema) -> schema.path("x-kubernetes-validations").forEach(rule -> used.add(rule.path("message").asText())));
    assertThat(used).isEqualTo(constants);
  }

  @Test
  void listMapKeysAreRequiredFieldsOfTheItem() throws IOException {
    List<String> maps = new ArrayList<>();
    forEachSchema((path, schema) -> {
      if (schema.path("x-kubernetes-list-type").asText().equals("map")) {
        String key = schema.at("/x-kubernetes-list-map-keys/0").asText();
        assertThat(schema.at("/items/required").valueStream().map(JsonNode::asText)).as(path).contains(key);
        maps.add(path.substring(path.indexOf(' ') + 1) + " by " + key);
      }
    });
    assertThat(maps)
        .contains(
            "root.spec.initialGrants by id",
            "root.spec.recurringGrants by id",
            "root.spec.rates by name",
            "root.spec.rates.meters by meter",
            "root.spec.rates.contextTiers.meters by meter",
            "root.spec.credentials by name",
            "root.spec.limits by unit",
            "root.spec.hops by name",
            "root.status.conditions by type",
            "root.status.envoys by node");
  }

  private static void addUnless(boolean good, String path, List<String> bad) {
    if (!good) {
      bad.add(path);
    }
  }

  private static List<JsonNode> definitions() throws IOException {
    List<JsonNode> definitions = new ArrayList<>();
    for (String yaml : GENERATED.values()) {
      definitions.add(new YAMLMapper().readTree(yaml));
    }
    assertThat(definitions).hasSize(9);
    return definitions;
  }

  /** Every field of every kind below the root, not the items of lists and maps. */
  private static void forEachField(BiConsumer<String, JsonNode> check) throws IOException {
    forEachSchema((path, schema) -> {
      if (!path.endsWith("[]") && !path.endsWith("{}")) {
        check.accept(path, schema);
      }
    });
  }

  private static void forEachSchema(BiConsumer<String, JsonNode> check) throws IOException {
    for (JsonNode crd : definitions()) {
      walk(crd.at("/spec/names/kind").asText() + " root", crd.at("/spec/versions/0/schema/openAPIV3Schema"), check);
    }
  }

  private static void walk(String path, JsonNode schema, BiConsumer<String, JsonNode> check) {
    check.accept(path, schema);
    String inside = path.endsWith("[]") ? path.substring(0, path.length() - 2) : path;
    schema.path("properties").properties().forEach(field -> walk(inside + "." + field.getKey(), field.getValue(), check));
    if (schema.path("additionalProperties").isObject()) {
      walk(inside + "{}", schema.path("additionalProperties"), check);
    }
    if (schema.has("items")) {
      walk(path + "[]", schema.path("items"), check);
    }
  }
}
