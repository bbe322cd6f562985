package dev.exchequer.operator.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.Yaml;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Inventory;
import dev.exchequer.policy.Route;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who has a model that several routes list. The gateway's namespace is money; teams a, b and c have keys. */
final class ModelClaimsTest {
  private static final String KEYS = key("a") + key("b") + key("c");

  @TempDir Path folder;
  private Inventory inventory = Inventory.empty();

  @Test
  void theOlderOneHasItThenTheFirstByName() throws IOException {
    ModelClaims claims =
        claims(
            route("money", "a", "created: \"2026-03-01T00:00:00Z\"", "models: [x, only-a]"),
            route("money", "b", "created: \"2026-01-01T00:00:00Z\"", "models: [x, y]"),
            route("money", "c", "created: \"2026-01-01T00:00:00Z\"", "models: [y]"),
            route("money", "d", "", "models: [y]")); // a file does not say when: no such route is older than another
    assertThat(models(claims, "money", "a")).containsExactly("only-a");
    assertThat(claims.loss(name("money", "a"), "x")).contains(new ModelClaims.Loss("x", name("money", "b"), true, true));
    assertThat(claims.loss(name("money", "a"), "only-a")).isEmpty();
    assertThat(models(claims, "money", "b")).containsExactly("x", "y");
    assertThat(claims.loss(name("money", "c"), "y")).contains(new ModelClaims.Loss("y", name("money", "b"), false, true));
    assertThat(claims.loss(name("money", "d"), "y")).contains(new ModelClaims.Loss("y", name("money", "b"), true, true));
  }

  @Test
  void inOtherNamespacesItIsNoConflict() throws IOException {
    ModelClaims claims =
        claims(
            route("money", "a", "", "models: [x], audience: {namespaces: {from: All}}"), route("a", "a", "", "models: [x]"), route("b", "a", "", "models: [x]"));
    for (String namespace : List.of("money", "a", "b")) {
      assertThat(models(claims, namespace, "a")).containsExactly("x");
      assertThat(claims.loss(name(namespace, "a"), "x")).isEmpty();
      assertThat(audience(claims, namespace, "a").precedence()).isZero();
    }
  }

  @Test
  void atOtherEndpointsItIsNoConflict() throws IOException {
    ModelClaims claims = claims(route("money", "a", "", "models: [x]"), route("money", "b", "", "models: [x], endpoints: [Embeddings]"));
    assertThat(models(claims, "money", "b")).containsExactly("x");
    assertThat(claims.loss(name("money", "b"), "x")).isEmpty();
  }

  @Test
  void aLoserServesWhereTheWinnerDoesNot() throws IOException {
    ModelClaims claims =
        claims(
            route("money", "a", "", "models: [x]"),
            route("money", "b", "", "models: [x], audience: {namespaces: {from: Selector, selector: {matchLabels: {kubernetes.io/metadata.name: b}}}}"),
            route("money", "c", "", "models: [x], audience: {namespaces: {from: All}}"),
            route("money", "d", "", "models: [x, y], endpoints: [Completions]"),
            route("money", "e", "", "models: [y]"));
    assertThat(claims.loss(name("money", "b"), "x")).contains(new ModelClaims.Loss("x", name("money", "a"), false, false));
    assertThat(models(claims, "money", "c")).containsExactly("x");
    assertThat(models(claims, "money", "d")).as("nobody is left for x").containsExactly("y");
    assertThat(claims.loss(name("money", "e"), "y")).contains(new ModelClaims.Loss("y", name("money", "d"), false, false));
    assertThat(List.of("a", "b", "c", "d", "e")).extracting(route -> audience(claims, "money", route).precedence()).containsExactly(0, 1, 2, 0, 1);
  }

  @Test
  void selectorsBecomeTheNamespacesThatHaveKeys() throws IOException {
    String selector = "audience: {namespaces: {from: Selector, selector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [b]}]}}}";
    ModelClaims claims = claims(route("money", "a", "", "models: [x], " + selector), route("team", "a", "", "models: [x], " + selector));
    assertThat(audience(claims, "money", "a")).isEqualTo(new Route.Audience(false, List.of("a", "c"), 0));
    assertThat(audience(claims, "team", "a")).as("not in the gateway's namespace").isEqualTo(Route.Audience.OWN);
  }

  private ModelClaims claims(String... routes) throws IOException {
    inventory =
        Inventory.of(Yaml.reading(folder, KEYS + String.join("", routes)), Inventory.empty(), Set.of("ModelRoute", "ApiKey"), Map.of()).inventory();
    return new ModelClaims.Standing().claims(inventory, "money", inventory.ofKind("ModelRoute").stream().map(RouteParts::new).toList());
  }

  private List<String> models(ModelClaims claims, String namespace, String route) {
    return claims.wonBy(document(namespace, route)).stream().map(pattern -> pattern.text()).toList();
  }

  private Route.Audience audience(ModelClaims claims, String namespace, String route) {
    return claims.audienceOf(document(namespace, route));
  }

  private Document document(String namespace, String route) {
    return inventory.find("ModelRoute", name(namespace, route)).orElseThrow();
  }

  private static ObjectName name(String namespace, String name) {
    return new ObjectName(namespace, name);
  }

  private static String route(String namespace, String name, String metadata, String spec) {
    String created = metadata.replace("created:", ", creationTimestamp:");
    return "---\napiVersion: exchequer.dev/v1alpha1\nkind: ModelRoute\nmetadata: {name: " + name + ", namespace: " + namespace + created + "}\nspec: {" + spec + "}\n";
  }

  private static String key(String namespace) {
    return "---\napiVersion: exchequer.dev/v1alpha1\nkind: ApiKey\nmetadata: {name: key, namespace: " + namespace + "}\nspec: {}\n";
  }
}
