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

  /** Gives entries and receipts the places that they had before corrections of house costs had any: in the same order, without gaps. Each chain's head stands in `heads`. */
  public static void withoutCorrections(Connection old, StoredRows rows, String heads) throws SQLException {
    try (Statement s = old.createStatement(); ResultSet chains = s.executeQuery("SELECT id, start FROM chains ORDER BY id")) {
      while (chains.next()) {
        int id = chains.getInt(1);
        ChainWriter places = new ChainWriter(new Place(id, 0, Hash.of(chains.getBytes(2))));
        places(old, rows, id, places);
        try (PreparedStatement head = old.prepareStatement("UPDATE " + heads + " SET number = ?, hash = ? WHERE " + (heads.equals("chains") ? "id" : "chain") + " = ?")) {
          place(head, places.head());
          head.setInt(3, id);
          head.executeUpdate();
        }
      }
    }
  }

  private static void places(Connection old, StoredRows rows, int chain, ChainWriter places) throws SQLException {
    String which = ", number FROM %s WHERE chain = " + chain + " ORDER BY number";
    try (Statement s = old.createStatement();
        Statement t = old.createStatement();
        ResultSet e = s.executeQuery("SELECT " + rows.entryColumns() + which.formatted("entries"));
        ResultSet r = t.executeQuery("SELECT " + rows.wholeReceiptColumns() + which.formatted("receipts"));
        PreparedStatement entry = old.prepareStatement("UPDATE entries SET number = ?, hash = ? WHERE chain = " + chain + " AND number = ?");
        PreparedStatement receipt = old.prepareStatement("UPDATE receipts SET number = ?, hash = ? WHERE chain = " + chain + " AND number = ?")) {
      boolean anEntry = e.next();
      boolean aReceipt = r.next();
      while (anEntry || aReceipt) {
        boolean isEntry = anEntry && (!aReceipt || e.getLong(StoredRows.AFTER_ENTRY) < r.getLong(StoredRows.AFTER_RECEIPT));
        PreparedStatement update = isEntry ? entry : receipt;
        place(update, isEntry ? places.entry(rows.entry(e)) : places.receipt(rows.receipt(r)));
        update.setLong(3, isEntry ? e.getLong(StoredRows.AFTER_ENTRY) : r.getLong(StoredRows.AFTER_RECEIPT));
        update.addBatch();
        if (isEntry) {
          anEntry = e.next();
        } else {
          aReceipt = r.next();
        }
      }
      entry.executeBatch();
      receipt.executeBatch();
    }
  }

  private static void place(PreparedStatement s, Place place) throws SQLException {
    s.setLong(1, place.number());
    s.setBytes(2, place.hash().bytes());
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
        ResultSet r = s.executeQuery("SELECT " + columns + " FROM " + table + " ORDER BY " + (width == 1 ? "1" : "1, 2"));
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
