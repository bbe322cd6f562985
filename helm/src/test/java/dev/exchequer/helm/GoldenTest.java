package dev.exchequer.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Every object that the chart makes, as a reviewer reads it; without the resource definitions, which {@link CrdsTest} compares. {@code -Dgolden.update=true}
 * rewrites the files and then fails, so that nobody commits unread what it wrote.
 */
class GoldenTest {
  private static final String DOCUMENT = "(?m)^---\n";

  /** New at every run: {@link TlsTest} and {@link AdminTokensTest} read them. */
  private static final Pattern GENERATED = Pattern.compile("(?m)^( +(?:ca\\.crt|tls\\.crt|tls\\.key|exchequer\\.dev/valid-until|token|sha256): ).+$");

  @ParameterizedTest
  @FieldSource("dev.exchequer.helm.Chart#VALUES")
  void rendersAsBefore(String values) throws IOException {
    Path golden = Chart.RESOURCES.resolve("golden/" + values + ".yaml");
    String rendered = GENERATED.matcher(withoutDefinitions(Chart.text(values))).replaceAll("$1GENERATED");
    if (Boolean.getBoolean("golden.update")) {
      Files.writeString(golden, rendered);
      fail("rewrote " + golden.getFileName() + ": read the difference, then run without -Dgolden.update");
    }
    assertThat(rendered).isEqualTo(Files.readString(golden));
  }

  private static String withoutDefinitions(String text) {
    return Arrays.stream(text.split(DOCUMENT))
        .filter(document -> !document.contains("CustomResourceDefinition") && !document.isBlank())
        .map(document -> "---\n" + document.stripTrailing() + "\n")
        .collect(Collectors.joining());
  }
}
