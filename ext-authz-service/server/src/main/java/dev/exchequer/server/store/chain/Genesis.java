package dev.exchequer.server.store.chain;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.flywaydb.core.api.migration.Context;

/**
 * The migration that gives the rows that are older than chains a chain of their own, once: entries by balance and sequence, then receipts by id. Only their place
 * is written. In one transaction, with one page of rows in memory.
 */
public final class Genesis extends LedgerMigration {
  /** The writer of the chain of what is older than chains. */
  public static final String WRITER = "genesis";

  private static final int PAGE = 1_000;

  private final StoredRows rows;
  private final List<String> before;
  private final List<String> after;

  /**
   * @param before statements that lift what forbids edits
   * @param after statements that forbid them again, and whatever the store needs once its rows have places
   */
  public Genesis(String version, StoredRows rows, List<String> before, List<String> after) {
    super(version, "the chain of what is older than chains");
    this.rows = rows;
    this.before = before;
    this.after = after;
  }

  @Override
  public void migrate(Context context) throws SQLException {
    Connection connection = context.getConnection();
    run(connection, before);
    if (any(connection, "entries") || any(connection, "receipts")) {
      chain(connection);
    }
    run(connection, after);
  }

  private void chain(Connection connection) throws SQLException {
    String ledger = text(connection, "SELECT id FROM ledger");
    Hash start = ChainWriter.start(ledger, WRITER, 0, null);
    int chain = begin(connection, start);
    ChainWriter places = new ChainWriter(new Place(chain, 0, start));
    entries(connection, places);
    receipts(connection, places);
    head(connection, places.head());
  }

  private static int begin(Connection connection, Hash start) throws SQLException {
    try (PreparedStatement s = connection.prepareStatement("INSERT INTO chains (writer, epoch, start, number, hash) VALUES (?, 0, ?, 0, ?) RETURNING id")) {
      s.setString(1, WRITER);
      s.setBytes(2, start.bytes());
      s.setBytes(3, start.bytes());
      try (ResultSet r = s.executeQuery()) {
        r.next();
        return r.getInt(1);
      }
    }
  }

  private void entries(Connection connection, ChainWriter places) throws SQLException {
    String page = "SELECT " + rows.entryColumns() + " FROM entries WHERE (balance, sequence) > (?, ?) ORDER BY balance, sequence LIMIT " + PAGE;
    String balance = "";
    long sequence = 0;
    int read = PAGE;
    try (PreparedStatement select = connection.prepareStatement(page);
        PreparedStatement update = connection.prepareStatement("UPDATE entries SET number = ?, hash = ?, chain = ? WHERE balance = ? AND sequence = ?")) {
      while (read == PAGE) {
        read = 0;
        select.setString(1, balance);
        select.setLong(2, sequence);
        try (ResultSet r = select.executeQuery()) {
          while (r.next()) {
            read++;
            balance = r.getString(1);
            sequence = r.getLong(2);
            place(update, places.entry(rows.entry(r)));
            update.setString(4, balance);
            update.setLong(5, sequence);
            update.addBatch();
          }
        }
        update.executeBatch();
      }
    }
  }

  private void receipts(Connection connection, ChainWriter places) throws SQLException {
    String page = "SELECT " + rows.wholeReceiptColumns() + " FROM receipts WHERE id > ? ORDER BY id LIMIT " + PAGE;
    String id = "";
    int read = PAGE;
    try (PreparedStatement select = connection.prepareStatement(page);
        PreparedStatement update = connection.prepareStatement("UPDATE receipts SET number = ?, hash = ?, chain = ? WHERE id = ?")) {
      while (read == PAGE) {
        read = 0;
        select.setString(1, id);
        try (ResultSet r = select.executeQuery()) {
          while (r.next()) {
            read++;
            id = r.getString(1);
            place(update, places.receipt(rows.receipt(r)));
            update.setString(4, id);
            update.addBatch();
          }
        }
        update.executeBatch();
      }
    }
  }

  private static boolean any(Connection connection, String table) throws SQLException {
    try (Statement s = connection.createStatement(); ResultSet r = s.executeQuery("SELECT 1 FROM " + table + " LIMIT 1")) {
      return r.next();
    }
  }

  private static String text(Connection connection, String sql) throws SQLException {
    try (Statement s = connection.createStatement(); ResultSet r = s.executeQuery(sql)) {
      r.next();
      return r.getString(1);
    }
  }
}
