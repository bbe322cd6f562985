package dev.exchequer.server.store.postgres;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a database in memory, as committed, and who has locked which. It promises what the ledger relies on and no more: primary keys and one charge an
 * attempt are unique; there are no triggers and no other checks, so nothing that the code should see is refused for it here. Row locks are waited for in turn, and
 * who is next has the row in the moment in which it is free, as in PostgreSQL.
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

  /** One charge an attempt, as rows of a table of its own. */
  private static final String CHARGES = "one_charge_an_attempt";

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
    final FakeMirror session;
    final List<Runnable> waiters = new ArrayList<>();
    /** The row that it waits for, and who is before it. */
    @Nullable Place waitsAt;
    @Nullable Transaction waitsFor;
    boolean over;

    Transaction(FakeMirror session) {
      this.session = session;
    }
  }

  private final Map<String, TreeMap<Place, FakeRow>> tables = new HashMap<>();
  private final Map<Place, Transaction> locks = new HashMap<>();
  /** Who waits for a row, in turn. */
  private final Map<Place, Deque<Transaction>> queues = new HashMap<>();
  private long reserved;

  FakeTables() {
    KEYS.keySet().forEach(table -> tables.put(table, new TreeMap<>()));
    tables.put(CHARGES, new TreeMap<>());
  }

  private TreeMap<Place, FakeRow> rows(String table) {
    return Objects.requireNonNull(tables.get(table), table);
  }

  static int compare(Object a, Object b) {
    if (a instanceof Long x && b instanceof Long y) {
      return Long.compare(x, y);
    }
    return compare(a.toString(), b.toString());
  }

  /** In the order of their UTF-8: what takes two chars is behind everything else. */
  private static int compare(String a, String b) {
    for (int i = 0; i < a.length() && i < b.length(); i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        boolean far = Character.isSurrogate(x);
        return far == Character.isSurrogate(y) ? Character.compare(x, y) : far ? 1 : -1;
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  /** Columns of its primary key. */
  static List<String> key(String table) {
    return Objects.requireNonNull(KEYS.get(table), table);
  }

  static Place place(String table, FakeRow row) {
    List<Object> key = new ArrayList<>();
    key(table).forEach(column -> key.add(row.value(column)));
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

  /** @return whom it has to wait for, null = the row is this transaction's now */
  @Nullable Transaction lock(Transaction transaction, Place place) {
    Transaction holder = locks.get(place);
    if (holder == transaction) {
      return null;
    }
    Deque<Transaction> queue = queues.get(place);
    Transaction first = queue == null ? null : queue.peek();
    if (holder == null && (first == null || first == transaction)) {
      if (queue != null) {
        queue.poll();
      }
      locks.put(place, transaction);
      transaction.locked.add(place);
      return null;
    }
    if (queue == null) {
      queue = new ArrayDeque<>(2);
      queues.put(place, queue);
    }
    if (!queue.contains(transaction)) {
      queue.add(transaction);
    }
    Transaction next = queue.peek();
    // whoever wants a row that is being made waits for its maker
    return next == transaction || holder != null && !rows(place.table).containsKey(place) ? holder : next;
  }

  /**
   * The same of a row that is to be new: where there is one that nobody else is changing, it need not wait to see that.
   *
   * @return whom it has to wait for, null = look now
   */
  @Nullable Transaction claim(Transaction transaction, Place place) {
    Transaction holder = locks.get(place);
    boolean changing = holder != null && holder != transaction && holder.writes.containsKey(place);
    if (changing || row(transaction, place) == null) {
      return lock(transaction, place);
    }
    Deque<Transaction> queue = queues.get(place);
    if (queue != null && queue.remove(transaction)) {
      wake(transaction);
    }
    return null;
  }

  /** There is no such row any more: nothing is locked. */
  void unlock(Transaction transaction, Place place) {
    locks.remove(place, transaction);
    transaction.locked.remove(place);
    wake(transaction);
  }

  /** Where an entry says that an attempt was charged, null = it says something else. */
  static @Nullable Place charge(FakeRow entry) {
    return "Charge".equals(entry.get("kind")) ? new Place(CHARGES, List.of(entry.value("receipt"), entry.value("attempt"))) : null;
  }

  /** It is there from now on; the transaction is to be ended next. */
  void commit(Transaction transaction) {
    transaction.writes.forEach((place, row) -> {
      if (row == null) {
        rows(place.table).remove(place);
      } else {
        rows(place.table).put(place, row);
      }
    });
  }

  /** Nothing of it stays but what was committed; who waited for it goes on. */
  void end(Transaction transaction) {
    transaction.over = true;
    transaction.writes.clear();
    transaction.locked.forEach(locks::remove);
    transaction.locked.clear();
    Place waited = transaction.waitsAt;
    if (waited != null) {
      Objects.requireNonNull(queues.get(waited)).remove(transaction);
      transaction.waitsAt = null;
      transaction.waitsFor = null;
    }
    wake(transaction);
  }

  private static void wake(Transaction transaction) {
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
