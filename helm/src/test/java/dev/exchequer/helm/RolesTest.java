package dev.exchequer.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may do what. Whoever may write a Balance, a Project or a PriceSheet mints money. */
class RolesTest {
  private static final String AGGREGATE = "rbac.authorization.k8s.io/aggregate-to-";
  private static final Set<String> MONEY = Set.of("balances", "budgets", "pricesheets", "projects");
  private static final Set<String> READING = Set.of("get", "list", "watch");

  @ParameterizedTest
  @ValueSource(strings = {"default", "production", "least"})
  void noWildcardAndNoWritingOfSecrets(String values) throws IOException {
    List<JsonNode> rules = roles(Chart.objects(values)).flatMap(role -> Chart.each(role.get("rules"))).toList();

    assertThat(rules).isNotEmpty();
    for (JsonNode rule : rules) {
      assertThat(rule.toString()).doesNotContain("*");
      if (Chart.texts(rule.get("resources")).contains("secrets")) {
        assertThat(READING).containsAll(Chart.texts(rule.get("verbs")));
      }
      assertThat(Chart.texts(rule.get("verbs"))).doesNotContain("escalate", "bind", "impersonate", "deletecollection");
    }
  }

  @Test
  void secretsAreReadInTheNamedNamespacesOnly() throws IOException {
    List<JsonNode> objects = Chart.objects("production");
    List<JsonNode> readers = roles(objects).filter(RolesTest::readsSecrets).toList();

    assertThat(readers).allMatch(Chart.kind("Role"));
    assertThat(readers).extracting(role -> role.at("/metadata/namespace").asText()).containsExactlyInAnyOrder("team-a", "team-b");
    assertThat(roles(Chart.objects("default")).filter(RolesTest::readsSecrets))
        .extracting(role -> role.at("/metadata/namespace").asText())
        .containsExactly("ai-gateway");
  }

  @Test
  void everyRoleBindingNamesARoleOfTheChart() throws IOException {
    List<JsonNode> objects = Chart.objects("production");
    List<String> roles = roles(objects).map(role -> role.path("kind").asText() + "/" + role.at("/metadata/namespace").asText() + "/" + role.at("/metadata/name").asText()).toList();

    List<JsonNode> bindings = objects.stream().filter(Chart.kind("RoleBinding").or(Chart.kind("ClusterRoleBinding"))).toList();

    assertThat(bindings).hasSize(4);
    assertThat(bindings)
        .extracting(b -> b.at("/roleRef/kind").asText() + "/" + b.at("/metadata/namespace").asText() + "/" + b.at("/roleRef/name").asText())
        .allSatisfy(role -> assertThat(roles).contains(role));
  }

  @Test
  void onlyTheTreasurerWritesMoneyAndNothingIsPartOfEdit() throws IOException {
    for (JsonNode role : roles(Chart.objects("default")).filter(Chart.kind("ClusterRole")).toList()) {
      String name = role.at("/metadata/name").asText();
      assertThat(role.at("/metadata/labels").has(AGGREGATE + "edit")).isFalse();
      assertThat(role.at("/metadata/labels").has(AGGREGATE + "admin")).isFalse();
      assertThat(role.at("/metadata/labels").has(AGGREGATE + "view")).isEqualTo(name.equals("exchequer-viewer"));
      assertThat(writesMoney(role)).as(name).isEqualTo(name.equals("exchequer-treasurer"));
    }
  }

  @Test
  void theOperatorWritesNothingButStatusEventsAndItsLease() throws IOException {
    List<JsonNode> writing =
        roles(Chart.objects("default"))
            .filter(role -> !role.at("/metadata/name").asText().matches("exchequer-(viewer|team|treasurer)"))
            .flatMap(role -> Chart.each(role.get("rules")))
            .filter(rule -> !READING.containsAll(Chart.texts(rule.get("verbs"))))
            .toList();

    assertThat(writing).hasSize(4);
    assertThat(writing.stream().flatMap(rule -> Chart.texts(rule.get("resources")).stream()))
        .allMatch(resource -> resource.endsWith("/status") || resource.equals("events") || resource.equals("leases"));
  }

  private static boolean writesMoney(JsonNode role) {
    return Chart.each(role.get("rules"))
        .anyMatch(rule -> !READING.containsAll(Chart.texts(rule.get("verbs"))) && Chart.texts(rule.get("resources")).stream().anyMatch(MONEY::contains));
  }

  private static boolean readsSecrets(JsonNode role) {
    return Chart.each(role.get("rules")).anyMatch(rule -> Chart.texts(rule.get("resources")).contains("secrets"));
  }

  private static Stream<JsonNode> roles(List<JsonNode> objects) {
    return objects.stream().filter(Chart.kind("Role").or(Chart.kind("ClusterRole")));
  }
}
