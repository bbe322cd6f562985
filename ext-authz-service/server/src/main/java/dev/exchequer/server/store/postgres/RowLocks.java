package dev.exchequer.server.store.postgres;

import dev.exchequer.budget.Bucket;
import dev.exchequer.budget.BucketKey;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Account;
import dev.exchequer.ledger.Change.GrantRecord;
import dev.exchequer.ledger.Change.IdempotencyKey;
import dev.exchequer.ledger.Envelope;
import dev.exchequer.ledger.GrantTerms;
import dev.exchequer.ledger.Hold;
import dev.exchequer.ledger.LedgerCore;
import dev.exchequer.ledger.RunningRequest;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Policy;
import dev.exchequer.selection.RequestFacts;
import dev.exchequer.server.store.StoredJson;
import dev.exchequer.server.store.postgres.Sql.Column;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Locks and reads the rows of one batch, always in the same order: requests, holds, anchors, accounts, each by id. What has no lock of its own is read after the
 * lock that stands for it: idempotency keys after their API key's anchor, buckets after their budget's.
 */
final class RowLocks {
  private static final int LEASES_A_TICK = 200;
  /** Ledger time may be so much ahead of this replica's clock: another one's clock drives it too. */
  static final long LATER_MS = 3_600_000;

  private final Sql sql;
  private final StoredJson json;
  private final PolicyShelf policies;
  private final String replica;
  private final String forUpdate;
  final LockedRows rows = new LockedRows();
  final Reach reach = new Reach();

  /** @param locking false = only looks, for a question */
  RowLocks(Sql sql, StoredJson json, PolicyShelf policies, String replica, boolean locking) {
    this.sql = sql;
    this.json = json;
    this.policies = policies;
    this.replica = replica;
    this.forUpdate = locking ? " FOR UPDATE" : "";
  }

  /**
   * @param earliestMs ledger time will not be before it
   * @param leases whether a sweep may end some by now
   * @throws MissingAnchors before anything of the money is locked
   */
  void take(Footprint wanted, long earliestMs, boolean leases) throws SQLException {
    Set<Reach.Slot> over = new HashSet<>();
    if (wanted.sweeps) {
      sweep(wanted, over, earliestMs, leases);
    }
    if (!forUpdate.isEmpty()) {
      due(earliestMs);
    }
    requests(wanted.requests);
    holds(wanted.holds);
    reach(wanted, over);
    anchors(reach.anchors());
    // what a refund or a correction gives back goes to the grants that paid, on their terms, also if nothing is left of them
    rows.holds.values().stream().filter(hold -> !hold.active()).forEach(hold -> hold.payment().allocations().forEach(paid -> wanted.grants.add(paid.grant())));
    grants(wanted.grants);
    activations(wanted, earliestMs);
    accounts(reach.accounts);
    keys(reach.slots);
    buckets(earliestMs);
    envelopes(earliestMs);
  }

  /** What time may end, not locked yet: it is looked at again when it is. A lease of another replica is left to it for one more lease. */
  private void sweep(Footprint wanted, Set<Reach.Slot> over, long nowMs, boolean leases) throws SQLException {
    long foreign = nowMs - LedgerCore.LEASE_MS;
    if (leases) {
      sql.each(
          "SELECT request, attempt FROM holds WHERE state = 'ACTIVE' AND lease_until <= ? AND (writer = ? OR lease_until <= ?) ORDER BY lease_until LIMIT " + LEASES_A_TICK,
          r -> wanted.add(new HoldId(r.getString(1), r.getInt(2))),
          nowMs, replica, foreign);
    }
    sql.each(
        "SELECT id FROM requests WHERE phase = 'MOVING_ON' AND since <= ? AND (writer = ? OR since <= ?) ORDER BY since LIMIT " + LEASES_A_TICK,
        r -> wanted.requests.add(r.getString(1)),
        nowMs - LedgerCore.LEASE_MS, replica, foreign - LedgerCore.LEASE_MS);
    sql.each(
        "SELECT api_key, key FROM idempotency WHERE until <= ? ORDER BY until LIMIT " + LEASES_A_TICK,
        r -> over.add(new Reach.Slot(ObjectName.parse(r.getString(1)), r.getString(2))),
        nowMs);
  }

  /** Accounts that a start or an end changes by now, whoever comes first: what is posted is value that can be spent. */
  private void due(long nowMs) throws SQLException {
    sql.each("SELECT name FROM accounts WHERE due <= ? ORDER BY due LIMIT " + LEASES_A_TICK, r -> reach.accounts.add(ObjectName.parse(r.getString(1))), nowMs);
  }

  private void requests(Set<String> ids) throws SQLException {
    if (!ids.isEmpty()) {
      sql.each(
          "SELECT id, body FROM requests WHERE id = ANY(?) ORDER BY id" + forUpdate,
          r -> rows.requests.put(r.getString(1), json.read(r.getString(2), RunningRequest.class)),
          Column.text(ids));
    }
  }

  private void holds(Set<HoldId> ids) throws SQLException {
    if (!ids.isEmpty()) {
      sql.each(
          "SELECT request, attempt, body FROM holds WHERE (request, attempt) IN (SELECT * FROM unnest(?::text[], ?::int[])) ORDER BY request, attempt" + forUpdate,
          r -> rows.holds.put(new HoldId(r.getString(1), r.getInt(2)), json.read(r.getString(3), Hold.class)),
          Column.text(ids.stream().map(HoldId::request).toList()), new Column("int4", ids.stream().map(HoldId::attempt).toArray()));
    }
  }

  private void reach(Footprint wanted, Set<Reach.Slot> over) throws SQLException {
    List<RequestFacts> facts = new ArrayList<>(wanted.admissions);
    rows.requests.values().forEach(request -> facts.add(request.facts()));
    facts.forEach(reach::add);
    rows.holds.values().forEach(reach::add);
    over.forEach(slot -> reach.keys.add(slot.apiKey()));
    reach.slots.addAll(over);
    policies.load(sql, reach.policies);
    for (RequestFacts each : facts) {
      policies.get(each.planDigest()).ifPresent(policy -> reach.walk(each, policy));
    }
    reach.accounts.addAll(wanted.granted);
    tasks(wanted);
  }

  /** A task that somebody opens, extends or closes: its budget, its counters, and how many are open beside it. */
  private void tasks(Footprint wanted) {
    for (Reach.Counter task : wanted.tasks) {
      reach.budgets.add(task.budget());
      reach.counters.add(task);
    }
    wanted.labels.forEach((budget, idleMs) -> reach.labels.merge(budget, idleMs, Math::max));
  }

  private void anchors(Set<String> names) throws SQLException {
    if (names.isEmpty()) {
      return;
    }
    sql.each(
        "SELECT name, running FROM anchors WHERE name = ANY(?) ORDER BY name" + forUpdate,
        r -> {
          rows.anchors.add(r.getString(1));
          if (r.getString(1).startsWith("key ")) {
            rows.running.put(ObjectName.parse(r.getString(1).substring("key ".length())), r.getInt(2));
          }
        },
        Column.text(names));
    Set<String> missing = new LinkedHashSet<>(names);
    missing.removeAll(rows.anchors);
    if (!missing.isEmpty() && !forUpdate.isEmpty()) {
      throw new MissingAnchors(missing);
    }
  }

  /** They are made in a transaction of their own, and the batch begins anew. */
  static final class MissingAnchors extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Set<String> names;

    MissingAnchors(Set<String> names) {
      super("anchors that are not there yet", null, false, false);
      this.names = names;
    }

    Set<String> names() {
      return names;
    }
  }

  private void grants(Set<String> keys) throws SQLException {
    if (!keys.isEmpty()) {
      sql.each(
          "SELECT key, content, balance, sequence, before, after, terms FROM grants WHERE key = ANY(?)",
          r ->
              rows.grants.add(
                  new GrantRecord(
                      ColumnText.decoded(r.getString(1)), ColumnText.decoded(r.getString(2)), ObjectName.parse(r.getString(3)), r.getLong(4), r.getLong(5), r.getLong(6),
                      terms(r.getString(7)))),
          Column.text(keys.stream().map(ColumnText::encoded).toList()));
    }
  }

  private @Nullable GrantTerms terms(@Nullable String stored) {
    return stored == null ? null : json.read(stored, GrantTerms.class);
  }

  /**
   * Accounts that get a grant, or that time changes about now, are locked; the others of the policy are only looked at, so that a new policy holds up nobody.
   */
  private void activations(Footprint wanted, long nowMs) throws SQLException {
    Set<ObjectName> seen = new LinkedHashSet<>();
    Set<String> made = new HashSet<>();
    rows.grants.forEach(grant -> made.add(grant.key()));
    for (Policy policy : wanted.activated) {
      for (Balance balance : policy.balances().values()) {
        boolean granted = balance.initialGrants().stream().allMatch(grant -> made.contains(Footprint.initialGrant(balance, grant)));
        (granted ? seen : reach.accounts).add(balance.name());
      }
    }
    if (!seen.isEmpty()) {
      sql.each("SELECT body FROM accounts WHERE name = ANY(?)", r -> seen(account(r), nowMs), Column.text(seen));
    }
  }

  private void seen(Account account, long nowMs) {
    if (account.purse().dueMs() <= nowMs + LATER_MS) {
      reach.accounts.add(account.name());
    } else {
      rows.seenAccounts.put(account.name(), account);
    }
  }

  private Account account(ResultSet row) throws SQLException {
    return json.read(row.getString(1), Account.class);
  }

  private void accounts(Set<ObjectName> names) throws SQLException {
    if (!names.isEmpty()) {
      sql.each(
          "SELECT body FROM accounts WHERE name = ANY(?) ORDER BY name" + forUpdate,
          r -> {
            Account account = account(r);
            rows.accounts.put(account.name(), account);
          },
          Column.text(names));
    }
  }

  private void keys(Set<Reach.Slot> slots) throws SQLException {
    if (!slots.isEmpty()) {
      sql.each(
          "SELECT api_key, key, request, until FROM idempotency WHERE (api_key, key) IN (SELECT * FROM unnest(?::text[], ?::text[]))",
          r -> rows.keys.add(new IdempotencyKey(ObjectName.parse(r.getString(1)), r.getString(2), r.getString(3), r.getLong(4))),
          Column.text(slots.stream().map(Reach.Slot::apiKey).toList()), Column.text(slots.stream().map(Reach.Slot::key).toList()));
    }
  }

  private static final String BUCKETS = "SELECT budget, value, unit, window_start, window_end, spent, held, last_used, alerted, alerted_limit FROM buckets WHERE ";

  private void buckets(long earliestMs) throws SQLException {
    if (!reach.counters.isEmpty()) {
      sql.each(
          BUCKETS + "(budget, value) IN (SELECT * FROM unnest(?::text[], ?::text[])) AND (window_end = 0 OR window_end > ?)",
          this::bucket,
          Column.text(reach.counters.stream().map(Reach.Counter::budget).toList()),
          Column.text(reach.counters.stream().map(counter -> ColumnText.encoded(counter.value())).toList()), earliestMs);
    }
    Collection<BucketKey> named = reach.buckets;
    if (!named.isEmpty()) {
      sql.each(
          BUCKETS + "(budget, value, unit, window_start) IN (SELECT * FROM unnest(?::text[], ?::text[], ?::text[], ?::bigint[]))",
          this::bucket,
          Column.text(named.stream().map(BucketKey::budget).toList()), Column.text(named.stream().map(key -> ColumnText.encoded(key.value())).toList()),
          Column.text(named.stream().map(BucketKey::unit).toList()), new Column("int8", named.stream().map(BucketKey::windowStartMs).toArray()));
    }
    for (Map.Entry<ObjectName, Long> label : reach.labels.entrySet()) {
      sql.each(BUCKETS + "budget = ? AND (held > 0 OR last_used > ?)", this::bucket, label.getKey(), earliestMs - label.getValue());
    }
  }

  /** Of every label that is looked at, whatever was said of it; and those that are open without being used. */
  private void envelopes(long earliestMs) throws SQLException {
    Set<Reach.Counter> labels = new LinkedHashSet<>(reach.counters);
    reach.buckets.forEach(key -> labels.add(new Reach.Counter(key.budget(), key.value())));
    rows.buckets.keySet().forEach(key -> labels.add(new Reach.Counter(key.budget(), key.value())));
    labels.removeIf(label -> label.value().isEmpty()); // one bucket for all: no task, and so nothing to ask for
    if (!labels.isEmpty()) {
      sql.each(
          "SELECT body FROM tasks WHERE (budget, task) IN (SELECT * FROM unnest(?::text[], ?::text[]))",
          this::envelope,
          Column.text(labels.stream().map(Reach.Counter::budget).toList()), Column.text(labels.stream().map(label -> ColumnText.encoded(label.value())).toList()));
    }
    if (!reach.labels.isEmpty()) {
      sql.each("SELECT body FROM tasks WHERE budget = ANY(?) AND (ends = 0 OR ends > ?)", this::envelope, Column.text(reach.labels.keySet()), earliestMs);
    }
  }

  private void envelope(ResultSet r) throws SQLException {
    rows.envelopes.add(json.read(r.getString(1), Envelope.class));
  }

  private void bucket(ResultSet r) throws SQLException {
    BucketKey key = new BucketKey(ObjectName.parse(r.getString(1)), ColumnText.decoded(r.getString(2)), r.getString(3), r.getLong(4));
    rows.buckets.put(key, new Bucket(key, r.getLong(5), r.getLong(6), r.getLong(7), r.getLong(8), r.getInt(9), r.getLong(10)));
  }
}
