package dev.exchequer.operator.validate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.crds.Formats;
import dev.exchequer.money.Money;
import dev.exchequer.operator.model.Nearest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * An object against the schema of its custom resource definition: the same file that the API server checks by, so that both refuse the same. Unknown
 * fields are refused, not pruned.
 */
final class SchemaCheck {
  private final Found found;

  SchemaCheck(Found found) {
    this.found = found;
  }

  void value(JsonNode schema, JsonNode value, String path) {
    String type = schema.path("type").asText("");
    if (!schema.path("x-kubernetes-int-or-string").asBoolean(false) && !isA(type, value)) {
      found.error("WrongType", path, "must be " + article(type) + ", not " + shown(value) + quotes(type, value));
      return;
    }
    if (schema.has("enum")) {
      oneOf(schema.get("enum"), value, path);
    }
    switch (value.getNodeType()) {
      case STRING -> text(schema, value.asText(), path);
      case NUMBER -> number(schema, value, path);
      case ARRAY -> array(schema, value, path);
      case OBJECT -> object(schema, value, path);
      case BOOLEAN, NULL, BINARY, MISSING, POJO -> {}
    }
  }

  private void object(JsonNode schema, JsonNode value, String path) {
    JsonNode properties = schema.path("properties");
    within(schema, "minProperties", "maxProperties", value.size(), path, "entries");
    for (JsonNode required : schema.path("required")) {
      if (!value.has(required.asText())) {
        found.error("Required", child(path, required.asText()), "is required");
      }
    }
    value
        .fields()
        .forEachRemaining(
            entry -> {
              String name = entry.getKey();
              JsonNode known = properties.has(name) ? properties.get(name) : schema.path("additionalProperties");
              if (!known.isObject()) {
                unknown(properties, name, path);
              } else if (!entry.getValue().isNull() || !known.has("default") && !known.path("nullable").asBoolean(false)) {
                value(known, entry.getValue(), child(path, name));
              }
            });
  }

  private void unknown(JsonNode properties, String name, String path) {
    List<String> names = new ArrayList<>();
    properties.fieldNames().forEachRemaining(names::add);
    found.error("UnknownField", child(path, name), "unknown field" + Nearest.suggestion(name, names));
  }

  private void array(JsonNode schema, JsonNode value, String path) {
    within(schema, "minItems", "maxItems", value.size(), path, "entries");
    List<String> keys = new ArrayList<>();
    schema.path("x-kubernetes-list-map-keys").forEach(key -> keys.add(key.asText()));
    boolean set = schema.path("x-kubernetes-list-type").asText("").equals("set");
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < value.size(); i++) {
      JsonNode item = value.get(i);
      String at = path + "[" + i + "]";
      value(schema.path("items"), item, at);
      if (set && !seen.add(item.toString())) {
        found.error("Duplicate", at, "is there twice: " + shown(item));
      } else if (!keys.isEmpty() && item.has(keys.getFirst()) && !seen.add(keys.stream().map(key -> item.path(key).toString()).toList().toString())) {
        found.error("Duplicate", child(at, keys.getFirst()), "is there twice: " + shown(item.path(keys.getFirst())));
      }
    }
  }

  private void text(JsonNode schema, String value, String path) {
    within(schema, "minLength", "maxLength", value.codePointCount(0, value.length()), path, "characters");
    String pattern = schema.path("pattern").asText("");
    if (!pattern.isEmpty() && !Pattern.compile(pattern).matcher(value).find()) {
      found.error("Invalid", path, wanted(pattern));
    } else if (pattern.equals(Formats.MONEY)) {
      money(value, path);
    }
  }

  /** In words where there are some. */
  private static String wanted(String pattern) {
    return switch (pattern) {
      case Formats.MONEY -> "must be a decimal like \"12.5\", at most 9 decimals, no sign, no exponent";
      case Formats.DURATION -> "must be a duration like 30s, 250ms or 1h30m";
      case Formats.UNIT -> "must be a unit like CNY or CREDIT: 2 to 16 capital letters, digits and _";
      case Formats.LABEL, Formats.OBJECT_NAME -> "must be a name of lower-case letters, digits and -";
      case Formats.SHA256 -> "must be 64 lower-case hex digits";
      case Formats.MODEL_PATTERN -> "must be a model name, a prefix with a trailing *, or * alone";
      default -> "must match " + pattern;
    };
  }

  /** The one thing that the pattern cannot say. */
  private void money(String value, String path) {
    try {
      Money.parse(value);
    } catch (IllegalArgumentException e) {
      found.error("Invalid", path, String.valueOf(e.getMessage()));
    }
  }

  private void number(JsonNode schema, JsonNode value, String path) {
    JsonNode least = schema.path("minimum");
    JsonNode most = schema.path("maximum");
    if (least.isNumber() && value.decimalValue().compareTo(least.decimalValue()) < 0) {
      found.error("Invalid", path, "must be at least " + least.decimalValue().toBigInteger());
    } else if (most.isNumber() && value.decimalValue().compareTo(most.decimalValue()) > 0) {
      found.error("Invalid", path, "must be at most " + most.decimalValue().toBigInteger());
    } else if (schema.path("format").asText("").equals("int32") && !value.canConvertToInt() || !value.canConvertToLong()) {
      found.error("Invalid", path, "is too large");
    }
  }

  private void within(JsonNode schema, String min, String max, int size, String path, String what) {
    if (schema.has(min) && size == 0 && schema.get(min).asInt() > 0) {
      found.error("Invalid", path, "must not be empty");
    } else if (schema.has(min) && size < schema.get(min).asInt()) {
      found.error("Invalid", path, "must have at least " + schema.get(min).asInt() + " " + what);
    } else if (schema.has(max) && size > schema.get(max).asInt()) {
      found.error("Invalid", path, "must have at most " + schema.get(max).asInt() + " " + what);
    }
  }

  private void oneOf(JsonNode values, JsonNode value, String path) {
    List<String> known = new ArrayList<>();
    for (JsonNode candidate : values) {
      if (candidate.equals(value) || candidate.isNumber() && value.isNumber() && candidate.decimalValue().compareTo(value.decimalValue()) == 0) {
        return;
      }
      known.add(candidate.asText());
    }
    found.error("UnknownValue", path, "must be one of " + String.join(", ", known) + ", not " + shown(value) + Nearest.suggestion(value.asText(), known));
  }

  private static boolean isA(String type, JsonNode value) {
    return switch (type) {
      case "string" -> value.isTextual();
      case "boolean" -> value.isBoolean();
      case "integer" -> value.isIntegralNumber();
      case "number" -> value.isNumber();
      case "array" -> value.isArray();
      case "object" -> value.isObject();
      default -> !value.isNull();
    };
  }

  private static String quotes(String type, JsonNode value) {
    return type.equals("string") && (value.isNumber() || value.isBoolean()) ? ": put it in quotes" : "";
  }

  private static String article(String type) {
    return switch (type) {
      case "string" -> "a string";
      case "boolean" -> "true or false";
      case "integer" -> "a whole number";
      case "array" -> "a list";
      case "object" -> "an object";
      default -> "a " + type;
    };
  }

  private static String shown(JsonNode value) {
    String text = value.isNull() ? "nothing" : value.toString();
    return text.length() > 60 ? text.substring(0, 60) + "..." : text;
  }

  private static String child(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}
