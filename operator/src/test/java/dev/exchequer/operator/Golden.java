package dev.exchequer.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.ir.Redacted;
import dev.exchequer.policy.ModelPattern;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.Set;

/** Expected files. `-Dgolden.update=true` rewrites them and then fails the run, so that nobody updates by accident. */
final class Golden {
  private static final boolean UPDATE = Boolean.getBoolean("golden.update");

  private Golden() {}

  static Path folder() {
    return WorldsTest.root().resolve("operator/src/test/resources");
  }

  static void matches(Path file, String actual) throws IOException {
    if (UPDATE) {
      Files.writeString(file, actual);
      fail("rewrote " + file.getName(file.getNameCount() - 2) + "/" + file.getFileName() + ": read the difference, then run without golden.update");
    }
    assertThat(actual).isEqualTo(Files.readString(file));
  }

  /** For people: names and patterns as text, sets sorted, no secret. */
  static String yaml(GatewayPlan plan) throws IOException {
    SimpleModule text = new SimpleModule();
    text.addSerializer(ObjectName.class, written((name, out) -> out.writeString(name.toString())));
    text.addKeySerializer(ObjectName.class, written((name, out) -> out.writeFieldName(name.toString())));
    text.addSerializer(ModelPattern.class, written((pattern, out) -> out.writeString(pattern.text())));
    text.addSerializer(ZoneId.class, written((zone, out) -> out.writeString(zone.getId())));
    text.addSerializer(Redacted.class, written((secret, out) -> out.writeString(secret.toString())));
    text.addSerializer(Set.class, written((set, out) -> sorted(set, out)));
    YAMLMapper yaml =
        YAMLMapper.builder()
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .addModule(text)
            .visibility(PropertyAccessor.GETTER, JsonAutoDetect.Visibility.NONE)
            .visibility(PropertyAccessor.IS_GETTER, JsonAutoDetect.Visibility.NONE)
            .visibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY)
            .build();
    return yaml.writeValueAsString(plan);
  }

  private static void sorted(Set<?> set, JsonGenerator out) throws IOException {
    out.writeStartArray();
    // enums in the order of their declaration, the rest as text
    for (Object item : set.stream().sorted(Comparator.comparing(Golden::order)).toList()) {
      out.writePOJO(item);
    }
    out.writeEndArray();
  }

  private static String order(Object item) {
    return item instanceof Enum<?> constant ? String.format("%04d", constant.ordinal()) : item.toString();
  }

  private interface Writing<T> {
    void write(T value, JsonGenerator out) throws IOException;
  }

  private static <T> JsonSerializer<T> written(Writing<T> writing) {
    return new JsonSerializer<>() {
      @Override
      public void serialize(T value, JsonGenerator out, SerializerProvider provider) throws IOException {
        writing.write(value, out);
      }
    };
  }
}
