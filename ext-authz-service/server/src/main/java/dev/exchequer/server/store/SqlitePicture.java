package dev.exchequer.server.store;

import dev.exchequer.budget.Windows;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Envelope;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.store.LedgerPicture.BalanceMoney;
import dev.exchequer.server.store.LedgerPicture.BudgetUse;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Pictures of the embedded ledger, each in one read transaction on a connection of its own: in WAL mode neither waits for the writer nor it for them. */
public final class SqlitePicture implements LedgerPicture.Source, AutoCloseable {
  private static final String ACCOUNTS = "SELECT name, posted, held, sequence FROM accounts ORDER BY name";
  private static final String HOLDS = "SELECT json_extract(body, '$.balance'), count(*) FROM holds INDEXED BY active_holds WHERE state = 'ACTIVE' GROUP BY 1";
  private static final String GRANTS = "SELECT balance, max(after - before) FROM grants GROUP BY 1";
  private static final String COUNTERS = "SELECT count(*), coalesce(sum(spent + held >= ?), 0) FROM buckets WHERE budget = ? AND unit = ? AND window_start = ?";
  /** Of a window that rolls: what its slices come to that count at a moment. */
  private static final String SLICES = "SELECT value, sum(spent) AS spent, sum(held) AS held FROM buckets WHERE budget = ? AND unit = ? AND window_end > ? GROUP BY value";
  private static final String ROLLING_COUNTERS = "SELECT count(*), coalesce(sum(spent + held >= ?), 0) FROM (" + SLICES + ")";
  private static final String ROLLING_FULLEST = "SELECT value, spent, held FROM (" + SLICES + ") ORDER BY spent + held DESC, value LIMIT 1";
  private static final String FULLEST =
      "SELECT value, spent, held FROM buckets WHERE budget = ? AND unit = ? AND window_start = ? ORDER BY spent + held DESC, value LIMIT 1";

  private static final String SAID = "SELECT body FROM tasks WHERE budget = ?";
  private static final String LABELS =
      "SELECT value, spent, held FROM buckets WHERE budget = ? AND unit = ? AND window_start = ? AND value IN (SELECT task FROM tasks WHERE budget = ?)";
  private static final String ROLLING_LABELS = "SELECT value, spent, held FROM (" + SLICES + ") WHERE value IN (SELECT task FROM tasks WHERE budget = ?)";
  private static final StoredJson JSON = new StoredJson();

  private final Connection connection;

  public SqlitePicture(SqliteStore store) {
    try {
      this.connection = store.files().connect(true);
    } catch (SQLException e) {
      throw new IllegalStateException("cannot open the ledger for reading", e);
    }
  }

  @Override
  public synchronized LedgerPicture take(Policy policy, long nowMs) {
    try {
      connection.setAutoCommit(false);
      try {
        long asOf = number("SELECT value FROM meta WHERE name = 'time'");
        return new LedgerPicture(asOf, balances(), budgets(policy, nowMs));
      } finally {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw new LedgerLane.LedgerUnavailable("the ledger cannot be read", e);
    }
  }

  private List<BalanceMoney> balances() throws SQLException {
    Map<String, Long> holds = numbers(HOLDS);
    Map<String, Long> grants = numbers(GRANTS);
    List<BalanceMoney> balances = new ArrayList<>();
    try (Statement s = connection.createStatement(); ResultSet r = s.executeQuery(ACCOUNTS)) {
      while (r.next()) {
        String name = r.getString(1);
        balances.add(
            new BalanceMoney(
                ObjectName.parse(name), r.getLong(2), r.getLong(3), r.getLong(4), holds.getOrDefault(name, 0L), grants.getOrDefault(name, 0L)));
      }
    }
    return balances;
  }

  private List<BudgetUse> budgets(Policy policy, long nowMs) throws SQLException {
    List<BudgetUse> uses = new ArrayList<>();
    try (PreparedStatement counters = connection.prepareStatement(COUNTERS);
        PreparedStatement fullest = connection.prepareStatement(FULLEST);
        PreparedStatement rollingCounters = connection.prepareStatement(ROLLING_COUNTERS);
        PreparedStatement rollingFullest = connection.prepareStatement(ROLLING_FULLEST)) {
      for (Budget budget : policy.budgets()) {
        boolean rolls = budget.window().rolling();
        long window = rolls ? nowMs : Windows.at(budget, nowMs).startMs();
        List<BudgetUse> ofUnits = new ArrayList<>();
        for (Map.Entry<String, Long> limit : new TreeMap<>(budget.limits()).entrySet()) {
          BudgetUse use = use(rolls ? rollingCounters : counters, rolls ? rollingFullest : fullest, budget, limit, window);
          ofUnits.add(OwnCaps.possible(budget) ? ownCaps(budget, use, window) : use);
        }
        Optional<BudgetUse> full = ofUnits.stream().max(OwnCaps.BY_FULLNESS.thenComparing(BudgetUse::unit, Comparator.reverseOrder()));
        full.ifPresent(uses::add);
      }
    }
    return uses;
  }

  private static BudgetUse use(PreparedStatement counters, PreparedStatement fullest, Budget budget, Map.Entry<String, Long> limit, long window)
      throws SQLException {
    counters.setLong(1, limit.getValue());
    where(counters, 2, budget, limit.getKey(), window);
    where(fullest, 1, budget, limit.getKey(), window);
    try (ResultSet counted = counters.executeQuery(); ResultSet full = fullest.executeQuery()) {
      boolean any = full.next();
      counted.next();
      return new BudgetUse(
          budget.name(), any ? full.getString(1) : "", limit.getKey(), limit.getValue(), any ? full.getLong(2) : 0, any ? full.getLong(3) : 0,
          counted.getLong(1), counted.getLong(2));
    }
  }

  private static void where(PreparedStatement statement, int first, Budget budget, String unit, long window) throws SQLException {
    statement.setString(first, budget.name().toString());
    statement.setString(first + 1, unit);
    statement.setLong(first + 2, window);
  }

  private BudgetUse ownCaps(Budget budget, BudgetUse use, long window) throws SQLException {
    List<Envelope> said = new ArrayList<>();
    try (PreparedStatement s = connection.prepareStatement(SAID)) {
      s.setString(1, budget.name().toString());
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          said.add(JSON.read(r.getString(1), Envelope.class));
        }
      }
    }
    List<OwnCaps.Used> used = new ArrayList<>();
    if (!said.isEmpty()) {
      try (PreparedStatement s = connection.prepareStatement(budget.window().rolling() ? ROLLING_LABELS : LABELS)) {
        where(s, 1, budget, use.unit(), window);
        s.setString(4, budget.name().toString());
        try (ResultSet r = s.executeQuery()) {
          while (r.next()) {
            used.add(new OwnCaps.Used(r.getString(1), r.getLong(2), r.getLong(3)));
          }
        }
      }
    }
    return OwnCaps.count(use, said, used);
  }

  private long number(String query) throws SQLException {
    try (Statement s = connection.createStatement(); ResultSet r = s.executeQuery(query)) {
      return r.next() ? r.getLong(1) : 0;
    }
  }

  /** By name; rows without one (a hop that nobody pays) are left out. */
  private Map<String, Long> numbers(String query) throws SQLException {
    Map<String, Long> numbers = new HashMap<>();
    try (Statement s = connection.createStatement(); ResultSet r = s.executeQuery(query)) {
      while (r.next()) {
        String name = r.getString(1);
        if (name != null) {
          numbers.put(name, r.getLong(2));
        }
      }
    }
    return numbers;
  }

  @Override
  public synchronized void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException("closing the ledger's reader", e);
    }
  }
}
