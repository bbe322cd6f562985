package dev.exchequer.server.store.chain;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.List;

/** Makes a database of an older version out of one of this: the rows that both have, in the columns that the older one knows. */
public final class OldLedger {
  private static final List<String> TABLES = List.of("accounts", "entries", "holds", "requests", "buckets", "receipts", "refusals", "idempotency", "grants", "policies", "journal");

  private OldLedger() {}

  /**
   * @param old empty, but for its tables
   * @param more tables that only this store has
   */
  public static void fill(Connection old, Connection ledger, List<String> more) throws SQLException {
    for (String table : TABLES) {
      copy(ledger, old, table);
    }
    for (String table : more) {
      copy(ledger, old, table);
    }
  }

  private static void copy(Connection from, Connection to, String table) throws SQLException {
    String columns;
    int width;
    try (Statement s = to.createStatement(); ResultSet r = s.executeQuery("SELECT * FROM " + table + " LIMIT 0")) {
      ResultSetMetaData known = r.getMetaData();
      width = known.getColumnCount();
      StringBuilder names = new StringBuilder(known.getColumnName(1));
      for (int i = 2; i <= width; i++) {
        names.append(", ").append(known.getColumnName(i));
      }
      columns = names.toString();
    }
    String insert = "INSERT INTO " + table + " (" + columns + ") VALUES (" + String.join(",", Collections.nCopies(width, "?")) + ")";
    try (Statement s = from.createStatement();
        ResultSet r = s.executeQuery("SELECT " + columns + " FROM " + table + " ORDER BY 1, 2");
        PreparedStatement row = to.prepareStatement(insert)) {
      while (r.next()) {
        for (int i = 1; i <= width; i++) {
          row.setObject(i, r.getObject(i));
        }
        row.executeUpdate();
      }
    }
  }
}
