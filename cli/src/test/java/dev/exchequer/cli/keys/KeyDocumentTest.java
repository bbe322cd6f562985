package dev.exchequer.cli.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class KeyDocumentTest {
  private static final String SHA = "ab".repeat(32);
  private static final String FLOW =
      """
      # Größe 😀: every key of acme
      apiVersion: exchequer.dev/v1alpha1
      kind: Project
      metadata: {name: ci}
      ---
      kind: ApiKey
      metadata: {name: ci}
      spec:
        credentials: [{name: first, secretRef: {name: s, key: k}}]  # the one of spring
        label: CI
      ---
      kind: ApiKey
      metadata: {name: ci, namespace: team-a}
      spec:
        label: CI
        credentials:
        # spring
        - name: first
          sha256: "%s"  # old
        # summer
        - {name: second, sha256: "%s"}

        # what follows
        limits: {concurrency: 3}
      """
          .formatted("1".repeat(64), "2".repeat(64));

  @TempDir Path folder = Path.of("");
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void addedInAFlowList() {
    KeyDocument after = KeyDocument.find(FLOW, "default", "ci").with("key-2", SHA);
    assertThat(after.text()).isEqualTo(FLOW.replace("key: k}}]", "key: k}}, {name: key-2, sha256: \"" + SHA + "\"}]"));
    assertThat(after.alone()).startsWith("kind: ApiKey\nmetadata: {name: ci}\n").endsWith("label: CI\n").doesNotContain("---");
    assertThat(after.without("first").text()).contains("credentials: [{name: key-2, sha256: \"" + SHA + "\"}]  # the one of spring");
    assertThat(after.without("key-2").text()).isEqualTo(FLOW);
  }

  @Test
  void addedInABlockList() {
    KeyDocument after = KeyDocument.find(FLOW, "team-a", "ci").with("key-3", SHA);
    String line = "  - {name: key-3, sha256: \"" + SHA + "\"}\n";
    assertThat(after.text()).isEqualTo(FLOW.replace("\n\n  # what follows", "\n" + line + "\n  # what follows"));
    assertThat(after.without("key-3").text()).isEqualTo(FLOW);
    assertThat(after.without("second").text()).contains("# old\n  # summer\n" + line);
    assertThat(after.without("first").text()).contains("  # spring\n  # summer\n  - {name: second").doesNotContain("# old");
  }

  @Test
  void otherLineEndsAndNoneAtTheEnd() {
    String windows = "kind: ApiKey\r\nmetadata: {name: ci}\r\nspec:\r\n  credentials:\r\n  - {name: first}";
    assertThat(KeyDocument.find(windows, "default", "ci").with("key-2", SHA).text()).isEqualTo(windows + "\r\n  - {name: key-2, sha256: \"" + SHA + "\"}\r\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kind: Project | no ApiKey default/ci, and no other",
        "{kind: ApiKey, metadata: {name: other}} | there are default/other",
        "{kind: ApiKey, metadata: {name: ci}} | has no list spec.credentials",
        "'{kind: ApiKey, metadata: {name: ci}, spec: {credentials: x}}' | has no list spec.credentials",
        "'a: [' | not YAML, line 1",
      })
  void whatCannotBeFound(String text, String message) {
    assertThatThrownBy(() -> KeyDocument.find(text, "default", "ci")).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
  }

  @Test
  void whatCannotBeEdited() {
    KeyDocument one = KeyDocument.find(FLOW, "default", "ci");
    assertThatThrownBy(() -> one.without("first")).hasMessageContaining("only credential").hasMessageContaining("suspend: true");
    assertThatThrownBy(() -> one.without("nope")).hasMessageContaining("there are first");
    assertThatThrownBy(() -> one.with("first", SHA)).hasMessageContaining("already");
    KeyDocument four = one.with("a", SHA).with("b", SHA).with("c", SHA);
    assertThatThrownBy(() -> four.with("d", SHA)).hasMessageContaining("revoke one first");
    String alias = "base: &l\n- {name: first}\nkind: ApiKey\nmetadata: {name: ci}\nspec: {credentials: *l}\n";
    assertThatThrownBy(() -> KeyDocument.find(alias, "default", "ci").with("key-2", SHA)).hasMessageContaining("by hand");
  }

  private int run(String... args) {
    return new CommandLine(new KeysCommand()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(args);
  }

  @Test
  void rotateAndRevokeAFile() throws Exception {
    Path file = Files.writeString(folder.resolve("keys.yaml"), FLOW);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThat(run("rotate", "ci", "--file", file.toString())).isZero();
    String secret = err.toString().replaceAll("(?s).*(exq-[0-9a-f]{64}).*", "$1");
    assertThat(secret).hasSize(68);
    assertThat(Files.readString(file)).contains("{name: key-2, sha256: \"" + NewKey.sha256(secret) + "\"}").doesNotContain(secret);
    assertThat(out.toString()).contains("name: first", "name: key-2").doesNotContain(secret).doesNotContain("team-a");
    assertThat(err.toString()).contains("keys revoke ci --credential first --file");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-r-----");

    assertThat(run("revoke", "ci", "--credential", "first", "--file", file.toString())).isZero();
    assertThat(out.toString()).contains("Revoked first of ci; still good: key-2.");
    assertThat(Files.readString(file)).contains("credentials: [{name: key-2,");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void badInputExitsWith2AndChangesNothing() throws Exception {
    Path file = Files.writeString(folder.resolve("keys.yaml"), FLOW);
    assertThat(run("rotate", "ci")).isEqualTo(2);
    assertThat(run("rotate", "a/b/c", "--file", file.toString())).isEqualTo(2);
    assertThat(run("rotate", "other", "--file", file.toString())).isEqualTo(2);
    assertThat(run("rotate", "ci", "--credential", "No Good", "--file", file.toString())).isEqualTo(2);
    assertThat(run("rotate", "ci", "--file", folder.resolve("none.yaml").toString())).isEqualTo(2);
    assertThat(run("rotate", "ci", "--file", folder.toString())).isEqualTo(2);
    assertThat(run("revoke", "ci", "--credential", "first", "--file", file.toString())).isEqualTo(2);
    assertThat(run("revoke", "ci", "--file", file.toString())).isEqualTo(2);
    assertThat(Files.readString(file)).isEqualTo(FLOW);
    assertThat(err.toString()).doesNotContain("exq-").contains("it is a folder", "there are default/ci, team-a/ci");
  }
}
