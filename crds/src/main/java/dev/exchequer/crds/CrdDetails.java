package dev.exchequer.crds;

import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinitionBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Adds what the generator has no annotation for: categories, columns in order, list-map keys, formats, and what is true of every kind. */
final class CrdDetails implements CRDPostProcessor {
  /** Lists that are maps: field to the field of the item that is its key. */
  private static final Map<String, String> LIST_MAP_KEYS =
      Map.of(
          "initialGrants", "id",
          "recurringGrants", "id",
          "rates", "name",
          "meters", "meter",
          "credentials", "name",
          "limits", "unit",
          "hops", "name",
          "conditions", "type",
          "envoys", "node");

  private static final Set<String> TIMES = Set.of("effectiveFrom", "effectiveUntil", "startsAt", "expiresAt", "lastTransitionTime", "since", "seen", "asOf");

  /** Counters that outgrow an int. */
  private static final Set<String> LONGS = Set.of("observedGeneration", "sequence", "openHolds", "values", "exhausted");

  private static final Map<String, String> DESCRIPTIONS =
      Map.of(
          "TokenGateway", "One gateway: what it serves, its defaults, and how its Envoys stand.",
          "ModelProvider", "An account at an upstream.",
          "Project", "Owner, consent and ceiling of its keys; keys only narrow it.",
          "Balance", "The definition of a balance; the money itself is in the ledger.",
          "PriceSheet", "Prices in one unit; the first matching rate wins.",
          "ApiKey", "A key that clients send; it acts for one project.",
          "Budget", "A cap over a window; it holds no value.",
          "FallbackPolicy", "When a request may try its next hop; a route without one uses the defaults.",
          "ModelRoute", "Which upstreams serve a model, in order.");

  private static final Map<String, List<CustomResourceColumnDefinition>> COLUMNS =
      Map.of(
          "TokenGateway", List.of(number("ROUTES", ".status.routes"), column("ENVOYS", ".status.serving"), column("PLAN", ".status.shortPlan")),
          "ModelProvider", List.of(column("URL", ".spec.baseUrl")),
          "Project", List.of(column("OWNER", ".spec.owner")),
          "Balance",
              List.of(
                  column("PROJECT", ".spec.projectRef.name"),
                  column("TYPE", ".spec.type"),
                  column("UNIT", ".spec.unit"),
                  column("POSTED", ".status.posted"),
                  column("HELD", ".status.held"),
                  column("AVAILABLE", ".status.available")),
          "PriceSheet", List.of(column("UNIT", ".spec.unit")),
          "ApiKey", List.of(column("PROJECT", ".spec.projectRef.name"), column("LABEL", ".spec.label")),
          "Budget",
              List.of(
                  column("TARGET", ".spec.targetRef.name"),
                  column("PER", ".spec.per"),
                  column("LIMIT", ".status.limit"),
                  column("SPENT", ".status.spent"),
                  column("MODE", ".spec.mode")),
          "FallbackPolicy", List.of(column("CROSSING", ".spec.crossBalance")),
          "ModelRoute", List.of(column("MODELS", ".spec.models"), column("HOPS", ".status.hops"), column("CROSSING", ".status.crossing")));

  @Override
  public HasMetadata process(HasMetadata crd, String crdSpecVersion) {
    CustomResourceDefinition definition = (CustomResourceDefinition) crd;
    String kind = definition.getSpec().getNames().getKind();
    definition.getSpec().getNames().setCategories(List.of(Api.CATEGORY));
    for (CustomResourceDefinitionVersion version : definition.getSpec().getVersions()) {
      version.setAdditionalPrinterColumns(columns(kind));
      JSONSchemaProps root = version.getSchema().getOpenAPIV3Schema();
      root.setDescription(text(DESCRIPTIONS, kind));
      root.setRequired(List.of("spec"));
      child(root, "spec").setDescription("What is wanted.");
      child(root, "status").setDescription("What the operator says of it.");
      root.getProperties().forEach(CrdDetails::complete);
    }
    return definition;
  }

  private static void complete(String name, JSONSchemaProps field) {
    if (TIMES.contains(name)) {
      field.setFormat("date-time");
    }
    if (name.equals("matchLabels")) {
      labels(field);
    }
    if (LONGS.contains(name) && "integer".equals(field.getType())) {
      field.setFormat("int64");
    }
    if (field.getItems() != null && field.getItems().getSchema() != null) {
      JSONSchemaProps item = field.getItems().getSchema();
      String key = LIST_MAP_KEYS.get(name);
      if (key != null) {
        field.setXKubernetesListType("map");
        field.setXKubernetesListMapKeys(List.of(key));
      }
      complete("", item);
    }
    if (field.getProperties() != null) {
      field.getProperties().forEach(CrdDetails::complete);
    }
  }

  /** The generator has bounds for fields, none for the values of a map. */
  private static void labels(JSONSchemaProps map) {
    map.setMaxProperties(64L);
    JSONSchemaProps value = map.getAdditionalProperties().getSchema();
    value.setMaxLength(63L);
    value.setPattern(Formats.LABEL_VALUE);
  }

  private static List<CustomResourceColumnDefinition> columns(String kind) {
    List<CustomResourceColumnDefinition> columns = new ArrayList<>(COLUMNS.getOrDefault(kind, List.of()));
    columns.add(column("READY", ".status.conditions[?(@.type==\"Ready\")].status"));
    columns.add(new CustomResourceColumnDefinitionBuilder(column("AGE", ".metadata.creationTimestamp")).withType("date").build());
    return columns;
  }

  private static CustomResourceColumnDefinition column(String name, String jsonPath) {
    return new CustomResourceColumnDefinitionBuilder().withName(name).withJsonPath(jsonPath).withType("string").build();
  }

  private static CustomResourceColumnDefinition number(String name, String jsonPath) {
    return new CustomResourceColumnDefinitionBuilder(column(name, jsonPath)).withType("integer").build();
  }

  private static JSONSchemaProps child(JSONSchemaProps parent, String name) {
    JSONSchemaProps child = parent.getProperties().get(name);
    if (child == null) {
      throw new IllegalStateException("the generated schema has no " + name);
    }
    return child;
  }

  private static String text(Map<String, String> texts, String kind) {
    String text = texts.get(kind);
    if (text == null) {
      throw new IllegalStateException("no description of " + kind);
    }
    return text;
  }
}
