package dev.exchequer.operator.validate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.crds.RuleMessages;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No CEL rule of the definitions is missing in Java: each message is provoked, in the table of bad YAML or, over a change, in PipelineTest. */
final class RulesCoverTest {
  private static final Path TESTS = Path.of(System.getProperty("exchequer.root", ".."), "operator/src/test");

  @Test
  void everyRuleOfTheDefinitionsIsProvokedByATest() throws IOException, IllegalAccessException {
    Set<String> messages = new TreeSet<>();
    Schemas.load().byKind().values().forEach(schema -> collect(schema, messages));
    assertThat(messages).isNotEmpty();

    String table = texts(TESTS.resolve("resources/bad"));
    String pipeline = Files.readString(TESTS.resolve("java/dev/exchequer/operator/PipelineTest.java"));
    List<String> missing = new ArrayList<>();
    for (String message : messages) {
      if (!table.contains(": " + message + "\n") && !pipeline.contains("RuleMessages." + constant(message))) {
        missing.add(message);
      }
    }
    assertThat(missing).isEmpty();
  }

  private static void collect(JsonNode schema, Set<String> messages) {
    schema.path("x-kubernetes-validations").forEach(rule -> messages.add(rule.path("message").asText()));
    schema.forEach(child -> collect(child, messages));
  }

  private static String constant(String message) throws IllegalAccessException {
    for (Field field : RuleMessages.class.getFields()) {
      if (message.equals(field.get(null))) {
        return field.getName();
      }
    }
    return "(none)";
  }

  private static String texts(Path folder) throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        all.append(Files.readString(file));
      }
    }
    return all.toString();
  }
}
