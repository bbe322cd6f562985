package dev.exchequer.cli.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class NewKeyTest {
  @Test
  void aSecretHas256BitsAndOurPrefix() {
    String secret = NewKey.secret(new Random(7));
    assertThat(secret).matches("exq-[0-9a-f]{64}");
    assertThat(NewKey.secret(new Random(8))).isNotEqualTo(secret);
  }

  @Test
  void theObjectHoldsTheDigestOnly() {
    NewKey key = new NewKey("default", "ci", "acme", "build \"bot\"", "abc");
    // FIPS 180-2, appendix B.1
    assertThat(key.yaml())
        .isEqualTo(
            """
            apiVersion: exchequer.dev/v1alpha1
            kind: ApiKey
            metadata: {namespace: default, name: ci}
            spec:
              projectRef: {name: acme}
              label: "build \\"bot\\""
              credentials:
              - {name: first, sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}
            """);
    assertThat(key.toString()).doesNotContain("abc");
  }

  @ParameterizedTest
  @CsvSource({"Build Bot (CI),build-bot-ci", "x,x", "---,key", "Größe 1,gr-e-1"})
  void names(String label, String name) {
    assertThat(NewKey.nameFrom(label)).isEqualTo(name);
    assertThat(new NewKey("default", name, "acme", label, "s").name()).isEqualTo(name);
  }

  @Test
  void aVeryLongLabelStillMakesAName() {
    assertThat(NewKey.nameFrom("a".repeat(62) + " b")).isEqualTo("a".repeat(62));
  }

  @ParameterizedTest
  @CsvSource({"Default,n,p,l", "default,n/a,p,l", "default,n,p q,l", "default,n,p,' '"})
  void nonsense(String namespace, String name, String project, String label) {
    assertThatThrownBy(() -> new NewKey(namespace, name, project, label, "s")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theSecretIsNotInWhatIsRedirectedToAFile() {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = new CommandLine(new KeysCommand()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    assertThat(line.execute("create", "--project", "acme", "--label", "CI")).isZero();
    assertThat(out.toString()).contains("kind: ApiKey").doesNotContain(NewKey.PREFIX);
    assertThat(err.toString()).contains(NewKey.PREFIX);
    assertThat(line.execute("create", "--project", "acme")).isEqualTo(2);
  }
}
