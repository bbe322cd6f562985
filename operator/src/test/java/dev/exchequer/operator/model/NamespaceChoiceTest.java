package dev.exchequer.operator.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.operator.Yaml;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a choice of namespaces chooses. a is labelled team=acme and env=prod, b env=test, c is not known; the resource is in own. */
final class NamespaceChoiceTest {
  private static final String NAMESPACES =
      """
      apiVersion: v1
      kind: Namespace
      metadata: {name: a, labels: {team: acme, env: prod}}
      ---
      apiVersion: v1
      kind: Namespace
      metadata: {name: b, labels: {env: test}}
      spec: {finalizers: [kubernetes]}
      """;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                                                                           | own",
        "{namespaces: {}}                                                                             | own",
        "{namespaces: {from: Same}}                                                                   | own",
        "{namespaces: {from: All}}                                                                    | a,b,c,own",
        "{namespaces: {from: Selector}}                                                               | own", // refused by a rule; if not, nobody is let in
        "{namespaces: {from: Everybody}}                                                              | own",
        "{namespaces: {from: Selector, selector: {}}}                                                 | a,b,c,own",
        "{namespaces: {from: Selector, selector: {matchLabels: {team: acme}}}}                        | a,own",
        "{namespaces: {from: Selector, selector: {matchLabels: {team: acme, env: test}}}}             | own",
        "{namespaces: {from: Selector, selector: {matchLabels: {kubernetes.io/metadata.name: c}}}}    | c,own",
        "{namespaces: {from: Selector, selector: {matchExpressions: [{key: env, operator: In, values: [prod, test]}]}}}                        | a,b,own",
        "{namespaces: {from: Selector, selector: {matchExpressions: [{key: env, operator: NotIn, values: [prod]}]}}}                           | b,c,own",
        "{namespaces: {from: Selector, selector: {matchExpressions: [{key: team, operator: Exists}]}}}                                         | a,own",
        "{namespaces: {from: Selector, selector: {matchExpressions: [{key: team, operator: DoesNotExist}]}}}                                   | b,c,own",
        "{namespaces: {from: Selector, selector: {matchExpressions: [{key: team, operator: DoesNotExist}], matchLabels: {env: test}}}}         | b,own",
        "{namespaces: {from: Selector, selector: {matchExpressions: [{key: env, operator: Exists}, {key: env, operator: NotIn, values: [x]}]}}} | a,b,own",
        "{namespaces: {from: Selector, selector: {matchExpressions: [{key: env, operator: Like, values: [prod]}]}}}                            | own",
      })
  void chooses(String choice, String expected) throws IOException {
    Reading reading =
        Yaml.reading(
            folder,
            NAMESPACES + "---\napiVersion: exchequer.dev/v1alpha1\nkind: Project\nmetadata: {name: x, namespace: own}\nspec: {usableFrom: " + choice + "}\n");
    Inventory inventory = Inventory.of(reading, Inventory.empty(), Set.of("Project"), Map.of()).inventory();
    NamespaceChoice chosen = NamespaceChoice.of(inventory.ofKind("Project").getFirst(), "usableFrom");
    List<String> names = Stream.of("a", "b", "c", "own").filter(name -> chosen.includes(name, inventory.namespaces())).toList();
    assertThat(String.join(",", names)).isEqualTo(expected);
  }

  @Test
  void aNamespaceStandsOnce() throws IOException {
    Reading reading = Yaml.reading(folder, NAMESPACES + "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: b, labels: {env: prod}}\n");
    Inventory.Built built = Inventory.of(reading, Inventory.empty(), Set.of(), Map.of());
    assertThat(built.problems()).extracting(Diagnostic::code).containsExactly("NameTaken");
    assertThat(built.inventory().namespaces().label("b", "env")).contains("test");
  }
}
