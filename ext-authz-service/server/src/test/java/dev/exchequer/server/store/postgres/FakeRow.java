package dev.exchequer.server.store.postgres;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One version of a row, by column: text, whole numbers, bytes, nothing. */
final class FakeRow {
  private final Map<String, @Nullable Object> values;

  FakeRow() {
    values = new HashMap<>();
  }

  /** Another version of the same. */
  FakeRow(FakeRow before) {
    values = new HashMap<>(before.values);
  }

  FakeRow with(String column, @Nullable Object value) {
    values.put(column, value);
    return this;
  }

  @Nullable Object get(String column) {
    return values.get(column);
  }

  Object value(String column) {
    return Objects.requireNonNull(values.get(column), column);
  }

  String text(String column) {
    return (String) value(column);
  }

  long number(String column) {
    return (Long) value(column);
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
