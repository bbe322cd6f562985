package dev.exchequer.server.store.postgres;

import dev.exchequer.server.store.postgres.FakeTables.Place;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Carries out the statements that the ledger's writer makes, by their form. One that has another form is an error of the simulation, never of the ledger. */
final class FakeStatement {
  private static final String PLAN_OF = "(SELECT plan FROM writers WHERE id = ?)";

  private final FakeSession session;
  private final FakeTables tables;
  private final FakeTables.Transaction transaction;

  FakeStatement(FakeSession session, FakeTables tables, FakeTables.Transaction transaction) {
    this.session = session;
    this.tables = tables;
    this.transaction = transaction;
  }

  /** Whole numbers are one type here. */
  static @Nullable Object stored(@Nullable Object value) {
    return value instanceof Integer number ? Long.valueOf(number) : value;
  }

  static Object known(@Nullable Object value) {
    return Objects.requireNonNull(stored(value));
  }

  /** None of them is null where a row is looked for. */
  private static Deque<Object> given(List<@Nullable Object> values) {
    Deque<Object> given = new ArrayDeque<>();
    values.forEach(value -> given.add(Objects.requireNonNull(value)));
    return given;
  }

  List<@Nullable Object[]> query(String sql, List<@Nullable Object> values) throws SQLException {
    if (sql.equals("SELECT max(time) FROM writers")) {
      long latest = 0;
      for (Place place : tables.places(transaction, "writers")) {
        latest = Math.max(latest, row(place).number("time"));
      }
      return List.<@Nullable Object[]>of(new Object[] {latest});
    }
    if (sql.startsWith("INSERT INTO writers AS w")) {
      return takeOver((String) known(values.get(0)));
    }
    FakeChains chains = new FakeChains(tables, transaction);
    if (chains.knows(sql)) {
      return chains.query(sql, values);
    }
    FakeForm form = FakeForm.of(sql);
    Deque<Object> left = given(values);
    Predicate<FakeRow> where = form.where() == null ? row -> true : FakeCondition.of(form.where(), left);
    List<Place> found = new ArrayList<>();
    for (Place place : tables.places(transaction, form.table())) {
      if (where.test(row(place))) {
        found.add(place);
      }
    }
    order(found, form.order(), left);
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (Place place : found.size() > form.limit() ? found.subList(0, form.limit()) : found) {
      if (form.locks()) {
        session.lock(place);
      }
      // the row as it is once it is locked; one that went meanwhile, or does not fit any more, is skipped
      FakeRow row = tables.row(transaction, place);
      if (row != null && where.test(row)) {
        rows.add(form.columns().stream().map(row::get).toArray());
      }
    }
    return rows;
  }

  private FakeRow row(Place place) {
    return Objects.requireNonNull(tables.row(transaction, place));
  }

  private void order(List<Place> places, @Nullable String by, Deque<Object> values) {
    if (by == null || places.size() < 2) {
      return;
    }
    if (by.startsWith("(digest = " + PLAN_OF + ") IS TRUE")) {
      Object mine = planOf((String) values.remove());
      places.sort(Comparator.<Place, Boolean>comparing(place -> place.key().get(0).equals(mine)).thenComparing(place -> row(place).number("activated")));
      return;
    }
    Comparator<Place> order = (a, b) -> 0;
    for (String column : by.split(", ")) {
      order = order.thenComparing((a, b) -> FakeTables.compare(row(a).value(column), row(b).value(column)));
    }
    places.sort(order);
  }

  private @Nullable Object planOf(String writer) {
    FakeRow row = tables.row(transaction, new Place("writers", List.of(writer)));
    return row == null ? null : row.get("plan");
  }

  private List<@Nullable Object[]> takeOver(String id) throws SQLException {
    Place place = new Place("writers", List.of(id));
    session.lock(place);
    FakeRow before = tables.row(transaction, place);
    FakeRow row = before == null ? new FakeRow().with("id", id).with("batch", 0L).with("time", 0L) : new FakeRow(before);
    row.with("epoch", Math.max(before == null ? 0 : before.number("epoch") + 1, session.serverMicros()));
    transaction.writes.put(place, row);
    session.tookOver(row.number("epoch"));
    return List.<@Nullable Object[]>of(new Object[] {row.value("epoch"), row.value("batch"), row.value("time")});
  }

  int update(String sql, List<@Nullable Object> values) throws SQLException {
    if (sql.startsWith("SET ")) {
      return 0;
    }
    FakeChains chains = new FakeChains(tables, transaction);
    if (chains.knows(sql)) {
      return chains.query(sql, values).size();
    }
    if (sql.startsWith("DELETE FROM policies p WHERE used <= ?")) {
      return dropPolicies((Long) known(values.get(0)));
    }
    FakeForm form = FakeForm.of(sql);
    return switch (form.kind()) {
      case INSERT -> insert(form, values);
      case UPDATE_MANY -> updateMany(form, values);
      case DELETE_MANY -> deleteMany(form, values);
      case UPDATE -> updateOne(form, values);
      case SELECT -> throw new AssertionError("not an update: " + sql);
    };
  }

  /** One array for each column, or one row of single values. */
  private static List<FakeRow> rows(List<String> columns, List<@Nullable Object> values) {
    int size = values.get(0) instanceof Object[] array ? array.length : 1;
    List<FakeRow> rows = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      FakeRow row = new FakeRow();
      for (int column = 0; column < columns.size(); column++) {
        row.with(columns.get(column), stored(values.get(column) instanceof Object[] array ? array[i] : values.get(column)));
      }
      rows.add(row);
    }
    return rows;
  }

  private int deleteMany(FakeForm form, List<@Nullable Object> values) throws SQLException {
    int deleted = 0;
    for (FakeRow given : rows(form.columns(), values)) {
      Place place = lockedPlace(form.table(), given);
      if (tables.row(transaction, place) != null) {
        transaction.writes.put(place, null);
        deleted++;
      }
    }
    return deleted;
  }

  private Place lockedPlace(String table, FakeRow given) throws SQLException {
    Place place = FakeTables.place(table, given);
    session.lock(place);
    return place;
  }

  /** Who inserts a key that another transaction has inserted waits for it to end, as in PostgreSQL. */
  private int insert(FakeForm form, List<@Nullable Object> values) throws SQLException {
    int written = 0;
    for (FakeRow row : rows(form.columns(), values)) {
      if (form.table().equals("anchors")) {
        row.with("running", 0L);
      }
      Place place = lockedPlace(form.table(), row);
      FakeRow there = tables.row(transaction, place);
      boolean charge = form.table().equals("entries") && "Charge".equals(row.get("kind")) && tables.charged(transaction, row);
      if (there != null && !form.mayConflict() || charge) {
        throw new SQLException("duplicate key value violates unique constraint of " + place, "23505");
      }
      if (there == null) {
        transaction.writes.put(place, row);
        written++;
      } else if (!form.sets().isEmpty()) {
        transaction.writes.put(place, set(form, there, row));
        written++;
      }
    }
    return written;
  }

  /** HouseSums.ADD, in the words of this database. */
  private static FakeRow housed(FakeRow there, FakeRow given) {
    long nanos = there.number("nanos") + given.number("nanos");
    return new FakeRow(there)
        .with("units", there.number("units") + given.number("units") + nanos / 1_000_000_000)
        .with("nanos", nanos % 1_000_000_000)
        .with("entries", there.number("entries") + given.number("entries"));
  }

  private static FakeRow set(FakeForm form, FakeRow there, FakeRow given) {
    if (form.table().equals("house_accounts")) {
      return housed(there, given);
    }
    FakeRow row = new FakeRow(there);
    form.sets().forEach((column, set) -> {
      if (set.added()) {
        row.with(column, there.number(column) + given.number(set.of()));
      } else if (set.greatest()) {
        row.with(column, Math.max(there.number(column), given.number(set.of())));
      } else {
        row.with(column, given.get(set.of()));
      }
    });
    return row;
  }

  private int updateMany(FakeForm form, List<@Nullable Object> values) throws SQLException {
    int written = 0;
    for (FakeRow given : rows(form.columns(), values)) {
      Place place = lockedPlace(form.table(), given);
      FakeRow there = tables.row(transaction, place);
      if (there != null) {
        transaction.writes.put(place, set(form, there, given));
        written++;
      }
    }
    return written;
  }

  private int updateOne(FakeForm form, List<@Nullable Object> values) throws SQLException {
    Deque<Object> left = given(values);
    FakeRow given = new FakeRow();
    form.sets().values().forEach(set -> given.with(set.of(), set.of().equals(FakeForm.ZERO) ? Long.valueOf(0) : stored(left.remove())));
    String condition = Objects.requireNonNull(form.where());
    if (condition.contains(PLAN_OF)) {
      Object plan = planOf((String) left.remove());
      if (plan == null) {
        return 0;
      }
      left.push(plan);
      condition = condition.replace(PLAN_OF, "?");
    }
    Predicate<FakeRow> where = FakeCondition.of(condition, left);
    int written = 0;
    for (Place place : tables.places(transaction, form.table())) {
      if (!where.test(row(place))) {
        continue;
      }
      session.lock(place);
      FakeRow there = tables.row(transaction, place);
      if (there != null && where.test(there)) {
        transaction.writes.put(place, set(form, there, given));
        written++;
      }
    }
    return written;
  }

  /** BatchWriter.dropPolicies, in the words of this database. */
  private int dropPolicies(long before) throws SQLException {
    List<Place> policies = tables.places(transaction, "policies");
    long last = 0;
    for (Place place : policies) {
      last = Math.max(last, row(place).number("activated"));
    }
    int dropped = 0;
    for (Place place : policies) {
      FakeRow row = row(place);
      if (row.number("used") <= before && row.number("activated") < last && !named(place.key().get(0), before)) {
        session.lock(place);
        transaction.writes.put(place, null);
        dropped++;
      }
    }
    return dropped;
  }

  private boolean named(Object digest, long before) {
    List<String> correctable = List.of("ESTIMATED", "LEASE_VOIDED", "EXPIRED");
    return any("writers", row -> digest.equals(row.get("plan")) && row.number("time") > before)
        || any("requests", row -> digest.equals(row.get("plan")))
        || any("holds", row -> digest.equals(row.get("plan")) && "ACTIVE".equals(row.get("state")))
        || any("holds", row -> digest.equals(row.get("plan")) && correctable.contains(row.text("state")) && row.number("lease_until") > before);
  }

  private boolean any(String table, Predicate<FakeRow> what) {
    return tables.places(transaction, table).stream().anyMatch(place -> what.test(row(place)));
  }
}
