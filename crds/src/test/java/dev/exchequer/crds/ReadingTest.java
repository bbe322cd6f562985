package dev.exchequer.crds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The classes read what the definitions describe, and nothing else. */
class ReadingTest {
  private static final KubernetesSerialization READER = new KubernetesSerialization();

  @Test
  void everyFieldOfEveryKindIsRead() throws IOException {
    List<Class<?>> read = new ArrayList<>();
    String yaml;
    try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("/all-kinds.yaml"))) {
      yaml = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    for (String document : yaml.split("---\n", -1)) {
      JsonNode written = READER.unmarshal(document, JsonNode.class);
      Class<? extends HasMetadata> kind =
          GenerateCrds.KINDS.stream().filter(k -> k.getSimpleName().equals(written.path("kind").asText())).findFirst().orElseThrow();
      JsonNode again = READER.convertValue(READER.unmarshal(document, kind), JsonNode.class);
      assertContains(kind.getSimpleName(), again, written);
      read.add(kind);
    }
    assertThat(read).containsExactlyInAnyOrderElementsOf(GenerateCrds.KINDS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spec: {owner: a, colour: red}",
        "spec: {owner: a, disclose: Everything}",
        "spec: {owner: a, routeClasses: [DIRECT]}",
        "spec: {owner: a, crossBalance: [{from: Direct, to: Pool, why: x}]}",
        "specification: {owner: a}"
      })
  void unknownFieldsAndValuesAreRefused(String rest) {
    assertThatThrownBy(() -> READER.unmarshal("kind: Project\napiVersion: exchequer.dev/v1alpha1\n" + rest, Project.class))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** File mode has no API server that fills in defaults: the classes must hold the same ones. */
  @Test
  void defaultsOfClassesAreThoseOfTheDefinitions() throws Exception {
    ObjectMapper mapper = new ObjectMapper().setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);
    int compared = 0;
    for (Class<?> type : specClasses()) {
      Object fresh = type.getDeclaredConstructor().newInstance();
      for (Field field : type.getFields()) {
        Default declared = field.getAnnotation(Default.class);
        JsonNode held = mapper.readTree(mapper.writeValueAsString(field.get(fresh)));
        if (declared == null) {
          boolean nothing = held.isNull() || held.isContainerNode() && held.valueStream().allMatch(JsonNode::isEmpty);
          assertThat(nothing).as("%s.%s has no @Default but holds %s", type.getSimpleName(), field.getName(), held).isTrue();
        } else if (!declared.value().equals("{}")) {
          JsonNode wanted = held.isTextual() ? mapper.getNodeFactory().textNode(declared.value().replace("\"", "")) : mapper.readTree(declared.value());
          assertThat(held).as("%s.%s", type.getSimpleName(), field.getName()).isEqualTo(wanted);
          assertThat(field.isAnnotationPresent(Required.class)).isFalse();
          compared++;
        }
      }
    }
    assertThat(compared).isGreaterThan(35);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "100", "0.000000001", "9223372036", "9999999999.999999999"})
  void moneyIs(String text) {
    assertThat(text).matches(Pattern.compile(Formats.MONEY));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "+1", "01", "1.", ".5", "1e3", "0.0000000001", "12345678901", "1 "})
  void moneyIsNot(String text) {
    assertThat(text).doesNotMatch(Pattern.compile(Formats.MONEY));
  }

  private static List<Class<?>> specClasses() {
    List<Class<?>> all = new ArrayList<>(List.of(ObjectRef.class, SecretKeyRef.class));
    for (Class<?> spec :
        List.of(
            TokenGatewaySpec.class,
            ModelProviderSpec.class,
            ProjectSpec.class,
            BalanceSpec.class,
            PriceSheetSpec.class,
            ApiKeySpec.class,
            BudgetSpec.class,
            FallbackPolicySpec.class,
            ModelRouteSpec.class,
            NamespaceSelector.class)) {
      Stream.concat(Stream.of(spec), Arrays.stream(spec.getDeclaredClasses()).filter(c -> !c.isEnum())).forEach(all::add);
    }
    return all;
  }

  private static void assertContains(String path, JsonNode whole, JsonNode part) {
    if (part.isObject()) {
      part.properties().forEach(field -> assertContains(path + "." + field.getKey(), whole.path(field.getKey()), field.getValue()));
    } else if (part.isArray()) {
      assertThat(whole.size()).as(path).isEqualTo(part.size());
      for (int i = 0; i < part.size(); i++) {
        assertContains(path + "[" + i + "]", whole.path(i), part.path(i));
      }
    } else {
      assertThat(whole.asText()).as(path).isEqualTo(part.asText());
    }
  }
}
