package dev.exchequer.operator.validate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The custom resource definitions that this build carries.
 *
 * @param byKind the schema of the whole object
 */
record Schemas(Map<String, JsonNode> byKind) {
  private static final List<String> FILES =
      List.of("apikeys", "balances", "budgets", "fallbackpolicies", "modelproviders", "modelroutes", "pricesheets", "projects", "tokengateways");

  static Schemas load() {
    YAMLMapper yaml = new YAMLMapper();
    Map<String, JsonNode> byKind = new TreeMap<>();
    for (String file : FILES) {
      try (InputStream in = Schemas.class.getResourceAsStream(file + ".yaml")) {
        if (in == null) {
          throw new IllegalStateException("the build left out the definition of " + file);
        }
        JsonNode spec = yaml.readTree(in).path("spec");
        byKind.put(spec.path("names").path("kind").asText(), spec.path("versions").path(0).path("schema").path("openAPIV3Schema"));
      } catch (IOException e) {
        throw new UncheckedIOException("the definition of " + file + " cannot be read", e);
      }
    }
    return new Schemas(Map.copyOf(byKind));
  }

  Set<String> kinds() {
    return byKind.keySet();
  }

  JsonNode of(String kind) {
    JsonNode schema = byKind.get(kind);
    if (schema == null) {
      throw new IllegalArgumentException("no such kind: " + kind);
    }
    return schema;
  }
}
