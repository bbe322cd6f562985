package dev.exchequer.server.store;

import dev.exchequer.identity.ObjectName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/** Reads on connections of their own: in WAL mode they see the last commit and never wait for the writer, nor it for them. */
public final class SqliteReads implements LedgerReads, AutoCloseable {
  private static final int CONNECTIONS = 3;

  private final BlockingQueue<Connection> idle = new ArrayBlockingQueue<>(CONNECTIONS);

  public SqliteReads(SqliteStore store) {
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        idle.add(store.files().connect(true));
      }
    } catch (SQLException e) {
      throw new IllegalStateException("cannot open the ledger for reading", e);
    }
  }

  private interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  private <T> List<T> query(String sql, List<?> values, Row<T> row) {
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
  public Optional<String> receipt(String id) {
    return query("SELECT body FROM receipts WHERE id = ?", List.of(id), r -> r.getString(1)).stream().findFirst().map(body -> joined(id, body));
  }

  private String joined(String id, String body) {
    return ReceiptJson.withCorrections(body, correctionsOf(id));
  }

  @Override
  public Page<String> receipts(ReceiptQuery q) {
    StringBuilder sql = new StringBuilder("SELECT id, body FROM receipts WHERE 1 = 1");
    List<Object> values = new ArrayList<>();
    where(sql, values, "api_key = ?", q.key());
    where(sql, values, "project = ?", q.project());
    where(sql, values, "route = ?", q.route());
    where(sql, values, "model = ?", q.model());
    where(sql, values, "status = ?", q.status());
    where(sql, values, "task = ?", q.task());
    where(sql, values, "end_user = ?", q.endUser());
    where(sql, values, "time >= ?", q.from());
    where(sql, values, "time < ?", q.to());
    where(sql, values, "id < ?", q.cursor());
    sql.append(" ORDER BY id DESC LIMIT ?");
    values.add(q.limit() + 1);
    List<String[]> rows = query(sql.toString(), values, r -> new String[] {r.getString(1), r.getString(2)});
    boolean more = rows.size() > q.limit();
    List<String> items = new ArrayList<>();
    for (String[] row : more ? rows.subList(0, q.limit()) : rows) {
      items.add(joined(row[0], row[1]));
    }
    return new Page<>(items, more ? rows.get(q.limit() - 1)[0] : null);
  }

  private static void where(StringBuilder sql, List<Object> values, String condition, @Nullable Object value) {
    if (value != null) {
      sql.append(" AND ").append(condition);
      values.add(value);
    }
  }

  private static final String BALANCES =
      "SELECT name, unit, posted, held, sequence, (SELECT value FROM meta WHERE name = 'time'),"
          + " coalesce(json_extract(purse, '$.suspended') OR json_extract(purse, '$.closed'), 0) FROM accounts";

  private static BalanceRow balanceRow(ResultSet r) throws SQLException {
    return new BalanceRow(ObjectName.parse(r.getString(1)), r.getString(2), r.getLong(3), r.getLong(4), r.getLong(5), r.getLong(6), r.getBoolean(7));
  }

  @Override
  public List<BalanceRow> balances() {
    return query(BALANCES + " ORDER BY name", List.of(), SqliteReads::balanceRow);
  }

  @Override
  public Optional<BalanceRow> balance(ObjectName name) {
    return query(BALANCES + " WHERE name = ?", List.of(name.toString()), SqliteReads::balanceRow).stream().findFirst();
  }

  private static final String BALANCES_AT =
      """
      SELECT a.name, a.unit, coalesce(e.after, 0), coalesce(e.sequence, 0) FROM accounts a
      LEFT JOIN entries e ON e.balance = a.name
        AND e.sequence = (SELECT sequence FROM entries WHERE balance = a.name AND time <= ? ORDER BY sequence DESC LIMIT 1)
      """;

  private static PastBalance pastBalance(ResultSet r) throws SQLException {
    return new PastBalance(ObjectName.parse(r.getString(1)), r.getString(2), r.getLong(3), r.getLong(4));
  }

  @Override
  public List<PastBalance> balancesAt(long atMs) {
    return query(BALANCES_AT + " ORDER BY a.name", List.of(atMs), SqliteReads::pastBalance);
  }

  @Override
  public Optional<PastBalance> balanceAt(ObjectName name, long atMs) {
    return query(BALANCES_AT + " WHERE a.name = ?", List.of(atMs, name.toString()), SqliteReads::pastBalance).stream().findFirst();
  }

  private static final String ENTRIES = "SELECT " + SqliteChain.ROWS.entryColumns() + " FROM entries";

  @Override
  public Page<EntryRow> entries(ObjectName balance, @Nullable String cursor, int limit) {
    long before;
    try {
      before = cursor == null ? Long.MAX_VALUE : Long.parseLong(cursor);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a cursor of this list: " + cursor, e);
    }
    List<EntryRow> rows =
        query(ENTRIES + " WHERE balance = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?", List.of(balance.toString(), before, limit + 1), SqliteChain.ROWS::entry);
    boolean more = rows.size() > limit;
    List<EntryRow> items = more ? rows.subList(0, limit) : rows;
    return new Page<>(items, more ? Long.toString(items.get(limit - 1).sequence()) : null);
  }

  @Override
  public List<BudgetRow> budgets() {
    return query(
        "SELECT budget, value, unit, spent, held, window_start, window_end, last_used FROM buckets ORDER BY budget, value, unit, window_start DESC",
        List.of(),
        r ->
            new BudgetRow(
                ObjectName.parse(r.getString(1)), r.getString(2), r.getString(3), r.getLong(4), r.getLong(5), r.getLong(6), r.getLong(7), r.getLong(8)));
  }

  @Override
  public OpenHolds openHolds() {
    String sql = "SELECT count(*), coalesce(min(json_extract(body, '$.heldAtMs')), 0) FROM holds INDEXED BY active_holds WHERE state = 'ACTIVE'";
    return query(sql, List.of(), r -> new OpenHolds(r.getLong(1), r.getLong(2))).getFirst();
  }

  @Override
  public List<EntryRow> correctionsOf(String receipt) {
    return query(ENTRIES + " WHERE receipt = ? AND kind <> 'Charge' ORDER BY balance, sequence", List.of(receipt), SqliteChain.ROWS::entry);
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
