package dev.exchequer.operator.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.ir.Redacted;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Secret documents. `${NAME}` in stringData, and nowhere else, is the environment variable of that name.
 *
 * @param environment what may be expanded
 */
public record Secrets(SortedMap<ObjectName, Document> documents, Map<String, String> environment) {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");

  public Secrets {
    documents = new TreeMap<>(documents);
    environment = Map.copyOf(environment);
  }

  public static Secrets none() {
    return new Secrets(new TreeMap<>(), Map.of());
  }

  /** What became of a reference. */
  public sealed interface Lookup {
    record Found(Redacted value) implements Lookup {}

    /** @param code of the diagnostic on the object that refers to it */
    record Missing(String code, String message) implements Lookup {}
  }

  public Lookup find(ObjectName name, String key) {
    Document secret = documents.get(name);
    if (secret == null) {
      List<String> known = documents.keySet().stream().filter(n -> n.namespace().equals(name.namespace())).map(ObjectName::name).toList();
      return new Lookup.Missing("RefNotFound", "there is no Secret " + name + Nearest.suggestion(name.name(), known));
    }
    JsonNode plain = secret.content().path("stringData").path(key);
    if (plain.isTextual()) {
      return expand(name, plain.asText());
    }
    JsonNode encoded = secret.content().path("data").path(key);
    if (encoded.isTextual()) {
      return decode(name, key, encoded.asText());
    }
    List<String> keys = new ArrayList<>();
    secret.content().path("stringData").fieldNames().forEachRemaining(keys::add);
    secret.content().path("data").fieldNames().forEachRemaining(keys::add);
    return new Lookup.Missing("RefNotFound", "the Secret " + name + " has no key " + key + Nearest.suggestion(key, keys));
  }

  private Lookup expand(ObjectName name, String text) {
    Matcher matcher = VARIABLE.matcher(text);
    StringBuilder expanded = new StringBuilder();
    while (matcher.find()) {
      String variable = matcher.group(1);
      String value = environment.get(variable);
      if (value == null || value.isEmpty()) {
        return new Lookup.Missing("VariableUnset", "the Secret " + name + " needs the environment variable " + variable + ", which is not set");
      }
      matcher.appendReplacement(expanded, Matcher.quoteReplacement(value));
    }
    return new Lookup.Found(new Redacted(matcher.appendTail(expanded).toString()));
  }

  private static Lookup decode(ObjectName name, String key, String base64) {
    try {
      return new Lookup.Found(new Redacted(new String(Base64.getMimeDecoder().decode(base64), StandardCharsets.UTF_8)));
    } catch (IllegalArgumentException e) {
      return new Lookup.Missing("SecretInvalid", "the key " + key + " of the Secret " + name + " is not base64");
    }
  }

  /** Not the environment, and no value of a secret. */
  @Override
  public String toString() {
    return "Secrets" + documents.keySet();
  }
}
