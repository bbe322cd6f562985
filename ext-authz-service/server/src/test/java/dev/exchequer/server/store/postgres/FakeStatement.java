package dev.exchequer.server.store.postgres;

import dev.exchequer.server.store.postgres.FakeTables.Place;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Carries out the statements that the ledger's writer makes, by their form. One that has another form is an error of the simulation, never of the ledger. */
final class FakeStatement {
  private static final String PLAN_OF = "(SELECT plan FROM writers WHERE id = ?)";

  /** Columns that are 0 where nothing is given. */
  private static final Map<String, List<String>> DEFAULTS = Map.of("anchors", List.of("running"), "alerts", List.of("attempts"));

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
      Long latest = null;
      for (Place place : tables.places(transaction, "writers")) {
        latest = Math.max(latest == null ? 0 : latest, row(place).number("time"));
      }
      return List.<@Nullable Object[]>of(new @Nullable Object[] {latest});
    }
    if (sql.startsWith("INSERT INTO writers AS w")) {
      return takeOver((String) known(values.get(0)));
    }
    FakeChains chains = new FakeChains(tables, transaction);
    if (chains.knows(sql)) {
      return chains.query(sql, values);
    }
    FakePolicies policies = new FakePolicies(this, tables, transaction);
    if (policies.knows(sql)) {
      return policies.named((Long) known(values.get(0)));
    }
    FakeForm form = FakeForm.of(sql);
    Deque<Object> left = given(values);
    Predicate<FakeRow> where = form.where() == null ? row -> true : FakeCondition.of(form.where(), left);
    List<Place> found = new ArrayList<>();
    for (Place place : candidates(form, values)) {
      if (where.test(row(place))) {
        found.add(place);
      }
    }
    order(found, form.order(), left);
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (Place place : found.size() > form.limit() ? found.subList(0, form.limit()) : found) {
      // the row as it is once it is locked; one that went meanwhile, or does not fit any more, is skipped
      FakeRow row = form.locks() ? locked(place) : tables.row(transaction, place);
      if (row != null && where.test(row)) {
        rows.add(form.columns().stream().map(row::get).toArray());
      }
    }
    return rows;
  }

  /** Where a statement names whole keys, the rows that have them; else all of its table. */
  private List<Place> candidates(FakeForm form, List<@Nullable Object> values) {
    List<String> key = FakeTables.key(form.table());
    String where = form.where() == null ? "" : form.where();
    boolean one = key.size() == 1 && where.equals(key.getFirst() + " = ?");
    boolean any = key.size() == 1 && where.equals(key.getFirst() + " = ANY(?)");
    if (!one && !any && !(where.startsWith("(" + String.join(", ", key) + ") IN (") && where.endsWith("))"))) {
      return tables.places(transaction, form.table());
    }
    List<Object[]> columns = new ArrayList<>();
    for (int i = 0; i < key.size(); i++) {
      Object given = known(values.get(i));
      columns.add(one ? new Object[] {given} : (Object[]) given);
    }
    Set<Place> places = new TreeSet<>();
    for (int row = 0; row < columns.getFirst().length; row++) {
      List<Object> named = new ArrayList<>(key.size());
      for (Object[] column : columns) {
        named.add(known(column[row]));
      }
      places.add(new Place(form.table(), named));
    }
    places.removeIf(place -> tables.row(transaction, place) == null);
    return List.copyOf(places);
  }

  /** The row as it is once nobody else has it, null = it is gone. */
  @Nullable FakeRow locked(Place place) throws SQLException {
    session.lock(place);
    FakeRow row = tables.row(transaction, place);
    if (row == null) {
      tables.unlock(transaction, place);
    }
    return row;
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
    long micros = session.serverMicros(); // of the moment in which the statement came, however long it waits
    session.lock(place);
    FakeRow before = tables.row(transaction, place);
    FakeRow row = before == null ? new FakeRow().with("id", id).with("batch", 0L).with("time", 0L) : new FakeRow(before);
    row.with("epoch", Math.max(before == null ? 0 : before.number("epoch") + 1, micros));
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
    FakePolicies policies = new FakePolicies(this, tables, transaction);
    if (policies.knows(sql)) {
      return policies.update(sql, values);
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
    for (FakeRow given : seen(form.table(), rows(form.columns(), values))) {
      Place place = FakeTables.place(form.table(), given);
      if (locked(place) != null) {
        transaction.writes.put(place, null);
        deleted++;
      }
    }
    return deleted;
  }

  /** Those whose rows are there when the statement begins: it changes no others, whatever it waits for. */
  private List<FakeRow> seen(String table, List<FakeRow> given) {
    return given.stream().filter(row -> tables.row(transaction, FakeTables.place(table, row)) != null).toList();
  }

  /** Who inserts a key that another transaction has inserted waits for it to end, as in PostgreSQL. */
  private int insert(FakeForm form, List<@Nullable Object> values) throws SQLException {
    int written = 0;
    for (FakeRow row : ordered(form, rows(form.columns(), values))) {
      DEFAULTS.getOrDefault(form.table(), List.of()).forEach(column -> row.with(column, 0L));
      Place place = FakeTables.place(form.table(), row);
      if (form.sets().isEmpty()) {
        session.claim(place);
      } else {
        session.lock(place);
      }
      FakeRow there = tables.row(transaction, place);
      if (there != null && !form.mayConflict()) {
        throw duplicate(place);
      }
      if (there == null) {
        charged(form, row);
        transaction.writes.put(place, row);
        written++;
      } else if (!form.sets().isEmpty()) {
        transaction.writes.put(place, set(form, there, row));
        written++;
      }
    }
    return written;
  }

  private static SQLException duplicate(Place place) {
    return new SQLException("duplicate key value violates unique constraint of " + place, "23505");
  }

  private void charged(FakeForm form, FakeRow row) throws SQLException {
    Place charge = form.table().equals("entries") ? FakeTables.charge(row) : null;
    if (charge != null) {
      session.claim(charge);
      if (tables.row(transaction, charge) != null) {
        throw duplicate(charge);
      }
      transaction.writes.put(charge, row);
    }
  }

  /** ORDER BY the first columns, as rows of columns are inserted. */
  private static List<FakeRow> ordered(FakeForm form, List<FakeRow> rows) {
    if (rows.size() < 2) {
      return rows;
    }
    List<FakeRow> ordered = new ArrayList<>(rows);
    Comparator<FakeRow> order = (a, b) -> 0;
    for (String column : form.columns().subList(0, Math.min(2, form.columns().size()))) {
      order = order.thenComparing((a, b) -> FakeTables.compare(a.value(column), b.value(column)));
    }
    ordered.sort(order);
    return ordered;
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
    for (FakeRow given : seen(form.table(), rows(form.columns(), values))) {
      Place place = FakeTables.place(form.table(), given);
      FakeRow there = locked(place);
      if (there != null) {
        transaction.writes.put(place, set(form, there, given));
        written++;
      }
    }
    return written;
  }

  private int updateOne(FakeForm form, List<@Nullable Object> values) throws SQLException {
    FakeRow given = new FakeRow();
    int sets = 0;
    for (FakeForm.Set set : form.sets().values()) {
      Object value = set.of().equals(FakeForm.ZERO) ? Long.valueOf(0) : stored(values.get(sets++));
      given.with(set.of(), set.zeroIsNull() && Long.valueOf(0).equals(value) ? null : value);
    }
    Deque<Object> left = given(values.subList(sets, values.size()));
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
    for (Place place : tables.places(transaction, form.table()).stream().filter(place -> where.test(row(place))).toList()) {
      FakeRow there = locked(place);
      if (there != null && where.test(there)) {
        transaction.writes.put(place, set(form, there, given));
        written++;
      }
    }
    return written;
  }
}
