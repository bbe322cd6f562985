package dev.exchequer.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tokens of the admin API that Kubernetes hands out. {@code ReleaseIT} shows that upgrades keep them. */
class AdminTokensTest {
  @ParameterizedTest
  @ValueSource(strings = {"viewer", "treasurer"})
  void theServiceKnowsTheDigestOfTheTokenAndItsRole(String role) throws Exception {
    List<JsonNode> objects = Chart.objects("default");
    String token = new String(Base64.getDecoder().decode(secret(objects, "exchequer-admin-" + role).at("/data/token").asText()), StandardCharsets.UTF_8);
    assertThat(token).matches("exqadm-[A-Za-z0-9]{48}");
    String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    assertThat(secret(objects, "exchequer-admin-tokens").path("stringData").path("kubectl-" + role).asText()).isEqualTo("role: " + role + "\nsha256: " + digest + "\n");

    JsonNode mounted = Chart.container(Chart.gateway(objects), "service").path("volumeMounts");
    assertThat(mounted).anyMatch(mount -> mount.path("name").asText().equals("admin-tokens") && mount.path("mountPath").asText().equals("/var/lib/exchequer/tokens"));
    JsonNode envoy = Chart.container(Chart.gateway(objects), "envoy").path("volumeMounts");
    assertThat(envoy).noneMatch(mount -> mount.path("name").asText().equals("admin-tokens"));
  }

  /** A role gives its own token and nobody else's. */
  @ParameterizedTest
  @ValueSource(strings = {"viewer", "treasurer"})
  void aRoleMayReadOneToken(String role) throws Exception {
    JsonNode rules =
        Chart.objects("default").stream()
            .filter(Chart.kind("Role"))
            .filter(object -> object.at("/metadata/name").asText().equals("exchequer-admin-" + role))
            .findFirst()
            .orElseThrow()
            .path("rules");
    assertThat(rules).filteredOn(rule -> rule.at("/resources/0").asText().equals("secrets")).singleElement().satisfies(
        rule -> {
          assertThat(Chart.texts(rule.path("resourceNames"))).containsExactly("exchequer-admin-" + role);
          assertThat(Chart.texts(rule.path("verbs"))).containsExactly("get");
        });
  }

  @Test
  void withoutThemNothingIsMounted() throws Exception {
    List<JsonNode> objects = Chart.objects("least");
    assertThat(objects).noneMatch(object -> object.at("/metadata/name").asText().contains("admin-"));
    assertThat(Chart.gateway(objects).toString()).doesNotContain("admin-tokens");
  }

  private static JsonNode secret(List<JsonNode> objects, String name) {
    return objects.stream().filter(Chart.kind("Secret")).filter(object -> object.at("/metadata/name").asText().equals(name)).findFirst().orElseThrow();
  }
}
