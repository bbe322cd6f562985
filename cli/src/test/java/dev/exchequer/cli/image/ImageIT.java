package dev.exchequer.cli.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.cli.image.ImageTar.Entry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in the image and what is not. Run by {@code mvn -Pimages verify}, with any base. */
class ImageIT {
  /** Of everything, whenever it was built: project.build.outputTimestamp. 1970 is what jib gives the files that it makes itself. */
  private static final List<String> DATES = List.of("2026-11-24", "1970-01-01");

  @TempDir static Path scratch;
  private static ImageTar image;

  @BeforeAll
  static void read() throws Exception {
    image = ImageTar.read(Path.of(System.getProperty("exchequer.root"), "cli/target/exchequer-image.tar"), scratch);
  }

  @Test
  void startsTheProgramWithoutAShellAndWithoutRights() {
    JsonNode config = image.config().path("config");

    assertThat(ImageTar.texts(config.path("Entrypoint").elements()))
        .containsExactly("java", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-cp", "@/app/jib-classpath-file", "dev.exchequer.cli.Main");
    assertThat(config.path("User").asText()).isEqualTo("65532:65532");
    assertThat(config.at("/Labels/org.opencontainers.image.title").asText()).isEqualTo("exchequer");
    assertThat(config.at("/Labels/org.opencontainers.image.version").asText()).isNotEmpty();
    assertThat(config.path("Volumes").isEmpty()).isTrue();
  }

  @Test
  void whatChangesOftenLiesAboveWhatDoesNot() {
    Map<String, List<Entry>> layers = image.layers();

    assertThat(layers.keySet()).containsExactly("dependencies", "project dependencies", "resources", "classes", "jvm arg files", "extra files");
    assertThat(files("dependencies")).hasSizeGreaterThan(50).allMatch(path -> path.matches("app/libs/[^/]+\\.jar")).noneMatch(path -> path.contains("/exchequer-") || path.contains("SNAPSHOT"));
    assertThat(files("project dependencies")).hasSize(5).allMatch(path -> path.startsWith("app/libs/exchequer-"));
    assertThat(files("classes")).contains("app/classes/dev/exchequer/cli/Main.class").allMatch(path -> path.endsWith(".class"));
    assertThat(files("extra files")).containsExactly("usr/local/bin/exchequer");
  }

  @Test
  void nothingElseIsInIt() {
    assertThat(image.files())
        .extracting(Entry::name)
        .as("no tests")
        .noneMatch(name -> name.matches(".*(Test|IT)\\.class") || name.matches("(junit|assertj|archunit|openai-java|kube-api-test|helm-java|kubernetes-server-mock).*\\.jar") || name.endsWith("-tests.jar"));
    assertThat(image.files()).extracting(Entry::name).as("no secrets").noneMatch(name -> name.matches(".*\\.(pem|key|p12|jks|token|env|crt|db)|\\.netrc|settings\\.xml|kubeconfig.*"));
    assertThat(image.files()).extracting(Entry::name).as("Envoy is an image of its own").noneMatch(name -> name.matches("envoy(-.*)?"));
  }

  @Test
  void theSameSourcesMakeTheSameImage() {
    assertThat(image.config().path("created").asText()).isEqualTo("2026-11-24T00:00:00Z");
    assertThat(image.layers().values().stream().flatMap(List::stream)).allSatisfy(entry -> assertThat(entry.date()).as(entry.path()).isIn(DATES));
    assertThat(image.layers().values().stream().flatMap(List::stream)).as("nobody but root can change them").allMatch(entry -> entry.owner().equals("0/0") && !entry.mode().substring(4).contains("w"));
  }

  private static List<String> files(String layer) {
    return image.layers().getOrDefault(layer, List.of()).stream().filter(Entry::isFile).map(Entry::path).toList();
  }
}
