package dev.exchequer.server.store.postgres;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a database in memory, as committed, and who has locked which. It promises what the ledger relies on and no more: primary keys and one charge an
 * attempt are unique; there are no triggers and no other checks, so nothing that the code should see is refused for it here.
 */
final class FakeTables {
  static final Map<String, List<String>> KEYS =
      Map.ofEntries(
          Map.entry("writers", List.of("id")), Map.entry("anchors", List.of("name")), Map.entry("accounts", List.of("name")),
          Map.entry("entries", List.of("balance", "sequence")), Map.entry("holds", List.of("request", "attempt")), Map.entry("requests", List.of("id")),
          Map.entry("buckets", List.of("budget", "value", "unit", "window_start")), Map.entry("receipts", List.of("id")),
          Map.entry("refusals", List.of("second", "api_key", "code", "writer")), Map.entry("idempotency", List.of("api_key", "key")), Map.entry("grants", List.of("key")),
          Map.entry("house_entries", List.of("receipt", "attempt", "kind")), Map.entry("house_accounts", List.of("stripe", "provider", "unit")),
          Map.entry("tasks", List.of("budget", "task")), Map.entry("alerts", List.of("id")), Map.entry("policies", List.of("digest")), Map.entry("chains", List.of("id")), Map.entry("journal", List.of("writer", "file")));

  /** A row's place: values of the primary key, text byte by byte. */
  record Place(String table, List<Object> key) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      for (int i = 0; i < key.size(); i++) {
        int order = compare(key.get(i), other.key.get(i));
        if (order != 0) {
          return order;
        }
      }
      return 0;
    }
  }

  /** What one transaction wrote; a null row is one that it deleted. */
  static final class Transaction {
    final Map<Place, @Nullable FakeRow> writes = new LinkedHashMap<>();
    final List<Place> locked = new ArrayList<>();
    final List<Runnable> waiters = new ArrayList<>();
    @Nullable Transaction waitsFor;
    boolean over;
  }

  private final Map<String, TreeMap<Place, FakeRow>> tables = new HashMap<>();
  private final Map<Place, Transaction> locks = new HashMap<>();
  private long reserved;

  FakeTables() {
    KEYS.keySet().forEach(table -> tables.put(table, new TreeMap<>()));
  }

  private TreeMap<Place, FakeRow> rows(String table) {
    return Objects.requireNonNull(tables.get(table), table);
  }

  static int compare(Object a, Object b) {
    return a instanceof Long x && b instanceof Long y ? Long.compare(x, y) : a.toString().compareTo(b.toString());
  }

  static Place place(String table, FakeRow row) {
    List<Object> key = new ArrayList<>();
    Objects.requireNonNull(KEYS.get(table), table).forEach(column -> key.add(row.value(column)));
    return new Place(table, key);
  }

  /** As this transaction sees it now: what is committed, and what it wrote itself. */
  @Nullable FakeRow row(Transaction transaction, Place place) {
    return transaction.writes.containsKey(place) ? transaction.writes.get(place) : rows(place.table).get(place);
  }

  /** The places of all rows that this transaction sees now, in the order of their keys. */
  List<Place> places(Transaction transaction, String table) {
    if (transaction.writes.isEmpty()) {
      return List.copyOf(rows(table).keySet());
    }
    TreeMap<Place, Boolean> seen = new TreeMap<>();
    rows(table).keySet().forEach(place -> seen.put(place, true));
    transaction.writes.forEach((place, row) -> {
      if (place.table.equals(table)) {
        if (row == null) {
          seen.remove(place);
        } else {
          seen.put(place, true);
        }
      }
    });
    return List.copyOf(seen.keySet());
  }

  /** @return who has this row, null = it is this transaction's now */
  @Nullable Transaction lock(Transaction transaction, Place place) {
    Transaction holder = locks.putIfAbsent(place, transaction);
    if (holder == null) {
      transaction.locked.add(place);
    }
    return holder == transaction ? null : holder;
  }

  boolean charged(Transaction transaction, FakeRow entry) {
    for (Place place : places(transaction, "entries")) {
      FakeRow other = row(transaction, place);
      if (other != null && "Charge".equals(other.get("kind")) && entry.value("receipt").equals(other.get("receipt")) && entry.value("attempt").equals(other.get("attempt"))) {
        return true;
      }
    }
    return false;
  }

  void commit(Transaction transaction) {
    transaction.writes.forEach((place, row) -> {
      if (row == null) {
        rows(place.table).remove(place);
      } else {
        rows(place.table).put(place, row);
      }
    });
    end(transaction);
  }

  /** Nothing of it stays; who waited for it goes on. */
  void end(Transaction transaction) {
    transaction.over = true;
    transaction.writes.clear();
    transaction.locked.forEach(locks::remove);
    transaction.locked.clear();
    List<Runnable> waiters = List.copyOf(transaction.waiters);
    transaction.waiters.clear();
    waiters.forEach(Runnable::run);
  }

  /** As a sequence of the database: each time a larger number, whatever becomes of its transaction. */
  long reserved() {
    return ++reserved;
  }

  /** What is committed. */
  List<FakeRow> committed(String table) {
    return List.copyOf(rows(table).values());
  }
}
