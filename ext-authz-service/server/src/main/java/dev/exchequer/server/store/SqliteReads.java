package dev.exchequer.server.store;

import dev.exchequer.identity.ObjectName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/** Reads on connections of their own: in WAL mode they see the last commit and never wait for the writer, nor it for them. */
public final class SqliteReads extends SqlReads implements AutoCloseable {
  private static final int CONNECTIONS = 3;

  private static final String BALANCES =
      "SELECT name, unit, posted, held, sequence, (SELECT value FROM meta WHERE name = 'time'),"
          + " coalesce(json_extract(purse, '$.suspended') OR json_extract(purse, '$.closed'), 0) FROM accounts";
  private static final String OPEN_HOLDS = "SELECT count(*), coalesce(min(json_extract(body, '$.heldAtMs')), 0) FROM holds INDEXED BY active_holds WHERE state = 'ACTIVE'";

  private final BlockingQueue<Connection> idle = new ArrayBlockingQueue<>(CONNECTIONS);

  public SqliteReads(SqliteStore store) {
    super(BALANCES, OPEN_HOLDS, SqliteChain.ROWS);
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        idle.add(store.files().connect(true));
      }
    } catch (SQLException e) {
      throw new IllegalStateException("cannot open the ledger for reading", e);
    }
  }

  @Override
  protected <T> List<T> query(String sql, List<?> values, Row<T> row) {
    Connection connection = null;
    try {
      connection = idle.take();
      try (PreparedStatement s = connection.prepareStatement(sql)) {
        for (int i = 0; i < values.size(); i++) {
          s.setObject(i + 1, values.get(i));
        }
        List<T> rows = new ArrayList<>();
        try (ResultSet r = s.executeQuery()) {
          while (r.next()) {
            rows.add(row.read(r));
          }
        }
        return rows;
      }
    } catch (SQLException e) {
      throw new LedgerLane.LedgerUnavailable("the ledger cannot be read", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LedgerLane.LedgerUnavailable("interrupted", e);
    } finally {
      if (connection != null) {
        idle.add(connection);
      }
    }
  }

  @Override
  protected @Nullable String stored(@Nullable String text) {
    return text;
  }

  @Override
  protected BalanceRow balanceRow(ResultSet r) throws SQLException {
    return new BalanceRow(ObjectName.parse(r.getString(1)), r.getString(2), r.getLong(3), r.getLong(4), r.getLong(5), r.getLong(6), r.getBoolean(7));
  }

  @Override
  public void close() {
    for (Connection connection : idle) {
      try {
        connection.close();
      } catch (SQLException e) {
        throw new IllegalStateException("closing the ledger's readers", e);
      }
    }
  }
}
