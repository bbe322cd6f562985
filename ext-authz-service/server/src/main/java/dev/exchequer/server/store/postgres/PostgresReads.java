package dev.exchequer.server.store.postgres;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Account;
import dev.exchequer.ledger.Purse;
import dev.exchequer.server.store.SqlReads;
import dev.exchequer.server.store.StoredJson;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads on sessions of their own: they see the last commit and never wait for a writer. */
final class PostgresReads extends SqlReads {
  private static final StoredJson JSON = new StoredJson();
  private static final String BALANCES = "SELECT name, unit, posted, held, sequence, (SELECT max(time) FROM writers), body FROM accounts";
  private static final String OPEN_HOLDS = "SELECT count(*), coalesce(min(held_at), 0) FROM holds WHERE state = 'ACTIVE'";

  private final ReadSessions sessions;

  PostgresReads(ReadSessions sessions) {
    super(BALANCES, OPEN_HOLDS, PostgresChain.ROWS);
    this.sessions = sessions;
  }

  @Override
  protected <T> List<T> query(String sql, List<?> values, Row<T> row) {
    return sessions.read(
        connection -> {
          List<T> rows = new ArrayList<>();
          new Sql(connection).each(sql, r -> rows.add(row.read(r)), values.toArray());
          return rows;
        });
  }

  @Override
  protected BalanceRow balanceRow(ResultSet r) throws SQLException {
    Purse purse = JSON.read(r.getString(7), Account.class).purse();
    boolean stopped = purse.suspended() || purse.closed();
    return new BalanceRow(ObjectName.parse(r.getString(1)), r.getString(2), r.getLong(3), r.getLong(4), r.getLong(5), r.getLong(6), stopped);
  }

  @Override
  protected @Nullable String stored(@Nullable String text) {
    return text == null ? null : ColumnText.encoded(text);
  }
}
