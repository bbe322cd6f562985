package dev.exchequer.server.store;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Envelope;
import dev.exchequer.ledger.Hold;
import dev.exchequer.server.store.proof.KeptForm;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The past of a ledger in a database, by the SQL that the stores have in common. */
public abstract class SqlHistory implements LedgerHistory {
  private static final String RECEIPTS =
      """
      SELECT r.id, r.time, r.body, e.kind, e.attempt, a.unit, e.amount FROM %s
      LEFT JOIN entries e ON e.receipt = r.id AND e.kind <> 'Charge' LEFT JOIN accounts a ON a.name = e.balance
      WHERE r.time >= ? AND r.time < ? ORDER BY r.time, r.id, e.balance, e.sequence
      """;
  private static final String POSTED =
      """
      SELECT e.balance, e.sequence, e.time, e.kind, e.amount, e.before, e.after, e.receipt, e.attempt, e.actor, e.reason, r.api_key, r.model
      FROM entries e LEFT JOIN receipts r ON r.id = e.receipt
      WHERE e.balance = ? AND e.sequence >= ? AND e.sequence < ? ORDER BY e.sequence
      """;
  private static final String HOUSE =
      """
      SELECT h.receipt, h.attempt, h.unit, h.amount FROM house_entries h JOIN receipts r ON r.id = h.receipt
      WHERE h.kind = 'Correction' AND r.time >= ? AND r.time < ? ORDER BY h.receipt, h.attempt
      """;
  private static final String HOUSE_ACCOUNTS = "SELECT provider, unit, units, nanos, entries FROM house_accounts ORDER BY provider, unit, stripe";
  private static final String UNCERTAIN = "SELECT state, count(*) FROM %s WHERE state IN ('ESTIMATED', 'EXPIRED', 'LEASE_VOIDED') GROUP BY state";

  private static final StoredJson JSON = new StoredJson();

  private final String receipts;
  private final String uncertain;
  private final KeptForm form;
  private final SqlAlerts alerts = new SqlAlerts(this::given);

  /**
   * @param receiptsByTime the table receipts in a FROM clause, as r, read in the order of time
   * @param uncertainHolds the table holds, of which only the uncertain ones are read
   */
  protected SqlHistory(String receiptsByTime, String uncertainHolds, KeptForm form) {
    this.form = form;
    this.receipts = RECEIPTS.formatted(receiptsByTime);
    this.uncertain = UNCERTAIN.formatted(uncertainHolds);
  }

  /** A question to a connection, within one transaction. */
  public interface Question<T> {
    T ask(Connection connection) throws SQLException;
  }

  /** Asks what is answered quickly and may be asked twice. */
  protected abstract <T> T brief(Question<T> question);

  /** Asks what may take long, once: what it told cannot be taken back. */
  protected abstract <T> T report(Question<T> question);

  /** Rows of a report come as they are read, not all at once. */
  protected void streamed(PreparedStatement statement) throws SQLException {}

  /** Text of callers as it was given. */
  protected @Nullable String given(@Nullable String column) {
    return column;
  }

  private static PreparedStatement prepared(Connection connection, String sql, List<?> values) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < values.size(); i++) {
      statement.setObject(i + 1, values.get(i));
    }
    return statement;
  }

  @Override
  public LedgerReads.Page<RefusalRow> refusals(RefusalQuery query) {
    StringBuilder sql = new StringBuilder("SELECT api_key, second, code, sum(count) FROM refusals WHERE 1 = 1");
    List<Object> values = new ArrayList<>();
    where(sql, values, "api_key = ?", query.key());
    where(sql, values, "second >= ?", query.from());
    where(sql, values, "second < ?", query.to());
    if (query.cursor() != null) {
      RefusalRow after = RefusalCursor.read(query.cursor());
      sql.append(" AND (second, api_key, code) < (?, ?, ?)");
      values.addAll(List.of(after.secondMs(), after.apiKey(), after.code()));
    }
    sql.append(" GROUP BY second, api_key, code ORDER BY second DESC, api_key DESC, code DESC LIMIT ?");
    values.add(query.limit() + 1);
    List<RefusalRow> rows = brief(connection -> refusals(connection, sql.toString(), values));
    boolean more = rows.size() > query.limit();
    List<RefusalRow> items = more ? rows.subList(0, query.limit()) : rows;
    return new LedgerReads.Page<>(items, more ? RefusalCursor.write(items.getLast()) : null);
  }

  private static void where(StringBuilder sql, List<Object> values, String condition, @Nullable Object value) {
    if (value != null) {
      sql.append(" AND ").append(condition);
      values.add(value);
    }
  }

  private static List<RefusalRow> refusals(Connection connection, String sql, List<?> values) throws SQLException {
    List<RefusalRow> rows = new ArrayList<>();
    try (PreparedStatement s = prepared(connection, sql, values); ResultSet r = s.executeQuery()) {
      while (r.next()) {
        rows.add(new RefusalRow(r.getString(1), r.getLong(2), r.getString(3), r.getLong(4)));
      }
    }
    return rows;
  }

  @Override
  public long refusalsCounted(long fromMs, long toMs) {
    return brief(connection -> number(connection, "SELECT coalesce(sum(count), 0) FROM refusals WHERE second >= ? AND second < ?", fromMs, toMs));
  }

  @Override
  public List<Envelope> tasks(ObjectName budget) {
    return brief(
        connection -> {
          List<Envelope> tasks = new ArrayList<>();
          try (PreparedStatement s = prepared(connection, "SELECT body FROM tasks WHERE budget = ? ORDER BY task", List.of(budget.toString())); ResultSet r = s.executeQuery()) {
            while (r.next()) {
              tasks.add(JSON.read(r.getString(1), Envelope.class));
            }
          }
          return tasks;
        });
  }

  @Override
  public LedgerReads.Page<AlertRow> alerts(AlertQuery query) {
    return brief(connection -> alerts.page(connection, query));
  }

  @Override
  public List<AlertRow> alertsDue(long nowMs, int limit) {
    return brief(connection -> alerts.due(connection, "(next_attempt <= ? OR attempts = 0)", List.of(nowMs), limit));
  }

  /** Those of one writer, and those that are due for longer: whoever raised them is gone. */
  protected List<AlertRow> alertsDueOf(String writer, long nowMs, long longBeforeMs, int limit) {
    return brief(connection -> alerts.due(connection, "((next_attempt <= ? OR attempts = 0) AND writer = ? OR next_attempt <= ?)", List.of(nowMs, writer, longBeforeMs), limit));
  }

  @Override
  public long alertsWaiting() {
    return brief(alerts::waiting);
  }

  @Override
  public UncertainHolds uncertainHolds() {
    return brief(
        connection -> {
          Map<String, Long> counts = new HashMap<>();
          try (PreparedStatement s = connection.prepareStatement(uncertain); ResultSet r = s.executeQuery()) {
            while (r.next()) {
              counts.put(r.getString(1), r.getLong(2));
            }
          }
          return new UncertainHolds(count(counts, Hold.State.ESTIMATED), count(counts, Hold.State.EXPIRED), count(counts, Hold.State.LEASE_VOIDED));
        });
  }

  private static long count(Map<String, Long> counts, Hold.State state) {
    return counts.getOrDefault(state.name(), 0L);
  }

  @Override
  public void receipts(long fromMs, long toMs, Consumer<ReceiptRow> each) {
    report(
        connection -> {
          Map<String, List<Later>> house = house(connection, fromMs, toMs);
          try (PreparedStatement s = prepared(connection, receipts, List.of(fromMs, toMs))) {
            streamed(s);
            try (ResultSet r = s.executeQuery()) {
              receipts(r, row -> each.accept(with(row, house.getOrDefault(row.id(), List.of()))));
            }
          }
          return true;
        });
  }

  /** Corrections of what providers bill are few: those of late evidence. */
  private static Map<String, List<Later>> house(Connection connection, long fromMs, long toMs) throws SQLException {
    Map<String, List<Later>> corrections = new HashMap<>();
    try (PreparedStatement s = prepared(connection, HOUSE, List.of(fromMs, toMs)); ResultSet r = s.executeQuery()) {
      while (r.next()) {
        corrections.computeIfAbsent(r.getString(1), id -> new ArrayList<>()).add(new Later(Later.HOUSE, integer(r, 2), r.getString(3), r.getLong(4)));
      }
    }
    return corrections;
  }

  private static ReceiptRow with(ReceiptRow row, List<Later> house) {
    row.later().addAll(house);
    return row;
  }

  @Override
  public List<HouseAccount> houseAccounts() {
    return brief(
        connection -> {
          Map<List<String>, HouseAccount> sums = new LinkedHashMap<>();
          try (PreparedStatement s = connection.prepareStatement(HOUSE_ACCOUNTS); ResultSet r = s.executeQuery()) {
            while (r.next()) {
              BigInteger nanos = BigInteger.valueOf(r.getLong(3)).multiply(BigInteger.valueOf(1_000_000_000L)).add(BigInteger.valueOf(r.getLong(4)));
              HouseAccount stripe = new HouseAccount(r.getString(1), r.getString(2), nanos, r.getLong(5));
              sums.merge(List.of(stripe.provider(), stripe.unit()), stripe, (a, b) -> new HouseAccount(a.provider(), a.unit(), a.nanos().add(b.nanos()), a.entries() + b.entries()));
            }
          }
          return List.copyOf(sums.values());
        });
  }

  /** A receipt has a row for each entry that was posted to it later, or one without. */
  private static void receipts(ResultSet r, Consumer<ReceiptRow> each) throws SQLException {
    ReceiptRow last = null;
    while (r.next()) {
      if (last == null || !last.id().equals(r.getString(1))) {
        tell(last, each);
        last = new ReceiptRow(r.getString(1), r.getLong(2), r.getString(3), new ArrayList<>());
      }
      String kind = r.getString(4);
      if (kind != null) {
        last.later().add(new Later(kind, integer(r, 5), r.getString(6), r.getLong(7)));
      }
    }
    tell(last, each);
  }

  private static void tell(@Nullable ReceiptRow row, Consumer<ReceiptRow> each) {
    if (row != null) {
      each.accept(row);
    }
  }

  @Override
  public Optional<Opening> entries(ObjectName balance, long fromMs, long toMs, Consumer<PostedRow> each) {
    return report(
        connection -> {
          String name = balance.toString();
          Optional<String> unit = unit(connection, name);
          if (unit.isEmpty()) {
            return Optional.empty();
          }
          long first = firstFrom(connection, name, fromMs);
          long end = firstFrom(connection, name, toMs);
          try (PreparedStatement s = prepared(connection, POSTED, List.of(name, first, end))) {
            streamed(s);
            try (ResultSet r = s.executeQuery()) {
              while (r.next()) {
                each.accept(posted(r));
              }
            }
          }
          return Optional.of(new Opening(unit.get(), number(connection, "SELECT after FROM entries WHERE balance = ? AND sequence = ?", name, first - 1), first - 1));
        });
  }

  private PostedRow posted(ResultSet r) throws SQLException {
    LedgerReads.EntryRow entry =
        new LedgerReads.EntryRow(
            r.getString(1), r.getLong(2), r.getLong(3), r.getString(4), r.getLong(5), r.getLong(6), r.getLong(7), r.getString(8), integer(r, 9),
            given(r.getString(10)), given(r.getString(11)));
    return new PostedRow(entry, r.getString(12), given(r.getString(13)));
  }

  private static Optional<String> unit(Connection connection, String balance) throws SQLException {
    try (PreparedStatement s = prepared(connection, "SELECT unit FROM accounts WHERE name = ?", List.of(balance)); ResultSet r = s.executeQuery()) {
      return r.next() ? Optional.of(r.getString(1)) : Optional.empty();
    }
  }

  /** Sequence of the first entry that is not before a time, or the one after the last. Sequences are gapless and times never step back, so it is searched by halves. */
  private static long firstFrom(Connection connection, String balance, long timeMs) throws SQLException {
    long low = 1;
    long high = 1 + number(connection, "SELECT sequence FROM entries WHERE balance = ? AND sequence <= ? ORDER BY sequence DESC LIMIT 1", balance, Long.MAX_VALUE);
    while (low < high) {
      long middle = low + (high - low) / 2;
      if (number(connection, "SELECT time FROM entries WHERE balance = ? AND sequence = ?", balance, middle) < timeMs) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static long number(Connection connection, String sql, Object... values) throws SQLException {
    try (PreparedStatement s = prepared(connection, sql, List.of(values)); ResultSet r = s.executeQuery()) {
      return r.next() ? r.getLong(1) : 0;
    }
  }

  @Override
  public LedgerExport export() {
    return new SqlExport(this::brief, form);
  }

  private static @Nullable Integer integer(ResultSet row, int column) throws SQLException {
    int value = row.getInt(column);
    return row.wasNull() ? null : Integer.valueOf(value);
  }
}
