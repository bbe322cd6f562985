package dev.exchequer.server.store.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Statements with values: text, whole numbers, bytes, and columns of them as arrays. The driver keeps prepared what is used again. */
final class Sql {
  private final Connection connection;

  Sql(Connection connection) {
    this.connection = connection;
  }

  interface Row {
    void read(ResultSet row) throws SQLException;
  }

  /** A column of many rows. */
  record Column(String type, @Nullable Object[] values) {
    static Column text(Collection<?> values) {
      return new Column("text", values.stream().map(value -> value == null ? null : value.toString()).toArray());
    }
  }

  void each(String sql, Row row, @Nullable Object... values) throws SQLException {
    try (PreparedStatement s = prepared(sql, values); ResultSet r = s.executeQuery()) {
      while (r.next()) {
        row.read(r);
      }
    }
  }

  int run(String sql, @Nullable Object... values) throws SQLException {
    try (PreparedStatement s = prepared(sql, values)) {
      return s.executeUpdate();
    }
  }

  private PreparedStatement prepared(String sql, @Nullable Object[] values) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < values.length; i++) {
      switch (values[i]) {
        case null -> statement.setNull(i + 1, Types.VARCHAR);
        case Long number -> statement.setLong(i + 1, number);
        case Integer number -> statement.setInt(i + 1, number);
        case byte[] bytes -> statement.setBytes(i + 1, bytes);
        case Column column -> statement.setArray(i + 1, connection.createArrayOf(column.type, column.values));
        case Object text -> statement.setString(i + 1, text.toString());
      }
    }
    return statement;
  }
}
