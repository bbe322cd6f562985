package dev.exchequer.server.store.postgres;

import dev.exchequer.server.store.postgres.FakeTables.Place;
import dev.exchequer.server.store.postgres.FakeTables.Transaction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a takeover does with the chains of epochs: the statements of {@link PostgresChain#begun}. No writer's row is ever deleted here, so each chain's end is known. */
final class FakeChains {
  private final FakeTables tables;
  private final Transaction transaction;

  FakeChains(FakeTables tables, Transaction transaction) {
    this.tables = tables;
    this.transaction = transaction;
  }

  boolean knows(String sql) {
    return sql.contains(" chains ") || sql.equals("SELECT id FROM ledger");
  }

  /** Whatever the statement reads or returns. */
  List<@Nullable Object[]> query(String sql, List<@Nullable Object> values) {
    if (sql.equals("SELECT id FROM ledger")) {
      return one("the ledger of the simulation");
    }
    if (sql.startsWith("UPDATE chains c SET number = w.number")) {
      return end(values.get(0));
    }
    if (sql.endsWith("WHERE writer = ? AND number IS NULL")) {
      return rows().stream().filter(row -> row.value("writer").equals(values.get(0)) && row.get("number") == null).map(row -> new @Nullable Object[] {row.value("id")}).toList();
    }
    if (sql.startsWith("SELECT id, number, hash FROM chains")) {
      Optional<FakeRow> last = rows().stream().filter(row -> row.value("writer").equals(values.get(0)) && row.get("number") != null).max(Comparator.comparing(row -> row.number("epoch")));
      return last.map(row -> one(row.value("id"), row.value("number"), row.value("hash"))).orElse(List.of());
    }
    if (sql.startsWith("INSERT INTO chains")) {
      long id = tables.reserved();
      FakeRow row = new FakeRow().with("id", id).with("writer", values.get(0)).with("epoch", values.get(1)).with("follows", values.get(2)).with("start", values.get(3));
      transaction.writes.put(FakeTables.place("chains", row), row);
      return one(id);
    }
    throw new AssertionError("the simulated database does not know this statement: " + sql);
  }

  private static List<@Nullable Object[]> one(Object... values) {
    return List.<@Nullable Object[]>of(values);
  }

  /** @return one of each chain that was ended */
  private List<@Nullable Object[]> end(@Nullable Object writer) {
    List<@Nullable Object[]> ended = new ArrayList<>(1);
    for (Place place : tables.places(transaction, "writers")) {
      FakeRow row = Objects.requireNonNull(tables.row(transaction, place));
      if (row.value("id").equals(writer) && row.get("chain") != null) {
        Place chain = new Place("chains", List.of(row.value("chain")));
        FakeRow there = tables.row(transaction, chain);
        if (there != null && there.get("number") == null) {
          transaction.writes.put(chain, new FakeRow(there).with("number", row.value("number")).with("hash", row.value("hash")));
          ended.add(new @Nullable Object[0]);
        }
      }
    }
    return ended;
  }

  private List<FakeRow> rows() {
    List<FakeRow> rows = new ArrayList<>();
    tables.places(transaction, "chains").forEach(place -> rows.add(Objects.requireNonNull(tables.row(transaction, place))));
    return rows;
  }
}
