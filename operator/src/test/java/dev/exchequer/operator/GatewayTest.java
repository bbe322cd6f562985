package dev.exchequer.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.GatewayPipeline.Compiled;
import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.model.GatewayIdentity;
import dev.exchequer.operator.watch.FolderReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which TokenGateway is in force, and whom it serves. */
final class GatewayTest {
  @TempDir Path folder;

  @Test
  void withoutAGatewayEveryNamespaceIsServed() throws IOException {
    assertThat(errors(null, project("a"), project("b"))).isEmpty();
  }

  @Test
  void anObjectInANamespaceThatIsNotServedIsOutAndSaysSo() throws IOException {
    Compiled compiled = compiled(null, gateway("a", "gw", "2026-01-01T00:00:00Z", "Same"), project("a"), project("b"));
    assertThat(compiled.plan().projects()).extracting(project -> project.name().toString()).containsExactly("a/p");
    assertThat(compiled.diagnostics())
        .singleElement()
        .satisfies(
            d -> {
              assertThat(d.code() + " " + d.object() + " " + d.field()).isEqualTo("NamespaceNotServed Project b/p metadata.namespace");
              assertThat(d.message()).contains("TokenGateway a/gw").contains("spec.namespaces");
            });
  }

  @Test
  void theConfiguredOneIsInForceElseTheOldest() throws IOException {
    String older = gateway("a", "older", "2026-01-01T00:00:00Z", "Same");
    String younger = gateway("b", "younger", "2026-02-01T00:00:00Z", "Same");
    assertThat(errors(null, older, younger)).containsExactly("GatewayConflict TokenGateway b/younger");
    assertThat(errors(new ObjectName("b", "younger"), older, younger)).containsExactly("GatewayConflict TokenGateway a/older");
    assertThat(errors(new ObjectName("c", "gone"), older, younger)).containsExactly("GatewayConflict TokenGateway b/younger");
  }

  /** Its own namespace, and those with the label; a label that comes is enough. */
  @Test
  void namespacesAreServedByLabel() throws IOException {
    GatewayPipeline pipeline = new GatewayPipeline(Map.of());
    String byLabel = gateway("a", "gw", "2026-01-01T00:00:00Z", "Selector, selector: {matchLabels: {team: acme}}");
    String labelled = "apiVersion: v1\nkind: Namespace\nmetadata: {name: b, labels: {team: acme}}\n";
    assertThat(compile(pipeline, byLabel, project("a"), project("b")).plan().projects()).extracting(project -> project.name().toString()).containsExactly("a/p");
    assertThat(compile(pipeline, byLabel, labelled, project("a"), project("b")).plan().projects()).hasSize(2);
    assertThat(compile(pipeline, byLabel, labelled.replace("acme", "other"), project("a"), project("b")).plan().projects()).hasSize(1);
  }

  /** The one that goes in force decides at once who is served. */
  @Test
  void anotherGatewayServesOthers() throws IOException {
    GatewayPipeline pipeline = new GatewayPipeline(Map.of());
    String first = gateway("a", "first", "2026-01-01T00:00:00Z", "Same");
    assertThat(compile(pipeline, first, project("a"), project("b")).plan().projects()).hasSize(1);
    assertThat(compile(pipeline, first.replace("Same", "All"), project("a"), project("b")).plan().projects()).hasSize(2);
    assertThat(compile(pipeline, first, project("a"), project("b")).plan().projects()).as("no last good form of what is not served").hasSize(1);
  }

  private List<String> errors(@Nullable ObjectName configured, String... documents) throws IOException {
    return compiled(configured, documents).diagnostics().stream()
        .filter(d -> d.severity() == Diagnostic.Severity.error)
        .map(d -> d.code() + " " + d.object())
        .toList();
  }

  private Compiled compiled(@Nullable ObjectName configured, String... documents) throws IOException {
    return compile(new GatewayPipeline(Map.of(), configured == null ? GatewayIdentity.of("default") : GatewayIdentity.of(configured)), documents);
  }

  private Compiled compile(GatewayPipeline pipeline, String... documents) throws IOException {
    Files.writeString(folder.resolve("world.yaml"), String.join("---\n", documents));
    return pipeline.compile(FolderReader.read(folder));
  }

  private static String project(String namespace) {
    return "apiVersion: exchequer.dev/v1alpha1\nkind: Project\nmetadata: {name: p, namespace: " + namespace + "}\nspec: {owner: x}\n";
  }

  private static String gateway(String namespace, String name, String made, String from) {
    return "apiVersion: exchequer.dev/v1alpha1\nkind: TokenGateway\nmetadata: {name: "
        + name + ", namespace: " + namespace + ", creationTimestamp: \"" + made + "\"}\nspec: {namespaces: {from: " + from + "}}\n";
  }
}
