package dev.exchequer.operator.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.money.Money;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A part of a resource's spec with its place in it. Reading is lenient, an absent or wrong value is the default: the schema check has already named it.
 *
 * @param path in the resource, e.g. "spec.hops[0]"
 */
public record Spec(JsonNode node, String path) {
  public static Spec of(Document document) {
    return new Spec(document.spec(), "spec");
  }

  /** An object, or an empty one where it is absent. */
  public Spec part(String field) {
    return new Spec(node.path(field), at(field));
  }

  /** The entries of a list; none where it is absent. */
  public List<Spec> list(String field) {
    List<Spec> entries = new ArrayList<>();
    for (JsonNode entry : node.path(field).isArray() ? node.path(field) : MissingNode.getInstance()) {
      entries.add(new Spec(entry, at(field) + "[" + entries.size() + "]"));
    }
    return entries;
  }

  public List<String> texts(String field) {
    return list(field).stream().map(entry -> entry.node.asText("")).toList();
  }

  public boolean has(String field) {
    return node.hasNonNull(field);
  }

  public String text(String field) {
    return text(field, "");
  }

  public String text(String field, String absent) {
    JsonNode value = node.path(field);
    return value.isTextual() ? value.asText() : absent;
  }

  public boolean flag(String field) {
    return node.path(field).asBoolean(false);
  }

  public int number(String field, int absent) {
    return node.path(field).asInt(absent);
  }

  public long longNumber(String field, long absent) {
    return node.path(field).asLong(absent);
  }

  /** Nano-units. */
  public long money(String field, long absent) {
    JsonNode value = node.path(field);
    try {
      return value.isTextual() ? Money.parse(value.asText()) : absent;
    } catch (IllegalArgumentException e) {
      return absent;
    }
  }

  /** Milliseconds. */
  public long duration(String field, long absent) {
    return Durations.parse(text(field)).orElse(absent);
  }

  /** Milliseconds since the epoch, 0 = absent. */
  public long time(String field) {
    return parseTime(text(field)).orElse(0L);
  }

  public static Optional<Long> parseTime(String text) {
    try {
      return Optional.of(OffsetDateTime.parse(text).toInstant()).map(Instant::toEpochMilli);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** The name that a reference `{name, namespace}` at this field means; empty if it is absent. */
  public Optional<ObjectName> ref(String field, ObjectName owner) {
    return part(field).asRef(owner);
  }

  /** This, read as a reference. */
  public Optional<ObjectName> asRef(ObjectName owner) {
    String name = text("name");
    String namespace = text("namespace", owner.namespace());
    return name.isEmpty() || namespace.isEmpty() || (name + namespace).contains("/") ? Optional.empty() : Optional.of(new ObjectName(namespace, name));
  }

  public List<ObjectName> refs(String field, ObjectName owner) {
    return list(field).stream().flatMap(entry -> entry.asRef(owner).stream()).toList();
  }

  public String at(String field) {
    return path + "." + field;
  }

  /** Every object below with this field name, with its place. */
  public void forEachBelow(String field, BiConsumer<Spec, String> visit) {
    node.fields()
        .forEachRemaining(
            entry -> {
              if (entry.getKey().equals(field) && entry.getValue().isObject()) {
                visit.accept(part(field), at(field));
              } else {
                new Spec(entry.getValue(), at(entry.getKey())).forEachBelow(field, visit);
              }
            });
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      new Spec(node.get(i), path + "[" + i + "]").forEachBelow(field, visit);
    }
  }
}
