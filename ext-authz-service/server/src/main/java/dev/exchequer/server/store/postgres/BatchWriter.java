package dev.exchequer.server.store.postgres;

import dev.exchequer.budget.Bucket;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Account;
import dev.exchequer.ledger.Alert;
import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.Change.GrantRecord;
import dev.exchequer.ledger.Change.IdempotencyKey;
import dev.exchequer.ledger.Envelope;
import dev.exchequer.ledger.Hold;
import dev.exchequer.ledger.RunningRequest;
import dev.exchequer.server.store.StoredJson;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes a batch, one statement for each table. A row that was locked is updated; any other is new, by a plain INSERT: if it is there, another replica made it
 * meanwhile, and the batch has to be decided again.
 */
final class BatchWriter {
  private final Sql sql;
  private final StoredJson json;
  private final String replica;

  BatchWriter(Sql sql, StoredJson json, String replica) {
    this.sql = sql;
    this.json = json;
    this.replica = replica;
  }

  void write(ChangedRows changed, LockedRows locked) throws SQLException {
    requests(changed, locked);
    holds(changed, locked);
    running(changed, locked);
    accounts(changed, locked);
    keys(changed);
    buckets(changed, locked);
    insert("entries", this::entryColumns, changed.entries);
    new HouseWriter(sql, replica).write(changed);
    insert("receipts", BatchWriter::receiptColumns, changed.receipts);
    refusals(changed);
    insert("grants", this::grantColumns, changed.grants);
    envelopes(changed);
    alerts(changed);
    journal(changed);
  }

  private void requests(ChangedRows changed, LockedRows locked) throws SQLException {
    List<RunningRequest> fresh = new ArrayList<>();
    List<RunningRequest> known = new ArrayList<>();
    List<String> ended = new ArrayList<>();
    changed.requests.forEach(
        (id, last) -> {
          boolean there = locked.requests.containsKey(id);
          last.ifPresent(request -> (there ? known : fresh).add(request));
          if (there && last.isEmpty()) {
            ended.add(id);
          }
        });
    insert("requests", this::requestColumns, fresh);
    update("requests", this::requestColumns, known, List.of("id"));
    if (!ended.isEmpty()) {
      Columns<String> ids = new Columns<>(ended).text("id", id -> id);
      exactly(ended.size(), sql.run(ids.delete("requests", List.of("id")), ids.values()), "requests");
    }
  }

  private Columns<RunningRequest> requestColumns(Collection<RunningRequest> requests) {
    return new Columns<>(requests)
        .text("id", r -> r.facts().id())
        .text("phase", r -> r.phase().name())
        .number("since", RunningRequest::sinceMs)
        .text("plan", r -> r.facts().planDigest())
        .text("writer", r -> replica)
        .text("body", this::body);
  }

  private void holds(ChangedRows changed, LockedRows locked) throws SQLException {
    List<Hold> fresh = new ArrayList<>();
    List<Hold> known = new ArrayList<>();
    changed.holds.forEach((id, hold) -> (locked.holds.containsKey(id) ? known : fresh).add(hold));
    insert("holds", this::holdColumns, fresh);
    update("holds", this::holdColumns, known, List.of("request", "attempt"));
  }

  private Columns<Hold> holdColumns(Collection<Hold> holds) {
    return new Columns<>(holds)
        .text("request", h -> h.id().request())
        .integer("attempt", h -> h.id().attempt())
        .text("state", h -> h.state().name())
        .text("balance", Hold::balance)
        .text("plan", Hold::planDigest)
        .text("writer", h -> replica)
        .number("held_at", Hold::heldAtMs)
        .number("lease_until", Hold::leaseUntilMs)
        .text("body", this::body);
  }

  /** How many requests of each key run more or less than when the keys were locked. */
  private void running(ChangedRows changed, LockedRows locked) throws SQLException {
    Map<ObjectName, Long> more = new TreeMap<>();
    changed.requests.forEach(
        (id, last) -> {
          int before = locked.requests.containsKey(id) ? 1 : 0;
          int after = last.isPresent() ? 1 : 0;
          if (before != after) {
            more.merge(java.util.Objects.requireNonNull(changed.keyOfRequest.get(id)), (long) (after - before), Long::sum);
          }
        });
    more.values().removeIf(difference -> difference == 0);
    if (more.isEmpty()) {
      return;
    }
    more.keySet().forEach(key -> locked(locked.anchors.contains(Reach.anchor(key)), "the anchor of key", key));
    Columns<Map.Entry<ObjectName, Long>> columns =
        new Columns<>(more.entrySet()).text("name", e -> Reach.anchor(e.getKey())).number("more", Map.Entry::getValue);
    String add = "UPDATE anchors t SET running = t.running + w.more FROM unnest(?::text[], ?::int8[]) AS w(name, more) WHERE t.name = w.name";
    exactly(more.size(), sql.run(add, columns.values()), "anchors");
  }

  private void accounts(ChangedRows changed, LockedRows locked) throws SQLException {
    List<Account> fresh = new ArrayList<>();
    List<Account> known = new ArrayList<>();
    for (Account account : changed.accounts.values()) {
      boolean there = locked.accounts.containsKey(account.name());
      locked(there || !locked.seenAccounts.containsKey(account.name()), "account", account.name());
      (there ? known : fresh).add(account);
    }
    insert("accounts", this::accountColumns, fresh);
    update("accounts", this::accountColumns, known, List.of("name"));
  }

  private Columns<Account> accountColumns(Collection<Account> accounts) {
    return new Columns<>(accounts)
        .text("name", Account::name)
        .text("unit", Account::unit)
        .number("posted", Account::posted)
        .number("held", Account::held)
        .number("sequence", Account::sequence)
        .number("due", a -> a.purse().dueMs() == Long.MAX_VALUE ? null : Long.valueOf(a.purse().dueMs()))
        .text("body", this::body);
  }

  private void keys(ChangedRows changed) throws SQLException {
    List<IdempotencyKey> taken = changed.keys.values().stream().flatMap(Optional::stream).toList();
    List<Reach.Slot> freed = changed.keys.entrySet().stream().filter(e -> e.getValue().isEmpty()).map(Map.Entry::getKey).toList();
    if (!taken.isEmpty()) {
      Columns<IdempotencyKey> columns =
          new Columns<>(taken)
              .text("api_key", IdempotencyKey::apiKey)
              .text("key", IdempotencyKey::key)
              .text("request", IdempotencyKey::request)
              .number("until", IdempotencyKey::untilMs);
      // their API keys' anchors are locked: nobody else has one of them in hand
      sql.run(columns.insert("idempotency") + " ON CONFLICT (api_key, key) DO UPDATE SET request = excluded.request, until = excluded.until", columns.values());
    }
    if (!freed.isEmpty()) {
      Columns<Reach.Slot> columns = new Columns<>(freed).text("api_key", Reach.Slot::apiKey).text("key", Reach.Slot::key);
      sql.run(columns.delete("idempotency", List.of("api_key", "key")), columns.values());
    }
  }

  private void buckets(ChangedRows changed, LockedRows locked) throws SQLException {
    List<Bucket> fresh = new ArrayList<>();
    List<Bucket> known = new ArrayList<>();
    for (Bucket bucket : changed.buckets.values()) {
      locked(locked.anchors.contains("budget " + bucket.key().budget()), "the anchor of budget", bucket.key().budget());
      (locked.buckets.containsKey(bucket.key()) ? known : fresh).add(bucket);
    }
    insert("buckets", BatchWriter::bucketColumns, fresh);
    update("buckets", BatchWriter::bucketColumns, known, List.of("budget", "value", "unit", "window_start"));
  }

  private static Columns<Bucket> bucketColumns(Collection<Bucket> buckets) {
    return new Columns<>(buckets)
        .text("budget", b -> b.key().budget())
        .text("value", b -> ColumnText.encoded(b.key().value()))
        .text("unit", b -> b.key().unit())
        .number("window_start", b -> b.key().windowStartMs())
        .number("window_end", Bucket::windowEndMs)
        .number("spent", Bucket::spent)
        .number("held", Bucket::held)
        .number("last_used", Bucket::lastUsedMs)
        .integer("alerted", Bucket::alerted)
        .number("alerted_limit", Bucket::alertedLimit);
  }

  private Columns<ChangedRows.PlacedEntry> entryColumns(Collection<ChangedRows.PlacedEntry> entries) {
    return new Columns<>(entries)
        .text("balance", e -> e.entry().balance())
        .number("sequence", e -> e.entry().sequence())
        .number("time", e -> e.entry().timeMs())
        .text("kind", e -> e.entry().kind().text())
        .number("amount", e -> e.entry().amount())
        .number("before", e -> e.entry().before())
        .number("after", e -> e.entry().after())
        .text("receipt", e -> e.entry().receipt())
        .integer("attempt", e -> e.entry().attempt())
        .text("actor", e -> encoded(e.entry().actor()))
        .text("reason", e -> encoded(e.entry().reason()))
        .text("body", e -> body(e.entry()))
        .integer("chain", e -> e.place().chain())
        .number("number", e -> e.place().number())
        .bytes("hash", e -> e.place().hash().bytes());
  }

  private static Columns<ChangedRows.PlacedReceipt> receiptColumns(Collection<ChangedRows.PlacedReceipt> receipts) {
    return new Columns<>(receipts)
        .text("id", r -> r.receipt().id())
        .number("time", r -> r.receipt().time())
        .text("api_key", r -> r.receipt().apiKey())
        .text("project", r -> r.receipt().project())
        .text("route", r -> r.receipt().route())
        .text("model", r -> encoded(r.receipt().requestedModel()))
        .text("status", r -> r.receipt().status())
        .text("task", r -> r.receipt().task())
        .text("end_user", r -> encoded(r.receipt().endUser()))
        .text("body", ChangedRows.PlacedReceipt::body)
        .integer("chain", r -> r.place().chain())
        .number("number", r -> r.place().number())
        .bytes("hash", r -> r.place().hash().bytes());
  }

  /** In rows of this replica's own: a flood of refusals makes no other one wait. */
  private void refusals(ChangedRows changed) throws SQLException {
    if (changed.refusals.isEmpty()) {
      return;
    }
    Columns<Map.Entry<Change.RefusalCounted, Long>> columns =
        new Columns<>(changed.refusals.entrySet())
            .number("second", e -> e.getKey().secondMs())
            .text("api_key", e -> e.getKey().apiKey())
            .text("code", e -> e.getKey().code())
            .text("writer", e -> replica)
            .number("count", Map.Entry::getValue);
    String more = " ON CONFLICT (second, api_key, code, writer) DO UPDATE SET count = refusals.count + excluded.count";
    exactly(changed.refusals.size(), sql.run(columns.insert("refusals") + more, columns.values()), "refusals");
  }

  private Columns<GrantRecord> grantColumns(Collection<GrantRecord> grants) {
    return new Columns<>(grants)
        .text("key", g -> ColumnText.encoded(g.key()))
        .text("content", g -> ColumnText.encoded(g.content()))
        .text("balance", g -> g.balance())
        .number("sequence", g -> g.sequence())
        .number("before", g -> g.before())
        .number("after", g -> g.after())
        .text("terms", g -> g.terms() == null ? null : body(g.terms()));
  }

  /** The anchors of their budgets are locked: nobody else has one of them in hand. */
  private void envelopes(ChangedRows changed) throws SQLException {
    for (Envelope envelope : changed.envelopes.values()) {
      sql.run(
          "INSERT INTO tasks (budget, task, ends, body) VALUES (?, ?, ?, ?) ON CONFLICT (budget, task) DO UPDATE SET ends = excluded.ends, body = excluded.body",
          envelope.budget(), envelope.task(), envelope.closed() ? 1L : envelope.expiresAtMs(), body(envelope));
    }
  }

  private void alerts(ChangedRows changed) throws SQLException {
    if (!changed.alerts.isEmpty()) {
      Columns<Alert> columns =
          new Columns<>(changed.alerts)
              .text("id", Alert::id)
              .number("time", Alert::timeMs)
              .text("writer", a -> replica)
              .text("body", this::body)
              .number("next_attempt", Alert::timeMs);
      // an id is one crossing
      sql.run(columns.insert("alerts") + " ON CONFLICT (id) DO NOTHING", columns.values());
    }
    for (Change.AlertTried tried : changed.tried.values()) {
      // another replica may have told it too: who did first stands
      sql.run(
          "UPDATE alerts SET attempts = ?, next_attempt = nullif(?, 0), delivered_at = nullif(?, 0), error = ?::text WHERE id = ? AND delivered_at IS NULL",
          (long) tried.attempts(), tried.nextAtMs(), tried.deliveredAtMs(), encoded(tried.error()), tried.id());
    }
  }

  private void journal(ChangedRows changed) throws SQLException {
    for (var place : changed.journal.values()) {
      sql.run(
          "INSERT INTO journal (writer, file, inode, generation, position) VALUES (?, ?, ?, ?, ?) "
              + "ON CONFLICT (writer, file) DO UPDATE SET inode = excluded.inode, generation = excluded.generation, position = excluded.position",
          replica, place.file(), place.inode(), place.generation(), place.offset());
    }
  }

  private String body(Object row) {
    return ColumnText.json(json.write(row));
  }

  private static @Nullable String encoded(@Nullable String text) {
    return text == null ? null : ColumnText.encoded(text);
  }

  private <T> void insert(String table, Function<Collection<T>, Columns<T>> made, Collection<T> rows) throws SQLException {
    if (!rows.isEmpty()) {
      Columns<T> columns = made.apply(rows);
      exactly(rows.size(), sql.run(columns.insert(table), columns.values()), table);
    }
  }

  private <T> void update(String table, Function<Collection<T>, Columns<T>> made, Collection<T> rows, List<String> keys) throws SQLException {
    if (!rows.isEmpty()) {
      Columns<T> columns = made.apply(rows);
      exactly(rows.size(), sql.run(columns.update(table, keys), columns.values()), table);
    }
  }

  static void exactly(int rows, int written, String table) {
    if (written != rows) {
      throw new IllegalStateException(written + " of " + rows + " rows of " + table + " were written: they were not locked");
    }
  }

  private static void locked(boolean locked, String what, Object which) {
    if (!locked) {
      throw new IllegalStateException(what + " " + which + " was not locked");
    }
  }
}
