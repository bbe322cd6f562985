package dev.exchequer.server.store.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Whether a server may keep a ledger. Asked at the start and after each reconnect: the server may be another one then. */
final class Fitness {
  private static final int OLDEST = 140_000;
  private static final String SETTINGS =
      """
      SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'), pg_is_in_recovery(),
        current_setting('default_transaction_read_only'), current_setting('server_version_num')::int, current_setting('server_version'),
        current_setting('server_encoding')
      """;

  private Fitness() {}

  /** @throws UnfitDatabase with what to change */
  static void check(Connection connection) throws SQLException {
    try (Statement s = connection.createStatement(); ResultSet r = s.executeQuery(SETTINGS)) {
      r.next();
      refuseIf(r.getInt(6) < OLDEST, "is version " + r.getString(7) + ": use PostgreSQL 14 or newer");
      refuseIf(r.getBoolean(4), "is a standby (pg_is_in_recovery): give the primary, or all hosts with targetServerType=primary in the URL");
      refuseIf(off(r.getString(1)), "has fsync=off and forgets what it acknowledged when its machine fails: set fsync=on in postgresql.conf and reload");
      refuseIf(
          off(r.getString(2)), "has full_page_writes=off and may be damaged when its machine fails: set full_page_writes=on in postgresql.conf and reload");
      refuseIf(
          off(r.getString(3)),
          "has synchronous_commit=off and acknowledges what is not durable: set synchronous_commit=on in postgresql.conf, or for this user or database (ALTER ROLE"
              + " or ALTER DATABASE ... RESET synchronous_commit)");
      refuseIf(!off(r.getString(5)), "is read-only here: set default_transaction_read_only=off for this user and database");
      refuseIf(!r.getString(8).equals("UTF8"), "has the encoding " + r.getString(8) + ": make a database with ENCODING 'UTF8'");
    }
  }

  private static boolean off(String setting) {
    return setting.equals("off");
  }

  private static void refuseIf(boolean unfit, String why) {
    if (unfit) {
      throw new UnfitDatabase("the PostgreSQL server " + why);
    }
  }

  /** Says what to change. */
  static final class UnfitDatabase extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    UnfitDatabase(String message) {
      super(message);
    }
  }
}
