package dev.exchequer.server.store.postgres;

import dev.exchequer.server.store.postgres.Sql.Column;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Rows turned into one array for each column, so that a statement writes them all. */
final class Columns<T> {
  private final Collection<T> rows;
  private final Map<String, Column> columns = new LinkedHashMap<>();

  Columns(Collection<T> rows) {
    this.rows = rows;
  }

  Columns<T> text(String name, Function<T, @Nullable Object> value) {
    return column(name, "text", row -> {
      Object given = value.apply(row);
      return given == null ? null : given.toString();
    });
  }

  /** bigint */
  Columns<T> number(String name, Function<T, @Nullable Long> value) {
    return column(name, "int8", value::apply);
  }

  Columns<T> integer(String name, Function<T, @Nullable Integer> value) {
    return column(name, "int4", value::apply);
  }

  Columns<T> bytes(String name, Function<T, byte[]> value) {
    return column(name, "bytea", new byte[rows.size()][], value::apply); // the driver looks at the array's type
  }

  private Columns<T> column(String name, String type, Function<T, @Nullable Object> value) {
    return column(name, type, new @Nullable Object[rows.size()], value);
  }

  private Columns<T> column(String name, String type, @Nullable Object[] values, Function<T, @Nullable Object> value) {
    int i = 0;
    for (T row : rows) {
      values[i++] = value.apply(row);
    }
    columns.put(name, new Column(type, values));
    return this;
  }

  /** INSERT of them all, in the order of the first columns. A row that is there already is an error. */
  String insert(String table) {
    return "INSERT INTO " + table + " (" + names() + ") SELECT * FROM " + unnest() + " ORDER BY 1, 2";
  }

  /** UPDATE of the rows with these keys, every other column. */
  String update(String table, List<String> keys) {
    String sets = String.join(", ", columns.keySet().stream().filter(name -> !keys.contains(name)).map(name -> name + " = w." + name).toList());
    return "UPDATE " + table + " t SET " + sets + " FROM " + unnest() + " AS w(" + names() + ") WHERE " + equal(keys);
  }

  String delete(String table, List<String> keys) {
    return "DELETE FROM " + table + " t USING " + unnest() + " AS w(" + names() + ") WHERE " + equal(keys);
  }

  private static String equal(List<String> keys) {
    return String.join(" AND ", keys.stream().map(key -> "t." + key + " = w." + key).toList());
  }

  private String names() {
    return String.join(", ", columns.keySet());
  }

  private String unnest() {
    return "unnest(" + String.join(", ", columns.values().stream().map(column -> "?::" + column.type() + "[]").toList()) + ")";
  }

  @Nullable Object[] values() {
    return columns.values().toArray();
  }
}
