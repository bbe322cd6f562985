package dev.exchequer.server.store.chain;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.flywaydb.core.api.migration.Context;

/**
 * The migration that puts the corrections of house costs that are older than their places into a chain, once, by receipt and attempt. Only their place is written. In
 * one transaction, with one page of rows in memory.
 */
public final class HouseGenesis extends LedgerMigration {
  private static final int PAGE = 1_000;

  /** Where they go. */
  public interface Chain {
    /** The head of the chain that takes them; it is begun if it is not there. Its row in `chains` has its number and hash. */
    Place head(Connection connection) throws SQLException;
  }

  private final Chain chain;
  private final List<String> before;
  private final List<String> after;

  /**
   * @param before statements that lift what forbids edits
   * @param after statements that forbid them again, and whatever the store needs once its rows have places
   */
  public HouseGenesis(String version, Chain chain, List<String> before, List<String> after) {
    super(version, "corrections of house costs in the chains");
    this.chain = chain;
    this.before = before;
    this.after = after;
  }

  @Override
  public void migrate(Context context) throws SQLException {
    Connection connection = context.getConnection();
    run(connection, before);
    if (any(connection)) {
      ChainWriter places = new ChainWriter(chain.head(connection));
      corrections(connection, places);
      head(connection, places.head());
    }
    run(connection, after);
  }

  private static void corrections(Connection connection, ChainWriter places) throws SQLException {
    String page = "SELECT " + StoredRows.HOUSE_COLUMNS + " FROM house_entries WHERE kind = 'Correction' AND (receipt, attempt) > (?, ?) ORDER BY receipt, attempt LIMIT " + PAGE;
    String receipt = "";
    int attempt = 0;
    int read = PAGE;
    try (PreparedStatement select = connection.prepareStatement(page);
        PreparedStatement update = connection.prepareStatement("UPDATE house_entries SET number = ?, hash = ?, chain = ? WHERE receipt = ? AND attempt = ? AND kind = 'Correction'")) {
      while (read == PAGE) {
        read = 0;
        select.setString(1, receipt);
        select.setInt(2, attempt);
        try (ResultSet r = select.executeQuery()) {
          while (r.next()) {
            read++;
            receipt = r.getString(1);
            attempt = r.getInt(2);
            place(update, places.house(StoredRows.house(r)));
            update.setString(4, receipt);
            update.setInt(5, attempt);
            update.addBatch();
          }
        }
        update.executeBatch();
      }
    }
  }

  private static boolean any(Connection connection) throws SQLException {
    try (Statement s = connection.createStatement(); ResultSet r = s.executeQuery("SELECT 1 FROM house_entries WHERE kind = 'Correction' LIMIT 1")) {
      return r.next();
    }
  }
}
