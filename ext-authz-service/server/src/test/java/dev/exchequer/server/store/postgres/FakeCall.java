package dev.exchequer.server.store.postgres;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement with its values, as the program gave them to JDBC: carried out by the simulated database, and by a real one beside it. */
final class FakeCall {
  /**
   * A column of many rows.
   *
   * @param type as PostgreSQL names it
   */
  record Many(String type, @Nullable Object[] values) {}

  private final String sql;
  private final List<@Nullable Object> values = new ArrayList<>();

  FakeCall(String sql) {
    this.sql = sql;
  }

  String sql() {
    return sql;
  }

  @Nullable Object set(int place, @Nullable Object value) {
    while (values.size() < place) {
      values.add(null);
    }
    values.set(place - 1, value);
    return null;
  }

  /** As the simulated database takes them: whole numbers are one type, columns are arrays. */
  List<@Nullable Object> values() {
    List<@Nullable Object> plain = new ArrayList<>(values.size());
    values.forEach(value -> plain.add(value instanceof Many many ? many.values : FakeStatement.stored(value)));
    return plain;
  }

  /**
   * The same for a real server.
   *
   * @param words the statement, in which the server's own clock may be replaced by the simulated one
   */
  PreparedStatement prepared(Connection connection, String words) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(words);
    for (int i = 0; i < values.size(); i++) {
      switch (values.get(i)) {
        case null -> statement.setNull(i + 1, Types.VARCHAR);
        case Long number -> statement.setLong(i + 1, number);
        case Integer number -> statement.setInt(i + 1, number);
        case byte[] bytes -> statement.setBytes(i + 1, bytes);
        case Many many -> statement.setArray(i + 1, array(connection, many));
        case Object text -> statement.setString(i + 1, text.toString());
      }
    }
    return statement;
  }

  private static Array array(Connection connection, Many many) throws SQLException {
    boolean bytes = many.type.equals("bytea"); // the driver looks at the array's type
    return connection.createArrayOf(many.type, bytes ? Arrays.copyOf(many.values, many.values.length, byte[][].class) : many.values);
  }

  @Override
  public String toString() {
    List<String> told = values.stream().map(value -> value instanceof Many many ? Arrays.toString(many.values) : String.valueOf(value)).toList();
    return sql + " " + told;
  }
}
