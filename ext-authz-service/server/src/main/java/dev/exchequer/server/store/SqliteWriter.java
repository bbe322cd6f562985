package dev.exchequer.server.store;

import dev.exchequer.budget.Bucket;
import dev.exchequer.budget.BucketKey;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Account;
import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.Command.JournalPosition;
import dev.exchequer.ledger.Entry;
import dev.exchequer.ledger.Hold;
import dev.exchequer.ledger.HouseEntry;
import dev.exchequer.ledger.RunningRequest;
import dev.exchequer.receipt.Receipt;
import dev.exchequer.server.store.chain.ChainWriter;
import dev.exchequer.server.store.chain.Place;
import dev.exchequer.server.store.chain.ReceiptFacts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes a batch: rows that changed several times are written once, entries and receipts each. */
final class SqliteWriter {
  /** There is one writer. */
  private static final String STRIPE = "local";

  private final Connection connection;
  private final StoredJson json;
  private final SqlitePolicies policies;
  private final Map<String, PreparedStatement> prepared = new LinkedHashMap<>();
  /** Where the chain ends for certain; null = to be read again. */
  private @Nullable Place head;

  SqliteWriter(Connection connection, StoredJson json, SqlitePolicies policies) {
    this.connection = connection;
    this.json = json;
    this.policies = policies;
  }

  /** The last form of every row that a batch changed. A null request is one that ended. */
  private static final class Rows {
    private final Map<ObjectName, Account> accounts = new LinkedHashMap<>();
    private final Map<HoldId, Hold> holds = new LinkedHashMap<>();
    private final Map<String, @Nullable RunningRequest> requests = new LinkedHashMap<>();
    private final Map<BucketKey, Bucket> buckets = new LinkedHashMap<>();
    private final Map<String, JournalPosition> journal = new LinkedHashMap<>();
    private final Map<Change.RefusalCounted, Long> refusals = new LinkedHashMap<>();
    private final List<HouseEntry> house = new ArrayList<>();
    private final List<Change> inOrder = new ArrayList<>();

    private void add(Change change) {
      switch (change) {
        case Change.AccountChanged c -> accounts.put(c.account().name(), c.account());
        case Change.HoldChanged c -> holds.put(c.hold().id(), c.hold());
        case Change.RequestChanged c -> requests.put(c.request().facts().id(), c.request());
        case Change.RequestEnded c -> requests.put(c.request().facts().id(), null);
        case Change.BucketChanged c -> buckets.put(c.bucket().key(), c.bucket());
        case Change.JournalRead c -> journal.put(c.position().file(), c.position());
        case Change.HousePosted c -> house.add(c.entry());
        case Change.EntryPosted c -> inOrder.add(c);
        case Change.ReceiptWritten c -> inOrder.add(c);
        case Change.KeyTaken c -> inOrder.add(c);
        case Change.KeyFreed c -> inOrder.add(c);
        case Change.GrantRecorded c -> inOrder.add(c);
        case Change.PolicyActivated c -> inOrder.add(c);
        case Change.PolicyDropped c -> inOrder.add(c);
        case Change.RefusalCounted c -> refusals.merge(c, 1L, Long::sum);
        case Change.EnvelopeChanged c -> inOrder.add(c);
        case Change.AlertRaised c -> inOrder.add(c);
        case Change.AlertTried c -> inOrder.add(c);
        case Change.AdmissionCounted c -> {}
      }
    }
  }

  void commit(Collection<Change> changes, long nowMs) {
    Rows rows = new Rows();
    changes.forEach(rows::add);
    try {
      Place durable = head == null ? SqliteChain.head(connection) : head;
      ChainWriter chain = new ChainWriter(durable);
      for (Account account : rows.accounts.values()) {
        run(
            "INSERT OR REPLACE INTO accounts (name, unit, posted, held, sequence, purse) VALUES (?,?,?,?,?,?)",
            account.name(), account.unit(), account.posted(), account.held(), account.sequence(), json.write(account.purse()));
      }
      for (Hold hold : rows.holds.values()) {
        run("INSERT OR REPLACE INTO holds VALUES (?,?,?,?)", hold.id().request(), hold.id().attempt(), hold.state().name(), json.write(hold));
      }
      for (Map.Entry<String, @Nullable RunningRequest> request : rows.requests.entrySet()) {
        RunningRequest running = request.getValue();
        if (running == null) {
          run("DELETE FROM requests WHERE id = ?", request.getKey());
        } else {
          run("INSERT OR REPLACE INTO requests VALUES (?,?)", request.getKey(), json.write(running));
        }
      }
      for (Bucket b : rows.buckets.values()) {
        BucketKey k = b.key();
        run(
            "INSERT OR REPLACE INTO buckets (budget, value, unit, window_start, window_end, spent, held, last_used, alerted, alerted_limit) VALUES (?,?,?,?,?,?,?,?,?,?)",
            k.budget(), k.value(), k.unit(), k.windowStartMs(), b.windowEndMs(), b.spent(), b.held(), b.lastUsedMs(), b.alerted(), b.alertedLimit());
      }
      for (JournalPosition p : rows.journal.values()) {
        run("INSERT OR REPLACE INTO journal VALUES (?,?,?,?)", p.file(), p.inode(), p.generation(), p.offset());
      }
      for (Map.Entry<Change.RefusalCounted, Long> counted : rows.refusals.entrySet()) {
        Change.RefusalCounted c = counted.getKey();
        run("INSERT INTO refusals VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET count = count + excluded.count", c.secondMs(), c.apiKey(), c.code(), counted.getValue());
      }
      house(rows.house);
      for (Change change : rows.inOrder) {
        write(change, chain);
      }
      if (chain.head().number() > durable.number()) {
        run("UPDATE chains SET number = ?, hash = ? WHERE id = ?", chain.head().number(), chain.head().hash().bytes(), chain.head().chain());
      }
      run("UPDATE meta SET value = ? WHERE name = 'time'", nowMs);
      connection.commit();
      head = chain.head();
      rows.inOrder.forEach(this::committed);
    } catch (SQLException | RuntimeException e) {
      rollback(e);
      throw new LedgerLane.LedgerUnavailable("the ledger cannot commit: " + e.getMessage(), e);
    }
  }

  private void house(List<HouseEntry> entries) throws SQLException {
    for (HouseEntry e : entries) {
      run(
          "INSERT INTO house_entries (receipt, attempt, kind, stripe, provider, unit, time, amount, sheet, digest) VALUES (?,?,?,?,?,?,?,?,?,?)",
          e.attempt().request(), e.attempt().attempt(), e.kind().text(), STRIPE, e.provider(), e.unit(), e.timeMs(), e.amount(), e.sheet(), e.digest());
    }
    for (HouseSums.Sum sum : HouseSums.of(entries)) {
      run(
          "INSERT INTO house_accounts (stripe, provider, unit, units, nanos, entries) VALUES (?,?,?,?,?,?)" + HouseSums.ADD, STRIPE, sum.provider(), sum.unit(), sum.units(),
          sum.nanos(), sum.entries());
    }
  }

  private void write(Change change, ChainWriter chain) throws SQLException {
    switch (change) {
      case Change.EntryPosted c -> entry(c.entry(), chain);
      case Change.ReceiptWritten c -> receipt(c.receipt(), chain);
      case Change.KeyTaken c -> run("INSERT OR REPLACE INTO idempotency VALUES (?,?,?,?)", c.key().apiKey(), c.key().key(), c.key().request(), c.key().untilMs());
      case Change.KeyFreed c -> run("DELETE FROM idempotency WHERE api_key = ? AND key = ?", c.key().apiKey(), c.key().key());
      case Change.GrantRecorded c ->
          run(
              "INSERT INTO grants (key, content, balance, sequence, before, after, terms) VALUES (?,?,?,?,?,?,?)",
              c.grant().key(), c.grant().content(), c.grant().balance(), c.grant().sequence(), c.grant().before(), c.grant().after(),
              c.grant().terms() == null ? null : json.write(c.grant().terms()));
      case Change.EnvelopeChanged c -> run("INSERT OR REPLACE INTO tasks (budget, task, body) VALUES (?,?,?)", c.envelope().budget(), c.envelope().task(), json.write(c.envelope()));
      case Change.AlertRaised c ->
          run("INSERT OR IGNORE INTO alerts (id, time, body, next_attempt) VALUES (?,?,?,?)", c.alert().id(), c.alert().timeMs(), json.write(c.alert()), c.alert().timeMs());
      case Change.AlertTried c ->
          run(
              "UPDATE alerts SET attempts = ?, next_attempt = ?, delivered_at = ?, error = ? WHERE id = ? AND delivered_at IS NULL",
              c.attempts(), orNull(c.nextAtMs()), orNull(c.deliveredAtMs()), c.error(), c.id());
      case Change.PolicyActivated c -> policies.activated(c.policy().digest(), c.atMs());
      case Change.PolicyDropped c -> policies.dropped(c.digest());
      default -> throw new IllegalStateException("not written in order: " + change);
    }
  }

  private static @Nullable Long orNull(long ms) {
    return ms == 0 ? null : Long.valueOf(ms);
  }

  private void entry(Entry e, ChainWriter chain) throws SQLException {
    Place place = chain.entry(LedgerReads.EntryRow.of(e));
    run(
        "INSERT INTO entries (balance, sequence, time, kind, amount, before, after, receipt, attempt, actor, reason, allocations, chain, number, hash) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        e.balance(), e.sequence(), e.timeMs(), e.kind().text(), e.amount(), e.before(), e.after(), e.receipt(), e.attempt(), e.actor(), e.reason(),
        e.allocations().isEmpty() ? null : json.write(e.allocations()), place.chain(), place.number(), place.hash().bytes());
  }

  private void receipt(Receipt r, ChainWriter chain) throws SQLException {
    String body = ReceiptJson.write(r);
    Place place = chain.receipt(ReceiptFacts.of(r, body));
    run(
        "INSERT INTO receipts (id, time, api_key, project, route, model, status, task, end_user, body, chain, number, hash) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
        r.id(), r.time(), r.apiKey(), r.project(), r.route(), r.requestedModel(), r.status(), r.task(), r.endUser(), body, place.chain(), place.number(), place.hash().bytes());
  }

  private void run(String sql, @Nullable Object... values) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
    }
    for (int i = 0; i < values.length; i++) {
      switch (values[i]) {
        case null -> statement.setNull(i + 1, Types.NULL);
        case Long number -> statement.setLong(i + 1, number);
        case Integer number -> statement.setInt(i + 1, number);
        case byte[] bytes -> statement.setBytes(i + 1, bytes);
        case Object text -> statement.setString(i + 1, text.toString());
      }
    }
    statement.executeUpdate();
  }

  private void committed(Change change) {
    if (change instanceof Change.PolicyActivated activated) {
      policies.committed(activated.policy().digest());
    }
  }

  private void rollback(Exception cause) {
    head = null;
    policies.rolledBack();
    try {
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }
}
