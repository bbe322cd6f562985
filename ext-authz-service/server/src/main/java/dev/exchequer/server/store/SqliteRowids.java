package dev.exchequer.server.store;

import dev.exchequer.server.store.chain.LedgerMigration;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.flywaydb.core.api.migration.Context;

/**
 * The migration that stores large rows where SQLite stores large rows well. A table WITHOUT ROWID is an index, and an index keeps at most about 1,000 bytes of a
 * row (of 4,096 a page) by itself: the rest of each receipt and of each hold had a page of its own, mostly empty, and was written with it. In a table with rowids
 * as much of a row as a page has room for stands beside others.
 *
 * <p>Columns, indexes and triggers stay as they are, whichever there are: they are read from the schema. The file becomes no shorter; what becomes free in it is
 * used by what comes. In one transaction: a crash leaves the tables as they were.
 */
final class SqliteRowids extends LedgerMigration {
  private static final String WITHOUT_ROWID = "WITHOUT ROWID, STRICT";

  /** Those with JSON in their rows. */
  private static final List<String> TABLES = List.of("receipts", "holds", "requests");

  SqliteRowids() {
    super("10.1", "large rows");
  }

  @Override
  public void migrate(Context context) throws SQLException {
    Connection connection = context.getConnection();
    for (String table : TABLES) {
      List<String> around = texts(connection, "SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY rowid", table);
      String old = texts(connection, "SELECT sql FROM sqlite_schema WHERE name = ? AND type = 'table'", table).getFirst();
      try (Statement s = connection.createStatement()) {
        s.execute(withRowid(old, table, table + "_10"));
        s.execute("INSERT INTO " + table + "_10 SELECT * FROM " + table); // in the order of its key, so that later ones follow
        s.execute("DROP TABLE " + table);
        s.execute("ALTER TABLE " + table + "_10 RENAME TO " + table);
        for (String sql : around) {
          s.execute(sql);
        }
      }
    }
  }

  private static String withRowid(String sql, String table, String name) {
    String renamed = Pattern.compile("^CREATE TABLE \"?" + table + "\"?").matcher(sql).replaceFirst("CREATE TABLE " + name);
    if (renamed.equals(sql) || !renamed.endsWith(WITHOUT_ROWID)) {
      throw new IllegalStateException("the table " + table + " is not as this program made it: " + sql);
    }
    return renamed.substring(0, renamed.length() - WITHOUT_ROWID.length()) + "STRICT";
  }

  private static List<String> texts(Connection connection, String sql, String value) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setString(1, value);
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          texts.add(r.getString(1));
        }
      }
    }
    return texts;
  }
}
