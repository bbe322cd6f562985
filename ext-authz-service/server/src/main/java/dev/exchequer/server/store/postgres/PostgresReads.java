package dev.exchequer.server.store.postgres;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Account;
import dev.exchequer.ledger.Purse;
import dev.exchequer.server.store.LedgerReads;
import dev.exchequer.server.store.ReceiptJson;
import dev.exchequer.server.store.StoredJson;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads on sessions of their own: they see the last commit and never wait for a writer. */
final class PostgresReads implements LedgerReads {
  private final ReadSessions sessions;

  PostgresReads(ReadSessions sessions) {
    this.sessions = sessions;
  }

  private interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  private <T> List<T> query(String sql, List<?> values, Row<T> row) {
    return sessions.read(
        connection -> {
          List<T> rows = new ArrayList<>();
          new Sql(connection).each(sql, r -> rows.add(row.read(r)), values.toArray());
          return rows;
        });
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
    where(sql, values, "model = ?", encoded(q.model()));
    where(sql, values, "status = ?", q.status());
    where(sql, values, "task = ?", q.task());
    where(sql, values, "end_user = ?", encoded(q.endUser()));
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

  private static final StoredJson JSON = new StoredJson();
  private static final String BALANCES = "SELECT name, unit, posted, held, sequence, (SELECT max(time) FROM writers), body FROM accounts";

  private static BalanceRow balanceRow(ResultSet r) throws SQLException {
    Purse purse = JSON.read(r.getString(7), Account.class).purse();
    boolean stopped = purse.suspended() || purse.closed();
    return new BalanceRow(ObjectName.parse(r.getString(1)), r.getString(2), r.getLong(3), r.getLong(4), r.getLong(5), r.getLong(6), stopped);
  }

  @Override
  public List<BalanceRow> balances() {
    return query(BALANCES + " ORDER BY name", List.of(), PostgresReads::balanceRow);
  }

  @Override
  public Optional<BalanceRow> balance(ObjectName name) {
    return query(BALANCES + " WHERE name = ?", List.of(name.toString()), PostgresReads::balanceRow).stream().findFirst();
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
    return query(BALANCES_AT + " ORDER BY a.name", List.of(atMs), PostgresReads::pastBalance);
  }

  @Override
  public Optional<PastBalance> balanceAt(ObjectName name, long atMs) {
    return query(BALANCES_AT + " WHERE a.name = ?", List.of(atMs, name.toString()), PostgresReads::pastBalance).stream().findFirst();
  }

  private static final String ENTRIES = "SELECT " + PostgresChain.ROWS.entryColumns() + " FROM entries";

  @Override
  public Page<EntryRow> entries(ObjectName balance, @Nullable String cursor, int limit) {
    long before;
    try {
      before = cursor == null ? Long.MAX_VALUE : Long.parseLong(cursor);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a cursor of this list: " + cursor, e);
    }
    List<EntryRow> rows =
        query(ENTRIES + " WHERE balance = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?", List.of(balance.toString(), before, limit + 1), PostgresChain.ROWS::entry);
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
                ObjectName.parse(r.getString(1)), ColumnText.decoded(r.getString(2)), r.getString(3), r.getLong(4), r.getLong(5), r.getLong(6), r.getLong(7), r.getLong(8)));
  }

  @Override
  public OpenHolds openHolds() {
    String sql = "SELECT count(*), coalesce(min(held_at), 0) FROM holds WHERE state = 'ACTIVE'";
    return query(sql, List.of(), r -> new OpenHolds(r.getLong(1), r.getLong(2))).getFirst();
  }

  @Override
  public List<EntryRow> correctionsOf(String receipt) {
    return query(ENTRIES + " WHERE receipt = ? AND kind <> 'Charge' ORDER BY balance, sequence", List.of(receipt), PostgresChain.ROWS::entry);
  }

  private static @Nullable String encoded(@Nullable String text) {
    return text == null ? null : ColumnText.encoded(text);
  }

  private static @Nullable String decoded(@Nullable String column) {
    return column == null ? null : ColumnText.decoded(column);
  }
}
