package dev.exchequer.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.crds.ApiKey;
import dev.exchequer.crds.Balance;
import dev.exchequer.crds.Budget;
import dev.exchequer.crds.FallbackPolicy;
import dev.exchequer.crds.ModelProvider;
import dev.exchequer.crds.ModelRoute;
import dev.exchequer.crds.PriceSheet;
import dev.exchequer.crds.Project;
import dev.exchequer.crds.TokenGateway;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The definitions of crds/yaml in a real API server: they are taken, and they mean what the product says they mean. */
final class DefinitionsIT {
  private static final String NAMESPACE = "definitions";
  private static final Map<String, Class<? extends HasMetadata>> CLASSES =
      Map.of(
          "TokenGateway", TokenGateway.class,
          "ModelProvider", ModelProvider.class,
          "Project", Project.class,
          "Balance", Balance.class,
          "PriceSheet", PriceSheet.class,
          "ApiKey", ApiKey.class,
          "Budget", Budget.class,
          "FallbackPolicy", FallbackPolicy.class,
          "ModelRoute", ModelRoute.class);
  private static final Map<String, String> SHORT_NAMES =
      Map.of(
          "TokenGateway", "tgw",
          "ModelProvider", "mprov",
          "Project", "xproj",
          "Balance", "bal",
          "PriceSheet", "psheet",
          "ApiKey", "xkey",
          "Budget", "xbud",
          "FallbackPolicy", "fbp",
          "ModelRoute", "mroute");

  private final RealApi api = RealApi.get();

  DefinitionsIT() {
    api.namespace(NAMESPACE);
  }

  /** Structural, within the CEL budget, no field that the server does not know: a definition that is not gets no further than its creation. */
  @Test
  void everyDefinitionIsEstablished() {
    assertThat(api.definitions()).hasSize(9).allSatisfy((plural, answer) -> assertThat(answer.code()).as(answer.body().toPrettyString()).isEqualTo(201));
    for (String plural : api.definitions().keySet()) {
      Map<String, String> conditions = new TreeMap<>();
      JsonNode definition = api.read(RealApi.DEFINITIONS + "/" + plural + ".exchequer.dev").body();
      definition.at("/status/conditions").forEach(c -> conditions.put(c.path("type").asText(), c.path("status").asText()));
      assertThat(conditions).as(plural).containsEntry("Established", "True").containsEntry("NamesAccepted", "True");
      assertThat(conditions.getOrDefault("NonStructuralSchema", "False")).as(plural).isEqualTo("False");
    }
  }

  @Test
  void discoveryNamesCategoryShortNameAndStatus() {
    Map<String, String> shortNames = new TreeMap<>();
    List<String> statuses = new ArrayList<>();
    for (JsonNode resource : api.read(RealApi.GROUP).body().path("resources")) {
      String kind = resource.path("kind").asText();
      if (resource.path("name").asText().endsWith("/status")) {
        statuses.add(kind);
      } else {
        assertThat(resource.at("/categories").toString()).as(kind).isEqualTo("[\"exchequer\"]");
        assertThat(resource.path("namespaced").asBoolean()).as(kind).isTrue();
        shortNames.put(kind, resource.at("/shortNames/0").asText());
      }
    }
    assertThat(shortNames).isEqualTo(SHORT_NAMES);
    assertThat(statuses).containsExactlyInAnyOrderElementsOf(SHORT_NAMES.keySet());
  }

  @Test
  void kubectlGetsTheCategory() throws Exception {
    String namespace = "category";
    api.namespace(namespace);
    List<String> names = new ArrayList<>();
    for (String yaml : quickstart()) {
      JsonNode object = RealApi.YAML.readTree(yaml);
      assertThat(api.create(namespace, yaml).code()).as(yaml).isEqualTo(201);
      if (!object.path("kind").asText().equals("Secret")) {
        names.add(object.path("kind").asText().toLowerCase(Locale.ROOT) + ".exchequer.dev/" + object.at("/metadata/name").asText());
      }
    }
    assertThat(api.kubectl("get", "exchequer", "--namespace", namespace, "--output", "name").lines()).containsExactlyInAnyOrderElementsOf(names);
    assertThat(api.kubectl("get", "mroute", "gpt-5.1", "--namespace", namespace).lines().findFirst().orElseThrow().split(" +"))
        .containsExactly("NAME", "MODELS", "HOPS", "CROSSING", "READY", "AGE");
    assertThat(api.kubectl("explain", "modelroute.spec.hops.routeClass")).contains("What kind of upstream it is, and with it who pays.");
  }

  @Test
  void columns() throws IOException {
    Map<String, String> columns = new TreeMap<>();
    api.plurals()
        .forEach(
            (kind, plural) -> {
              JsonNode table = api.table(RealApi.GROUP + "/namespaces/" + NAMESPACE + "/" + plural).body();
              columns.put(kind, table.path("columnDefinitions").findValuesAsText("name").stream().collect(Collectors.joining(" ")));
            });
    assertThat(columns)
        .isEqualTo(
            Map.of(
                "TokenGateway", "Name ROUTES ENVOYS PLAN READY AGE",
                "ModelProvider", "Name URL READY AGE",
                "Project", "Name OWNER READY AGE",
                "Balance", "Name PROJECT TYPE UNIT POSTED HELD AVAILABLE READY AGE",
                "PriceSheet", "Name UNIT READY AGE",
                "ApiKey", "Name PROJECT LABEL READY AGE",
                "Budget", "Name TARGET PER LIMIT SPENT MODE READY AGE",
                "FallbackPolicy", "Name CROSSING READY AGE",
                "ModelRoute", "Name MODELS HOPS CROSSING READY AGE"));
  }

  @Test
  void theColumnsOfARouteSayWhatItsStatusSays() throws IOException {
    String path = route("columns");
    assertThat(status(path, "{\"status\":{\"hops\":\"one(Direct)\",\"crossing\":\"Never\",\"conditions\":[" + ready("True") + "]}}").code()).isEqualTo(200);
    JsonNode cells = api.table(path).body().at("/rows/0/cells");
    List<String> shown = new ArrayList<>();
    cells.forEach(cell -> shown.add(cell.asText()));
    assertThat(shown.subList(0, 5)).containsExactly("columns", "[\"columns\"]", "one(Direct)", "Never", "True");
  }

  static List<JsonNode> defaults() throws IOException {
    try (MappingIterator<JsonNode> cases = RealApi.YAML.readerFor(JsonNode.class).readValues(resource("defaults.yaml"))) {
      return cases.readAll();
    }
  }

  @ParameterizedTest
  @MethodSource("defaults")
  void defaultsAreFilledIn(JsonNode given) throws IOException {
    String kind = given.path("kind").asText();
    RealApi.Answer answer = api.check(NAMESPACE, object(kind, "defaults", given.path("write")), "Strict");
    assertThat(answer.code()).as(answer.message()).isEqualTo(201);
    assertThat(answer.body().path("spec")).isEqualTo(given.path("read"));
  }

  @Test
  void everyKindHasItsDefaultsTried() throws IOException {
    assertThat(defaults().stream().map(given -> given.path("kind").asText()).collect(Collectors.toSet())).isEqualTo(CLASSES.keySet());
  }

  @Test
  void statusIsWrittenByItselfAndMovesNoGeneration() throws IOException {
    String path = route("status");

    assertThat(api.patch(path, "{\"status\":{\"hops\":\"by the main door\"},\"spec\":{\"suspend\":true}}").good()).isTrue();
    JsonNode changed = api.read(path).body();
    assertThat(changed.at("/status/hops").isMissingNode()).isTrue();
    assertThat(changed.at("/metadata/generation").asInt()).isEqualTo(2);

    String written = "{\"status\":{\"observedGeneration\":2,\"hops\":\"one(Direct)\",\"conditions\":[" + ready("True") + "]},\"spec\":{\"suspend\":false}}";
    assertThat(status(path, written).code()).isEqualTo(200);
    JsonNode judged = api.read(path).body();
    assertThat(judged.at("/status/hops").asText()).isEqualTo("one(Direct)");
    assertThat(judged.at("/status/conditions/0/lastTransitionTime").asText()).isEqualTo("2026-11-24T00:00:00Z");
    assertThat(judged.at("/spec/suspend").asBoolean()).as("the spec is not the status's to change").isTrue();
    assertThat(judged.at("/metadata/generation").asInt()).isEqualTo(2);
  }

  @Test
  void aStatusOfTheWrongFormIsRefused() throws IOException {
    String path = route("wrong-status");
    assertThat(status(path, "{\"status\":{\"hopz\":\"x\"}}").message()).contains("unknown field \"status.hopz\"");
    assertThat(status(path, "{\"status\":{\"conditions\":[" + ready("Perhaps") + "]}}").causes()).containsOnlyKeys("status.conditions[0].status");
    assertThat(status(path, "{\"status\":{\"conditions\":[" + ready("True") + "," + ready("False") + "]}}").causes()).containsOnlyKeys("status.conditions[1]");
    assertThat(status(path, "{\"status\":{\"conditions\":[" + ready("True").replace("2026-11-24T00:00:00Z", "today") + "]}}").causes())
        .containsOnlyKeys("status.conditions[0].lastTransitionTime");
  }

  /** kubectl asks for strict validation; a client that does not gets its unknown field dropped, and a warning. */
  @Test
  void unknownFieldsAreRefusedAndNeverStored() throws IOException {
    for (String kind : CLASSES.keySet()) {
      JsonNode given = defaults().stream().filter(c -> c.path("kind").asText().equals(kind)).findFirst().orElseThrow();
      ObjectNode spec = given.path("write").deepCopy();
      spec.put("nobodyKnows", 1);
      RealApi.Answer strict = api.check(NAMESPACE, object(kind, "unknown", spec), "Strict");
      assertThat(strict.code()).as(kind).isEqualTo(400);
      assertThat(strict.message()).as(kind).contains("unknown field \"spec.nobodyKnows\"");
      RealApi.Answer lenient = api.check(NAMESPACE, object(kind, "unknown", spec), "Ignore");
      assertThat(lenient.code()).as(kind).isEqualTo(201);
      assertThat(lenient.body().path("spec")).as(kind).isEqualTo(given.path("read"));
    }
  }

  /** What was written is there again, read raw and read as the class of its kind. */
  @Test
  void everyKindOfTheQuickstartComesBack() throws IOException {
    String namespace = "roundtrip";
    api.namespace(namespace);
    TreeSet<String> kinds = new TreeSet<>();
    for (String yaml : quickstart()) {
      JsonNode written = RealApi.YAML.readTree(yaml);
      String kind = written.path("kind").asText();
      if (kind.equals("Secret")) {
        continue;
      }
      kinds.add(kind);
      String name = written.at("/metadata/name").asText();
      assertThat(api.create(namespace, yaml).code()).as(yaml).isEqualTo(201);
      JsonNode read = api.read(api.path(namespace, kind, name)).body();
      assertContains(read.path("spec"), written.path("spec"), kind + " " + name);

      HasMetadata typed = api.client().resources(CLASSES.get(kind)).inNamespace(namespace).withName(name).get();
      JsonNode again = api.client().getKubernetesSerialization().convertValue(typed, JsonNode.class);
      assertThat(withoutEmpty(again.path("spec"))).as(kind + " " + name).isEqualTo(withoutEmpty(read.path("spec")));
    }
    assertThat(kinds).isEqualTo(CLASSES.keySet());
  }

  /** Everything of `part` is in `whole`; the rest of `whole` are defaults. */
  private static void assertContains(JsonNode whole, JsonNode part, String place) {
    if (part.isObject()) {
      part.properties().forEach(field -> assertContains(whole.path(field.getKey()), field.getValue(), place + "." + field.getKey()));
    } else if (part.isArray()) {
      assertThat(whole.size()).as(place).isEqualTo(part.size());
      for (int i = 0; i < part.size(); i++) {
        assertContains(whole.path(i), part.path(i), place + "[" + i + "]");
      }
    } else {
      assertThat(whole).as(place).isEqualTo(part);
    }
  }

  /** As text, for numbers of another width; empty lists and objects mean what absent ones mean. */
  private static Object withoutEmpty(JsonNode value) {
    if (value.isObject()) {
      Map<String, Object> fields = new TreeMap<>();
      value.properties().forEach(field -> {
        if (!field.getValue().isNull() && !(field.getValue().isContainerNode() && withoutEmpty(field.getValue()).toString().matches("\\{}|\\[]"))) {
          fields.put(field.getKey(), withoutEmpty(field.getValue()));
        }
      });
      return fields;
    }
    if (value.isArray()) {
      return value.valueStream().map(DefinitionsIT::withoutEmpty).toList();
    }
    return value.asText();
  }

  private String route(String name) throws IOException {
    String spec = "{\"models\":[\"" + name + "\"],\"hops\":[{\"name\":\"one\",\"providerRef\":{\"name\":\"x\"},\"routeClass\":\"Direct\"}]}";
    RealApi.Answer answer = api.create(NAMESPACE, object("ModelRoute", name, RealApi.JSON.readTree(spec)));
    assertThat(answer.code()).as(answer.message()).isEqualTo(201);
    return api.path(NAMESPACE, "ModelRoute", name);
  }

  private RealApi.Answer status(String path, String json) {
    return api.patch(path + "/status", json);
  }

  private static String ready(String status) {
    return "{\"type\":\"Ready\",\"status\":\"" + status + "\",\"lastTransitionTime\":\"2026-11-24T00:00:00Z\",\"reason\":\"Programmed\",\"message\":\"\"}";
  }

  private static String object(String kind, String name, JsonNode spec) {
    ObjectNode object = RealApi.JSON.createObjectNode();
    object.put("apiVersion", "exchequer.dev/v1alpha1").put("kind", kind).putObject("metadata").put("name", name);
    object.set("spec", spec);
    return object.toString();
  }

  private static List<String> quickstart() throws IOException {
    List<String> all = new ArrayList<>(RealApi.documents(Files.readString(RealApi.root().resolve("examples/quickstart/quickstart.yaml"))));
    all.add(
        "apiVersion: exchequer.dev/v1alpha1\nkind: TokenGateway\nmetadata: {name: exchequer}\n"
            + "spec: {namespaces: {from: Same}, defaults: {fallbackPolicyRef: {name: a}, priceSheetRefs: [{name: b}]}}\n");
    return all;
  }

  private static String resource(String name) throws IOException {
    return Files.readString(RealApi.root().resolve("operator/src/test/resources/kube").resolve(name));
  }
}
