package dev.exchequer.server.store;

import dev.exchequer.ledger.Alert;
import dev.exchequer.server.store.LedgerHistory.AlertQuery;
import dev.exchequer.server.store.LedgerHistory.AlertRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The rows of alerts, by the SQL that the stores have in common. */
final class SqlAlerts {
  private static final String ROWS = "SELECT body, attempts, next_attempt, delivered_at, error, time, id FROM alerts ";
  private static final StoredJson JSON = new StoredJson();

  private final UnaryOperator<@Nullable String> given;

  /** @param given a text of others as it was given */
  SqlAlerts(UnaryOperator<@Nullable String> given) {
    this.given = given;
  }

  LedgerReads.Page<AlertRow> page(Connection connection, AlertQuery query) throws SQLException {
    String after = query.cursor();
    List<Object> values = new ArrayList<>();
    if (after != null) {
      int slash = after.indexOf('/');
      try {
        values.add(Long.parseLong(after.substring(0, Math.max(slash, 0))));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("not a cursor of this list: " + after, e);
      }
      values.add(after.substring(slash + 1));
    }
    values.add(query.limit() + 1);
    List<String> cursors = new ArrayList<>();
    List<AlertRow> rows =
        rows(connection, ROWS + (after == null ? "" : "WHERE (time, id) < (?, ?) ") + "ORDER BY time DESC, id DESC LIMIT ?", values, cursors);
    boolean more = rows.size() > query.limit();
    return new LedgerReads.Page<>(more ? rows.subList(0, query.limit()) : rows, more ? cursors.get(query.limit() - 1) : null);
  }

  /** @param whose with the values that follow the time */
  List<AlertRow> due(Connection connection, String whose, List<Object> values, int limit) throws SQLException {
    List<Object> all = new ArrayList<>(values);
    all.add(limit);
    return rows(connection, ROWS + "WHERE next_attempt IS NOT NULL AND " + whose + " ORDER BY next_attempt, id LIMIT ?", all, new ArrayList<>());
  }

  long waiting(Connection connection) throws SQLException {
    try (PreparedStatement s = connection.prepareStatement("SELECT count(*) FROM alerts WHERE next_attempt IS NOT NULL"); ResultSet r = s.executeQuery()) {
      return r.next() ? r.getLong(1) : 0;
    }
  }

  private List<AlertRow> rows(Connection connection, String sql, List<Object> values, List<String> cursors) throws SQLException {
    List<AlertRow> rows = new ArrayList<>();
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.size(); i++) {
        s.setObject(i + 1, values.get(i));
      }
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          rows.add(new AlertRow(JSON.read(r.getString(1), Alert.class), r.getInt(2), number(r, 3), number(r, 4), given.apply(r.getString(5))));
          cursors.add(r.getLong(6) + "/" + r.getString(7));
        }
      }
    }
    return rows;
  }

  private static @Nullable Long number(ResultSet row, int column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? null : Long.valueOf(value);
  }
}
