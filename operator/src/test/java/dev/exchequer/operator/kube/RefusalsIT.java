package dev.exchequer.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.crds.RuleMessages;
import dev.exchequer.operator.GatewayPipeline;
import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.watch.FolderReader;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What file mode refuses, the API server refuses at the same field; what it cannot see is listed here, and it is shown that it cannot. */
final class RefusalsIT {
  private static final String NAMESPACE = "refusals";

  /** Cases that the API server takes, by the reason for which it must. The operator says what is wrong in a condition. */
  private static final Map<String, List<String>> FILE_MODE_ONLY =
      Map.of(
          "depends on another object",
          List.of(
              "balance-conflict", "budget-target-missing", "gateway-conflict", "gateway-refs", "key-generate-missing", "key-taken", "name-taken", "ref-all", "ref-consent", "ref-namespace",
              "ref-namespace-missing", "ref-project", "ref-provider", "ref-refused", "route-audience", "route-conflict", "route-conflict-endpoints", "route-tool-calls", "route-unpayable", "route-unpriced", "price-flat",
              "price-no-hop", "price-unused", "price-cost-unreachable", "ref-cost-sheet"),
          "depends on the value of a Secret, which no schema sees",
          List.of(
              "gateway-webhook-secret", "key-too-short", "provider-ca", "provider-secret-lines", "secret-base64", "secret-missing", "secret-no-key", "secret-unset-variable"),
          "a relation between fields that is no rule of the definitions",
          List.of(
              "budget-task-unused", "budget-week-day", "gateway-webhook-plaintext", "grant-times", "grant-week-day", "key-twice", "price-metered-without-meters", "price-shadowed", "price-times", "route-min-tokens",
              "provider-no-header-name", "provider-no-secret", "provider-plaintext", "route-output-caps"),
          "more than a pattern can say of a value",
          List.of(
              "budget-time-zone", "gateway-webhook-url", "grant-time-zone", "policy-connect-zero", "provider-reserved-header", "provider-url-dots", "provider-url-user", "schema-money-too-large"),
          "no kind of this product: file mode says that it does not read it",
          List.of("kind-other"),
          "a YAML tag that file mode reads no value from; to the API server it is text",
          List.of("yaml-tag"));

  /** Refused by both, by the API server before it knows of fields: how its answer begins, by case. */
  private static final Map<String, String> REFUSED_AS_A_WHOLE =
      Map.of(
          "kind-unknown", "404 ",
          "kind-version", "404 ",
          "yaml-duplicate-key", "400 Project in version \"v1alpha1\" cannot be handled as a Project: strict decoding error: yaml: unmarshal errors:\n  line 4: key \"owner\" already set in map",
          "yaml-no-object", "404 ",
          "yaml-number", "400 ",
          "yaml-syntax", "400 ",
          "secret-number", "400 Secret in version \"v1\" cannot be handled as a Secret");

  /** Refused by both, and named otherwise: file mode has no object without a name, the API server names the entry whose key is taken. */
  private static final Map<String, Set<String>> OTHER_FIELDS =
      Map.of("name-invalid", Set.of("metadata.name"), "schema-duplicate-key", Set.of("spec.hops[1]"));

  /** One line of the head of a case. */
  private record Expected(String severity, String code, String field, String message) {
    private static final Pattern LINE = Pattern.compile("#: (\\w+) (\\w+) (?:line \\d+|\\w+ [^ :]+(?: ([^ :]+))?): (.*)");

    static Expected of(String line) {
      Matcher matcher = LINE.matcher(line);
      if (!matcher.matches()) {
        throw new IllegalArgumentException(line);
      }
      return new Expected(matcher.group(1), matcher.group(2), String.valueOf(matcher.group(3)), matcher.group(4));
    }
  }

  private final RealApi api = RealApi.get();

  @TempDir Path folder;

  RefusalsIT() {
    api.namespace(NAMESPACE);
  }

  static List<String> cases() throws IOException {
    try (Stream<Path> files = Files.list(table())) {
      return files.filter(Files::isRegularFile).map(file -> file.getFileName().toString().replace(".yaml", "")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void badYaml(String name) throws IOException {
    String text = Files.readString(table().resolve(name + ".yaml"));
    List<Expected> expected = text.lines().filter(line -> line.startsWith("#: ")).map(Expected::of).toList();
    List<String> documents = RealApi.documents(text.lines().filter(line -> !line.startsWith("#: ")).map(line -> line + "\n").collect(Collectors.joining()));

    if (fileModeOnly().contains(name)) {
      for (String document : documents) {
        // as JSON: what is said is compared, not that YAML 1.1 takes y and no for booleans
        String namespace = name.startsWith("yaml-") ? NAMESPACE : RealApi.YAML.readTree(document).at("/metadata/namespace").asText(NAMESPACE);
        api.namespace(namespace);
        RealApi.Answer answer = api.check(namespace, name.startsWith("yaml-") ? document : RealApi.YAML.readTree(document).toString(), "Strict");
        assertThat(answer.code()).as("refused by the API server too: %s", answer.body()).isEqualTo(201);
      }
      return;
    }
    assertThat(documents).hasSize(1);
    RealApi.Answer strict = api.check(NAMESPACE, documents.getFirst(), "Strict");
    assertThat(strict.code()).as(() -> strict.body().toPrettyString()).isBetween(400, 422);
    if (REFUSED_AS_A_WHOLE.containsKey(name)) {
      assertThat(strict.code() + " " + strict.message()).startsWith(REFUSED_AS_A_WHOLE.get(name));
      return;
    }

    // the server names unknown fields first, and the rest when it may drop them
    List<String> unknown = new ArrayList<>();
    Matcher matcher = Pattern.compile("unknown field \"([^\"]+)\"").matcher(strict.message());
    while (matcher.find()) {
      unknown.add(matcher.group(1));
    }
    assertThat(unknown).containsExactlyInAnyOrderElementsOf(expected.stream().filter(e -> e.code().equals("UnknownField")).map(Expected::field).toList());

    RealApi.Answer pruned = api.check(NAMESPACE, documents.getFirst(), "Ignore");
    Set<String> fields = expected.stream().filter(e -> !e.code().equals("UnknownField")).map(Expected::field).collect(Collectors.toCollection(TreeSet::new));
    assertThat(pruned.causes().keySet()).as(() -> pruned.body().toPrettyString()).isEqualTo(OTHER_FIELDS.getOrDefault(name, fields));
    for (Expected rule : expected) {
      if (rule.code().equals("RuleViolated")) {
        assertThat(pruned.causes().get(rule.field())).anySatisfy(message -> assertThat(message).endsWith(": " + rule.message()));
      }
    }
  }

  /** The API server and kubectl read YAML 1.1, file mode 1.2: a word that is text in a file is refused there, never taken for something else. */
  @Test
  void aWordThatYaml11TakesForABooleanIsRefusedUnquoted() throws IOException {
    String project = "apiVersion: exchequer.dev/v1alpha1\nkind: Project\nmetadata: {name: words}\nspec: {owner: %s}\n";
    assertThat(api.check(NAMESPACE, String.format(project, "y"), "Strict").causes()).containsOnlyKeys("spec.owner");
    assertThat(api.check(NAMESPACE, String.format(project, "\"y\""), "Strict").code()).isEqualTo(201);
  }

  @Test
  void theListsNameCasesOfTheTable() throws IOException {
    assertThat(cases()).containsAll(fileModeOnly()).containsAll(REFUSED_AS_A_WHOLE.keySet()).containsAll(OTHER_FIELDS.keySet());
    assertThat(fileModeOnly()).doesNotHaveDuplicates().doesNotContainAnyElementsOf(REFUSED_AS_A_WHOLE.keySet());
  }

  /** No rule of the definitions goes unprovoked here. */
  @Test
  void everyRuleIsRefusedByOneOfTheTables() throws IOException, IllegalAccessException {
    Set<String> provoked = new TreeSet<>();
    for (JsonNode change : changes()) {
      if (change.has("rule")) {
        provoked.add(message(change));
      }
    }
    for (String name : cases()) {
      Files.readString(table().resolve(name + ".yaml")).lines().filter(line -> line.startsWith("#: ")).map(Expected::of)
          .filter(e -> e.code().equals("RuleViolated")).forEach(e -> provoked.add(e.message()));
    }
    assertThat(provoked).isEqualTo(messages().values().stream().collect(Collectors.toCollection(TreeSet::new)));
  }

  static List<JsonNode> changes() throws IOException {
    Path file = RealApi.root().resolve("operator/src/test/resources/kube/changes.yaml");
    try (MappingIterator<JsonNode> all = RealApi.YAML.readerFor(JsonNode.class).readValues(Files.readString(file))) {
      return all.readAll();
    }
  }

  @ParameterizedTest
  @MethodSource("changes")
  void changes(JsonNode change) throws IOException, IllegalAccessException {
    String kind = change.path("kind").asText();
    String path = api.path(NAMESPACE, kind, "changed");
    RealApi.Answer created = api.create(NAMESPACE, object(kind, change.path("spec")));
    assertThat(created.code()).as(created.message()).isEqualTo(201);
    try {
      ObjectNode patch = RealApi.JSON.createObjectNode();
      patch.set("spec", change.path("change"));
      RealApi.Answer changed = api.patch(path, patch.toString());
      if (!change.has("rule")) {
        assertThat(changed.code()).as(changed.message()).isEqualTo(200);
        return;
      }
      assertThat(changed.code()).isEqualTo(422);
      assertThat(changed.causes()).containsOnlyKeys(change.path("field").asText());
      assertThat(changed.causes().get(change.path("field").asText())).singleElement().asString().endsWith(": " + message(change));
      assertThat(api.read(path).body().at("/metadata/generation").asInt()).isEqualTo(1);
    } finally {
      api.delete(path);
    }
  }

  /** But for the one into another namespace, of which file mode has more to say. */
  static List<JsonNode> changesOfFiles() throws IOException {
    return changes().stream().filter(change -> change.at("/change/projectRef/namespace").isMissingNode()).toList();
  }

  /** File mode says the same of the same change. */
  @ParameterizedTest
  @MethodSource("changesOfFiles")
  void changesInFiles(JsonNode change) throws IOException, IllegalAccessException {
    String base = Files.readString(table().resolve("base/base.yaml"));
    String kind = change.path("kind").asText();
    Files.writeString(folder.resolve("base.yaml"), base);
    Files.writeString(folder.resolve("case.yaml"), object(kind, change.path("spec")));
    GatewayPipeline pipeline = new GatewayPipeline(Map.of());
    assertThat(pipeline.compile(FolderReader.read(folder)).hasErrors()).isFalse();
    Files.writeString(folder.resolve("case.yaml"), object(kind, merged(change.path("spec"), change.path("change"))));
    List<Diagnostic> found =
        pipeline.compile(FolderReader.read(folder)).diagnostics().stream()
            .filter(d -> d.code().equals("RuleViolated"))
            .sorted(Comparator.comparing(Diagnostic::message))
            .toList();
    if (!change.has("rule")) {
      assertThat(found).isEmpty();
      return;
    }
    assertThat(found).singleElement().extracting(Diagnostic::field, Diagnostic::message).containsExactly(change.path("field").asText(), message(change));
  }

  private static JsonNode merged(JsonNode spec, JsonNode change) {
    ObjectNode merged = spec.deepCopy();
    change.properties().forEach(field -> {
      if (field.getValue().isNull()) {
        merged.remove(field.getKey());
      } else {
        merged.set(field.getKey(), field.getValue());
      }
    });
    return merged;
  }

  private static String object(String kind, JsonNode spec) {
    ObjectNode object = RealApi.JSON.createObjectNode();
    object.put("apiVersion", "exchequer.dev/v1alpha1").put("kind", kind).putObject("metadata").put("name", "changed");
    object.set("spec", spec);
    return object.toString();
  }

  private static String message(JsonNode change) throws IllegalAccessException {
    return messages().getOrDefault(change.path("rule").asText(), "(no such rule)");
  }

  /** Text by the name of its constant. */
  private static Map<String, String> messages() throws IllegalAccessException {
    Map<String, String> messages = new TreeMap<>();
    for (Field field : RuleMessages.class.getFields()) {
      messages.put(field.getName(), String.valueOf(field.get(null)));
    }
    return messages;
  }

  private static List<String> fileModeOnly() {
    return FILE_MODE_ONLY.values().stream().flatMap(List::stream).toList();
  }

  private static Path table() {
    return RealApi.root().resolve("operator/src/test/resources/bad");
  }
}
