package dev.exchequer.server.store.postgres;

import dev.exchequer.server.store.postgres.FakeTables.Place;
import dev.exchequer.server.store.postgres.FakeTables.Transaction;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The statements of {@link PolicyRows} that have a form of their own, in the words of the simulated database. */
final class FakePolicies {
  private static final Set<String> UNCERTAIN = Set.of("ESTIMATED", "LEASE_VOIDED", "EXPIRED");

  private final FakeStatement statement;
  private final FakeTables tables;
  private final Transaction transaction;

  FakePolicies(FakeStatement statement, FakeTables tables, Transaction transaction) {
    this.statement = statement;
    this.tables = tables;
    this.transaction = transaction;
  }

  boolean knows(String sql) {
    return sql.startsWith("SELECT p.digest,") || sql.startsWith("UPDATE writers SET plan = NULL ") || sql.startsWith("DELETE FROM policies p ");
  }

  /** Digest, the latest moment that something named it, whether something does. */
  List<@Nullable Object[]> named(long leaseMs) {
    List<FakeRow> policies = rows("policies", row -> true);
    long newest = policies.stream().mapToLong(row -> row.number("activated")).max().orElse(0);
    List<@Nullable Object[]> named = new ArrayList<>();
    for (FakeRow policy : policies) {
      Predicate<FakeRow> names = row -> policy.value("digest").equals(row.get("plan"));
      long until = policy.number("used");
      for (FakeRow writer : rows("writers", names)) {
        until = Math.max(until, writer.number("time") + leaseMs);
      }
      for (FakeRow hold : rows("holds", names.and(row -> UNCERTAIN.contains(row.text("state"))))) {
        until = Math.max(until, hold.number("lease_until"));
      }
      boolean runs = policy.number("activated") == newest || !rows("requests", names).isEmpty() || !rows("holds", names.and(row -> row.text("state").equals("ACTIVE"))).isEmpty();
      named.add(new @Nullable Object[] {policy.value("digest"), until, runs});
    }
    return named;
  }

  int update(String sql, List<@Nullable Object> values) throws SQLException {
    Set<Object> digests = Set.of((Object[]) Objects.requireNonNull(values.get(0)));
    long before = (Long) FakeStatement.known(values.get(1));
    boolean ofWriters = sql.startsWith("UPDATE");
    String table = ofWriters ? "writers" : "policies";
    Predicate<FakeRow> where =
        ofWriters
            ? row -> row.get("plan") != null && digests.contains(row.value("plan")) && row.number("time") <= before
            : row -> digests.contains(row.value("digest")) && row.number("used") <= before;
    // NOT EXISTS is looked at as the statement begins, the rest once the row is locked
    List<Place> places =
        tables.places(transaction, table).stream()
            .filter(place -> where.test(row(place)))
            .filter(place -> ofWriters || rows("writers", writer -> place.key().get(0).equals(writer.get("plan"))).isEmpty())
            .toList();
    int written = 0;
    for (Place place : places) {
      FakeRow there = statement.locked(place);
      if (there != null && where.test(there)) {
        transaction.writes.put(place, ofWriters ? new FakeRow(there).with("plan", null) : null);
        written++;
      }
    }
    return written;
  }

  private FakeRow row(Place place) {
    return Objects.requireNonNull(tables.row(transaction, place));
  }

  private List<FakeRow> rows(String table, Predicate<FakeRow> what) {
    return tables.places(transaction, table).stream().map(this::row).filter(what).toList();
  }
}
