package dev.exchequer.server.store.postgres;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What an error of the database means for a batch that was not committed, by its SQLSTATE (PostgreSQL manual, appendix A). */
enum Trouble {
  /** Another replica was in the way: decide again, on what is there now. */
  CONFLICT,
  /** The session is gone, or its server will not write: open another one. */
  BROKEN,
  /** The rows themselves: some command of the batch asks for what the tables refuse. */
  REFUSED,
  /** Anything else: not now. */
  UNAVAILABLE;

  static Trouble of(SQLException e) {
    String state = e.getSQLState();
    if (state == null) {
      return BROKEN;
    }
    return switch (state) {
      // serialization failure, deadlock, unique violation
      case "40001", "40P01", "23505" -> CONFLICT;
      // read-only: the server became a standby; the session was ended for idling inside a transaction
      case "25006", "25P03" -> BROKEN;
      // raise_exception: a trigger
      case "P0001" -> REFUSED;
      default -> ofClass(state.substring(0, 2));
    };
  }

  private static Trouble ofClass(String sqlClass) {
    return switch (sqlClass) {
      // connection, operator intervention (shutdown, crash), invalid authorization
      case "08", "57", "28" -> BROKEN;
      // integrity, data exception
      case "23", "22" -> REFUSED;
      default -> UNAVAILABLE;
    };
  }

  /** The SQL error in the causes of something that was thrown. */
  static @Nullable SQLException in(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof SQLException sql) {
        return sql;
      }
    }
    return null;
  }
}
