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
import dev.exchequer.server.store.chain.HouseFacts;
import dev.exchequer.server.store.chain.Place;
import dev.exchequer.server.store.chain.ReceiptFacts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The statements that write a batch, in order: rows that changed several times are written once, entries and receipts each. Asks and writes nothing itself, so that
 * another thread can make the texts and hashes while the first of them are written already ({@link MadeAhead}).
 */
final class SqliteBatch {
  /** There is one writer. */
  private static final String STRIPE = "local";

  /** Where the statements go. */
  interface Steps {
    void put(String sql, @Nullable Object... values);

    /** A policy is activated or dropped, which takes questions. */
    void policy(Change change);
  }

  private final Collection<Change> changes;
  private final long nowMs;
  private final StoredJson json;
  private final Place before;
  private final ChainWriter chain;

  /** @param before where the chain ends */
  SqliteBatch(Collection<Change> changes, long nowMs, StoredJson json, Place before) {
    this.changes = changes;
    this.nowMs = nowMs;
    this.json = json;
    this.before = before;
    this.chain = new ChainWriter(before);
  }

  /** Where the chain ends when all of it is written. */
  Place head() {
    return chain.head();
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
        case Change.HousePosted c -> {
          house.add(c.entry());
          if (c.entry().kind() == HouseEntry.Kind.CORRECTION) {
            inOrder.add(c); // a record of the chain
          }
        }
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
        case Change.EvidenceUnused c -> {}
      }
    }
  }

  /** Once. */
  void tell(Steps steps) {
    Rows rows = new Rows();
    changes.forEach(rows::add);
    for (Account account : rows.accounts.values()) {
      steps.put(
          "INSERT OR REPLACE INTO accounts (name, unit, posted, held, sequence, purse) VALUES (?,?,?,?,?,?)",
          account.name(), account.unit(), account.posted(), account.held(), account.sequence(), json.write(account.purse()));
    }
    for (Hold hold : rows.holds.values()) {
      steps.put("INSERT OR REPLACE INTO holds VALUES (?,?,?,?)", hold.id().request(), hold.id().attempt(), hold.state().name(), json.write(hold));
    }
    for (Map.Entry<String, @Nullable RunningRequest> request : rows.requests.entrySet()) {
      RunningRequest running = request.getValue();
      if (running == null) {
        steps.put("DELETE FROM requests WHERE id = ?", request.getKey());
      } else {
        steps.put("INSERT OR REPLACE INTO requests VALUES (?,?)", request.getKey(), json.write(running));
      }
    }
    for (Bucket b : rows.buckets.values()) {
      BucketKey k = b.key();
      steps.put(
          "INSERT OR REPLACE INTO buckets (budget, value, unit, window_start, window_end, spent, held, last_used, alerted, alerted_limit) VALUES (?,?,?,?,?,?,?,?,?,?)",
          k.budget(), k.value(), k.unit(), k.windowStartMs(), b.windowEndMs(), b.spent(), b.held(), b.lastUsedMs(), b.alerted(), b.alertedLimit());
    }
    for (JournalPosition p : rows.journal.values()) {
      steps.put("INSERT OR REPLACE INTO journal VALUES (?,?,?,?)", p.file(), p.inode(), p.generation(), p.offset());
    }
    for (Map.Entry<Change.RefusalCounted, Long> counted : rows.refusals.entrySet()) {
      Change.RefusalCounted c = counted.getKey();
      steps.put("INSERT INTO refusals VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET count = count + excluded.count", c.secondMs(), c.apiKey(), c.code(), counted.getValue());
    }
    house(rows.house, steps);
    for (Change change : rows.inOrder) {
      write(change, steps);
    }
    if (chain.head().number() > before.number()) {
      steps.put("UPDATE chains SET number = ?, hash = ? WHERE id = ?", chain.head().number(), chain.head().hash().bytes(), chain.head().chain());
    }
    steps.put("UPDATE meta SET value = ? WHERE name = 'time'", nowMs);
  }

  private static void house(List<HouseEntry> entries, Steps steps) {
    for (HouseEntry e : entries) {
      if (e.kind() == HouseEntry.Kind.COST) {
        steps.put(
            "INSERT INTO house_entries (receipt, attempt, kind, stripe, provider, unit, time, amount, sheet, digest) VALUES (?,?,?,?,?,?,?,?,?,?)",
            e.attempt().request(), e.attempt().attempt(), e.kind().text(), STRIPE, e.provider(), e.unit(), e.timeMs(), e.amount(), e.sheet(), e.digest());
      }
    }
    for (HouseSums.Sum sum : HouseSums.of(entries)) {
      steps.put(
          "INSERT INTO house_accounts (stripe, provider, unit, units, nanos, entries) VALUES (?,?,?,?,?,?)" + HouseSums.ADD, STRIPE, sum.provider(), sum.unit(), sum.units(),
          sum.nanos(), sum.entries());
    }
  }

  private void write(Change change, Steps steps) {
    switch (change) {
      case Change.EntryPosted c -> entry(c.entry(), steps);
      case Change.ReceiptWritten c -> receipt(c.receipt(), steps);
      case Change.HousePosted c -> correction(c.entry(), steps);
      case Change.KeyTaken c -> steps.put("INSERT OR REPLACE INTO idempotency VALUES (?,?,?,?)", c.key().apiKey(), c.key().key(), c.key().request(), c.key().untilMs());
      case Change.KeyFreed c -> steps.put("DELETE FROM idempotency WHERE api_key = ? AND key = ?", c.key().apiKey(), c.key().key());
      case Change.GrantRecorded c ->
          steps.put(
              "INSERT INTO grants (key, content, balance, sequence, before, after, terms) VALUES (?,?,?,?,?,?,?)",
              c.grant().key(), c.grant().content(), c.grant().balance(), c.grant().sequence(), c.grant().before(), c.grant().after(),
              c.grant().terms() == null ? null : json.write(c.grant().terms()));
      case Change.EnvelopeChanged c -> steps.put("INSERT OR REPLACE INTO tasks (budget, task, body) VALUES (?,?,?)", c.envelope().budget(), c.envelope().task(), json.write(c.envelope()));
      case Change.AlertRaised c ->
          steps.put("INSERT OR IGNORE INTO alerts (id, time, body, next_attempt) VALUES (?,?,?,?)", c.alert().id(), c.alert().timeMs(), json.write(c.alert()), c.alert().timeMs());
      case Change.AlertTried c ->
          steps.put(
              "UPDATE alerts SET attempts = ?, next_attempt = ?, delivered_at = ?, error = ? WHERE id = ? AND delivered_at IS NULL",
              c.attempts(), orNull(c.nextAtMs()), orNull(c.deliveredAtMs()), c.error(), c.id());
      case Change.PolicyActivated c -> steps.policy(c);
      case Change.PolicyDropped c -> steps.policy(c);
      default -> throw new IllegalStateException("not written in order: " + change);
    }
  }

  private static @Nullable Long orNull(long ms) {
    return ms == 0 ? null : Long.valueOf(ms);
  }

  private void entry(Entry e, Steps steps) {
    Place place = chain.entry(LedgerReads.EntryRow.of(e));
    steps.put(
        "INSERT INTO entries (balance, sequence, time, kind, amount, before, after, receipt, attempt, actor, reason, allocations, chain, number, hash) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        e.balance(), e.sequence(), e.timeMs(), e.kind().text(), e.amount(), e.before(), e.after(), e.receipt(), e.attempt(), e.actor(), e.reason(),
        e.allocations().isEmpty() ? null : json.write(e.allocations()), place.chain(), place.number(), place.hash().bytes());
  }

  private void correction(HouseEntry e, Steps steps) {
    HouseFacts h = HouseFacts.of(e, STRIPE);
    Place place = chain.house(h);
    steps.put(
        "INSERT INTO house_entries (receipt, attempt, kind, stripe, provider, unit, time, amount, sheet, digest, chain, number, hash) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
        h.receipt(), h.attempt(), h.kind(), h.stripe(), h.provider(), h.unit(), h.timeMs(), h.amount(), h.sheet(), h.digest(), place.chain(), place.number(), place.hash().bytes());
  }

  private void receipt(Receipt r, Steps steps) {
    String body = ReceiptJson.write(r);
    Place place = chain.receipt(ReceiptFacts.of(r, body));
    steps.put(
        "INSERT INTO receipts (id, time, api_key, project, route, model, status, task, end_user, body, chain, number, hash) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
        r.id(), r.time(), r.apiKey(), r.project(), r.route(), r.requestedModel(), r.status(), r.task(), r.endUser(), body, place.chain(), place.number(), place.hash().bytes());
  }
}
