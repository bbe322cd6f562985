package dev.exchequer.helm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The chart as Helm renders it, for the Kubernetes that the project is tried on. */
final class Chart {
  static final Path ROOT = Path.of(System.getProperty("exchequer.root", "..")).toAbsolutePath().normalize();
  static final Path FOLDER = ROOT.resolve("helm/exchequer");
  static final Path RESOURCES = ROOT.resolve("helm/src/test/resources");

  /** Helm takes 1.20 without it. */
  static final String KUBERNETES = "1.36.4";

  /** Files in src/test/resources/values, and the chart as it comes. */
  static final List<String> VALUES = List.of("default", "production", "least", "cert-manager", "shared");

  private static final YAMLMapper YAML = new YAMLMapper();

  static {
    NoCluster.start();
  }

  private Chart() {}

  static Helm helm() {
    return new Helm(FOLDER);
  }

  /** @param values what is set beside the defaults */
  static String text(UnaryOperator<TemplateCommand> values) {
    return values.apply(helm().template().withName("exchequer").withNamespace("ai-gateway").withKubeVersion(KUBERNETES)).call();
  }

  /** @param name of a file in src/test/resources/values; "default" sets nothing */
  static String text(String name) {
    return text(command -> name.equals("default") ? command : command.withValuesFile(RESOURCES.resolve("values/" + name + ".yaml")));
  }

  static List<JsonNode> objects(String name) throws IOException {
    return documents(text(name));
  }

  static List<JsonNode> documents(String yaml) throws IOException {
    try (MappingIterator<JsonNode> all = YAML.readerFor(JsonNode.class).readValues(yaml)) {
      return all.readAll().stream().filter(JsonNode::isObject).toList();
    }
  }

  static JsonNode yaml(Path file) throws IOException {
    return YAML.readTree(Files.readString(file));
  }

  static Predicate<JsonNode> kind(String kind) {
    return object -> object.path("kind").asText().equals(kind);
  }

  static JsonNode only(List<JsonNode> objects, String kind) {
    List<JsonNode> found = objects.stream().filter(kind(kind)).toList();
    if (found.size() != 1) {
      throw new AssertionError(found.size() + " objects of kind " + kind);
    }
    return found.get(0);
  }

  static JsonNode operator(List<JsonNode> objects) {
    return only(objects, "Deployment").at("/spec/template/spec");
  }

  static JsonNode gateway(List<JsonNode> objects) {
    return only(objects, "StatefulSet").at("/spec/template/spec");
  }

  static JsonNode container(JsonNode pod, String name) {
    return containers(pod).stream().filter(container -> container.path("name").asText().equals(name)).findFirst().orElseThrow(() -> new AssertionError("no container " + name));
  }

  /** As they start. */
  static List<JsonNode> containers(JsonNode pod) {
    return Stream.concat(each(pod.path("initContainers")), each(pod.path("containers"))).toList();
  }

  static Stream<JsonNode> each(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  static List<String> texts(JsonNode array) {
    return each(array).map(JsonNode::asText).toList();
  }
}
