package dev.exchequer.server.store.postgres;

import dev.exchequer.budget.Windows;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Envelope;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.store.LedgerPicture;
import dev.exchequer.server.store.LedgerPicture.BalanceMoney;
import dev.exchequer.server.store.LedgerPicture.BudgetUse;
import dev.exchequer.server.store.OwnCaps;
import dev.exchequer.server.store.StoredJson;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Pictures of the shared ledger, each of one snapshot: neither waits for a writer nor a writer for them. */
final class PostgresPicture implements LedgerPicture.Source {
  private static final String ACCOUNTS = "SELECT name, posted, held, sequence FROM accounts ORDER BY name";
  private static final String HOLDS = "SELECT balance, count(*) FROM holds WHERE state = 'ACTIVE' AND balance IS NOT NULL GROUP BY 1";
  private static final String GRANTS = "SELECT balance, max(after - before) FROM grants GROUP BY 1";
  private static final String COUNTERS = "SELECT count(*), count(*) FILTER (WHERE spent::numeric + held >= ?) FROM buckets WHERE budget = ? AND unit = ? AND window_start = ?";
  /** Of a window that rolls: what its slices come to that count at a moment. */
  private static final String SLICES = "SELECT value, sum(spent)::bigint AS spent, sum(held)::bigint AS held FROM buckets WHERE budget = ? AND unit = ? AND window_end > ? GROUP BY value";
  private static final String ROLLING_COUNTERS =
      "SELECT count(*), count(*) FILTER (WHERE spent::numeric + held >= ?) FROM (" + SLICES + ") AS slices";
  private static final String ROLLING_FULLEST = "SELECT value, spent, held FROM (" + SLICES + ") AS slices ORDER BY spent::numeric + held DESC, value LIMIT 1";
  private static final String FULLEST =
      "SELECT value, spent, held FROM buckets WHERE budget = ? AND unit = ? AND window_start = ? ORDER BY spent::numeric + held DESC, value LIMIT 1";

  private static final String SAID = "SELECT body FROM tasks WHERE budget = ?";
  private static final String LABELS =
      "SELECT value, spent, held FROM buckets WHERE budget = ? AND unit = ? AND window_start = ? AND value IN (SELECT task FROM tasks WHERE budget = ?)";
  private static final String ROLLING_LABELS = "SELECT value, spent, held FROM (" + SLICES + ") AS slices WHERE value IN (SELECT task FROM tasks WHERE budget = ?)";
  private static final StoredJson JSON = new StoredJson();

  private final ReadSessions sessions;

  PostgresPicture(ReadSessions sessions) {
    this.sessions = sessions;
  }

  @Override
  public LedgerPicture take(Policy policy, long nowMs) {
    return sessions.read(
        connection -> {
          Sql sql = new Sql(connection);
          long[] asOf = {0};
          sql.each("SELECT coalesce(max(time), 0) FROM writers", r -> asOf[0] = r.getLong(1));
          return new LedgerPicture(asOf[0], balances(sql), budgets(sql, policy, nowMs));
        });
  }

  private static List<BalanceMoney> balances(Sql sql) throws SQLException {
    Map<String, Long> holds = numbers(sql, HOLDS);
    Map<String, Long> grants = numbers(sql, GRANTS);
    List<BalanceMoney> balances = new ArrayList<>();
    sql.each(
        ACCOUNTS,
        r -> {
          String name = r.getString(1);
          balances.add(
              new BalanceMoney(
                  ObjectName.parse(name), r.getLong(2), r.getLong(3), r.getLong(4), holds.getOrDefault(name, 0L), grants.getOrDefault(name, 0L)));
        });
    return balances;
  }

  private static List<BudgetUse> budgets(Sql sql, Policy policy, long nowMs) throws SQLException {
    List<BudgetUse> uses = new ArrayList<>();
    for (Budget budget : policy.budgets()) {
      long window = budget.window().rolling() ? nowMs : Windows.at(budget, nowMs).startMs();
      List<BudgetUse> ofUnits = new ArrayList<>();
      for (Map.Entry<String, Long> limit : new TreeMap<>(budget.limits()).entrySet()) {
        ofUnits.add(use(sql, budget, limit, window));
      }
      Optional<BudgetUse> full = ofUnits.stream().max(OwnCaps.BY_FULLNESS.thenComparing(BudgetUse::unit, Comparator.reverseOrder()));
      full.ifPresent(uses::add);
    }
    return uses;
  }

  private static BudgetUse use(Sql sql, Budget budget, Map.Entry<String, Long> limit, long window) throws SQLException {
    List<BudgetUse> fullest = new ArrayList<>(1);
    sql.each(
        budget.window().rolling() ? ROLLING_FULLEST : FULLEST,
        r ->
            fullest.add(
                new BudgetUse(budget.name(), ColumnText.decoded(r.getString(1)), limit.getKey(), limit.getValue(), r.getLong(2), r.getLong(3), 0, 0)),
        budget.name(), limit.getKey(), window);
    BudgetUse use = fullest.isEmpty() ? new BudgetUse(budget.name(), "", limit.getKey(), limit.getValue(), 0, 0, 0, 0) : fullest.getFirst();
    List<BudgetUse> counted = new ArrayList<>(1);
    sql.each(
        budget.window().rolling() ? ROLLING_COUNTERS : COUNTERS,
        r -> counted.add(new BudgetUse(use.budget(), use.value(), use.unit(), use.limit(), use.spent(), use.held(), r.getLong(1), r.getLong(2))),
        limit.getValue(), budget.name(), limit.getKey(), window);
    return OwnCaps.possible(budget) ? ownCaps(sql, budget, counted.getFirst(), window) : counted.getFirst();
  }

  private static BudgetUse ownCaps(Sql sql, Budget budget, BudgetUse use, long window) throws SQLException {
    List<Envelope> said = new ArrayList<>();
    sql.each(SAID, r -> said.add(JSON.read(r.getString(1), Envelope.class)), budget.name());
    List<OwnCaps.Used> used = new ArrayList<>();
    if (!said.isEmpty()) {
      sql.each(
          budget.window().rolling() ? ROLLING_LABELS : LABELS,
          r -> used.add(new OwnCaps.Used(ColumnText.decoded(r.getString(1)), r.getLong(2), r.getLong(3))),
          budget.name(), use.unit(), window, budget.name());
    }
    return OwnCaps.count(use, said, used);
  }

  private static Map<String, Long> numbers(Sql sql, String query) throws SQLException {
    Map<String, Long> numbers = new HashMap<>();
    sql.each(query, r -> numbers.put(r.getString(1), r.getLong(2)));
    return numbers;
  }
}
