package dev.exchequer.server.store;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.server.store.chain.StoredRows;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What people and callers read of a ledger in a database, by the SQL that the stores have in common. */
public abstract class SqlReads implements LedgerReads {
  private final String balances;
  private final String openHolds;
  private final String entries;
  private final StoredRows rows;

  /**
   * @param balances SELECT of all accounts, for {@link #balanceRow}
   * @param openHolds SELECT of how many holds are active and when the oldest was made, 0 = there is none
   */
  protected SqlReads(String balances, String openHolds, StoredRows rows) {
    this.balances = balances;
    this.openHolds = openHolds;
    this.rows = rows;
    this.entries = "SELECT " + rows.entryColumns() + " FROM entries";
  }

  /** Reads one row. */
  protected interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** @throws LedgerLane.LedgerUnavailable if the ledger cannot be read now */
  protected abstract <T> List<T> query(String sql, List<?> values, Row<T> row);

  protected abstract BalanceRow balanceRow(ResultSet row) throws SQLException;

  /** The text of a caller as its column has it. */
  protected abstract @Nullable String stored(@Nullable String text);

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
    where(sql, values, "model = ?", stored(q.model()));
    where(sql, values, "status = ?", q.status());
    where(sql, values, "task = ?", q.task());
    where(sql, values, "end_user = ?", stored(q.endUser()));
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

  @Override
  public List<BalanceRow> balances() {
    return query(balances + " ORDER BY name", List.of(), this::balanceRow);
  }

  @Override
  public Optional<BalanceRow> balance(ObjectName name) {
    return query(balances + " WHERE name = ?", List.of(name.toString()), this::balanceRow).stream().findFirst();
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
    return query(BALANCES_AT + " ORDER BY a.name", List.of(atMs), SqlReads::pastBalance);
  }

  @Override
  public Optional<PastBalance> balanceAt(ObjectName name, long atMs) {
    return query(BALANCES_AT + " WHERE a.name = ?", List.of(atMs, name.toString()), SqlReads::pastBalance).stream().findFirst();
  }

  @Override
  public Page<EntryRow> entries(ObjectName balance, @Nullable String cursor, int limit) {
    long before;
    try {
      before = cursor == null ? Long.MAX_VALUE : Long.parseLong(cursor);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a cursor of this list: " + cursor, e);
    }
    List<EntryRow> found =
        query(entries + " WHERE balance = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?", List.of(balance.toString(), before, limit + 1), rows::entry);
    boolean more = found.size() > limit;
    List<EntryRow> items = more ? found.subList(0, limit) : found;
    return new Page<>(items, more ? Long.toString(items.get(limit - 1).sequence()) : null);
  }

  @Override
  public List<BudgetRow> budgets() {
    return query(
        "SELECT budget, value, unit, spent, held, window_start, window_end, last_used FROM buckets ORDER BY budget, value, unit, window_start DESC",
        List.of(),
        r ->
            new BudgetRow(
                ObjectName.parse(r.getString(1)), rows.given().apply(r.getString(2)), r.getString(3), r.getLong(4), r.getLong(5), r.getLong(6), r.getLong(7), r.getLong(8)));
  }

  @Override
  public OpenHolds openHolds() {
    return query(openHolds, List.of(), r -> new OpenHolds(r.getLong(1), r.getLong(2))).getFirst();
  }

  @Override
  public List<EntryRow> correctionsOf(String receipt) {
    return query(entries + " WHERE receipt = ? AND kind <> 'Charge' ORDER BY balance, sequence", List.of(receipt), rows::entry);
  }
}
