package dev.exchequer.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Who may do what. Whoever may write a Balance, a Project or a PriceSheet mints money. {@code RightsIT} tries it. */
class RolesTest {
  /** Roles that people are bound to; {@link AdminTokensTest} looks at those of the admin API. */
  private static final String PEOPLE = "exchequer-(viewer|team|treasurer|admin-viewer|admin-treasurer)";

  private static final String AGGREGATE = "rbac.authorization.k8s.io/aggregate-to-";
  private static final Set<String> MONEY = Set.of("balances", "budgets", "pricesheets", "projects", "tokengateways");
  private static final Set<String> READING = Set.of("get", "list", "watch");

  @ParameterizedTest
  @FieldSource("dev.exchequer.helm.Chart#VALUES")
  void noWildcardAndNoChangeOfSecrets(String values) throws IOException {
    List<JsonNode> rules = roles(Chart.objects(values)).flatMap(role -> Chart.each(role.get("rules"))).toList();

    assertThat(rules).isNotEmpty();
    for (JsonNode rule : rules) {
      assertThat(rule.toString()).doesNotContain("*");
      if (Chart.texts(rule.get("resources")).contains("secrets")) {
        assertThat(Chart.texts(rule.get("verbs"))).as("created, never changed").isSubsetOf("get", "list", "watch", "create");
      }
      assertThat(Chart.texts(rule.get("verbs"))).doesNotContain("escalate", "bind", "impersonate", "deletecollection");
    }
  }

  @Test
  void secretsAreReadInTheNamedNamespacesOnly() throws IOException {
    List<JsonNode> objects = Chart.objects("production");
    List<JsonNode> readers = roles(objects).filter(RolesTest::readsSecrets).filter(role -> !role.at("/metadata/name").asText().matches(PEOPLE)).toList();

    assertThat(readers).allMatch(Chart.kind("Role"));
    assertThat(readers).extracting(role -> role.at("/metadata/namespace").asText()).containsExactlyInAnyOrder("team-a", "team-b");
    assertThat(roles(Chart.objects("default")).filter(RolesTest::readsSecrets).filter(role -> !role.at("/metadata/name").asText().matches(PEOPLE)))
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
      if (!name.equals("ai-gateway-exchequer-operator")) {
        assertThat(writesMoney(role)).as(name).isEqualTo(name.equals("exchequer-treasurer"));
      }
    }
  }

  @Test
  void whatTheOperatorWrites() throws IOException {
    Map<String, List<String>> written = new TreeMap<>();
    roles(Chart.objects("default"))
        .filter(role -> !role.at("/metadata/name").asText().matches(PEOPLE))
        .flatMap(role -> Chart.each(role.get("rules")))
        .forEach(
            rule -> {
              List<String> verbs = Chart.texts(rule.get("verbs")).stream().filter(verb -> !READING.contains(verb)).toList();
              if (!verbs.isEmpty()) {
                Chart.texts(rule.get("resources")).forEach(resource -> written.merge(resource, verbs, (a, b) -> Stream.concat(a.stream(), b.stream()).toList()));
              }
            });

    assertThat(written.entrySet().stream().filter(entry -> entry.getKey().endsWith("/status"))).hasSize(9).allSatisfy(entry -> assertThat(entry.getValue()).containsExactly("patch"));
    written.keySet().removeIf(resource -> resource.endsWith("/status"));
    assertThat(written)
        .isEqualTo(
            Map.of(
                "balances", List.of("patch"), // the finalizer: see admission.yaml
                "events", List.of("create", "patch"),
                "leases", List.of("create", "update", "patch"),
                "secrets", List.of("create"),
                "tokengateways", List.of("create", "patch"))); // one, by its name
  }

  @Test
  void theOperatorWritesOnlyTheTokenGatewayOfTheRelease() throws IOException {
    assertThat(tokenGatewayRules("default")).hasSize(1).allSatisfy(rule -> assertThat(Chart.texts(rule.get("resourceNames"))).containsExactly("exchequer"));
    assertThat(tokenGatewayRules("least")).as("people make it").isEmpty();
  }

  private static List<JsonNode> tokenGatewayRules(String values) throws IOException {
    return roles(Chart.objects(values))
        .filter(role -> !role.at("/metadata/name").asText().matches(PEOPLE))
        .flatMap(role -> Chart.each(role.get("rules")))
        .filter(rule -> Chart.texts(rule.get("resources")).contains("tokengateways") && !READING.containsAll(Chart.texts(rule.get("verbs"))))
        .toList();
  }

  /** The right to patch a finalizer is the right to patch an amount, unless this stands beside it. */
  @ParameterizedTest
  @FieldSource("dev.exchequer.helm.Chart#VALUES")
  void theOperatorsPatchOfBalancesIsGuarded(String values) throws IOException {
    List<JsonNode> objects = Chart.objects(values);
    JsonNode policy = Chart.only(objects, "ValidatingAdmissionPolicy");
    JsonNode pod = Chart.operator(objects);

    assertThat(policy.at("/spec/failurePolicy").asText()).isEqualTo("Fail");
    assertThat(policy.at("/spec/matchConditions/0/expression").asText())
        .isEqualTo("request.userInfo.username == \"system:serviceaccount:ai-gateway:" + pod.path("serviceAccountName").asText() + "\"");
    assertThat(Chart.only(objects, "ValidatingAdmissionPolicyBinding").at("/spec/policyName")).isEqualTo(policy.at("/metadata/name"));
  }

  @Test
  void theGatewayHasNoRightAtAll() throws IOException {
    List<JsonNode> objects = Chart.objects("default");
    String account = Chart.gateway(objects).path("serviceAccountName").asText();

    assertThat(account).isEqualTo("exchequer-gateway");
    assertThat(objects.stream().filter(Chart.kind("RoleBinding").or(Chart.kind("ClusterRoleBinding"))))
        .allSatisfy(binding -> assertThat(binding.at("/subjects").findValuesAsText("name")).isNotEmpty().doesNotContain(account));
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
