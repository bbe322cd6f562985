package dev.exchequer.server.store.postgres;

import dev.exchequer.ledger.Hold;
import dev.exchequer.ledger.LateEvidence;
import dev.exchequer.ledger.LedgerCore;
import dev.exchequer.server.store.postgres.Sql.Column;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The policies of a shared ledger: stored once, kept while something names them, dropped by whoever looks first, all by {@link LateEvidence}. A replica's own one is
 * kept by its writer's row; one that has not written for an hour may find that it was dropped, and stores it again before anything names it.
 */
final class PolicyRows {
  private static final String NAMED =
      """
      SELECT p.digest,
        greatest(p.used, coalesce((SELECT max(w.time) + ? FROM writers w WHERE w.plan = p.digest), 0),
          coalesce((SELECT max(h.lease_until) FROM holds h WHERE h.plan = p.digest AND h.state IN ('ESTIMATED', 'LEASE_VOIDED', 'EXPIRED')), 0)),
        p.activated = (SELECT max(activated) FROM policies) OR EXISTS (SELECT 1 FROM requests r WHERE r.plan = p.digest)
          OR EXISTS (SELECT 1 FROM holds h WHERE h.plan = p.digest AND h.state = 'ACTIVE')
      FROM policies p
      """;

  private final Sql sql;
  private final PolicyShelf shelf;
  private final String replica;

  PolicyRows(Sql sql, PolicyShelf shelf, String replica) {
    this.sql = sql;
    this.shelf = shelf;
    this.replica = replica;
  }

  /** @param activated ledger time by digest, in order; the last one decides new requests from now on */
  void activated(Map<String, Long> activated) throws SQLException {
    for (Map.Entry<String, Long> each : activated.entrySet()) {
      String digest = each.getKey();
      long at = each.getValue();
      // bytes of megabytes are sent once, not by every replica
      if (sql.run("UPDATE policies SET activated = greatest(activated, ?), used = greatest(used, ?) WHERE digest = ?", at, at, digest) == 0) {
        sql.run("INSERT INTO policies (digest, canonical, activated, used) VALUES (?, ?, ?, ?)", digest, shelf.bytes(digest), at, at);
      }
      // no lease of a hold that it decided is longer than one from now
      sql.run("UPDATE policies SET used = greatest(used, ?) WHERE digest = (SELECT plan FROM writers WHERE id = ?)", at + LedgerCore.LEASE_MS, replica);
      sql.run("UPDATE writers SET plan = ? WHERE id = ?", digest, replica);
    }
  }

  /**
   * What these holds name is there, and stays for as long as they need it.
   *
   * @param plan what this replica's row names, which is kept by that; "" = nothing
   * @param current what decides new requests at this replica
   * @throws IllegalStateException if a new hold names one that is gone: it must not be committed
   */
  void named(Collection<Hold> holds, String plan, String current, long nowMs) throws SQLException {
    Map<String, Long> until = new TreeMap<>();
    Map<String, Boolean> begins = new TreeMap<>();
    for (Hold hold : holds) {
      if (!hold.planDigest().equals(plan)) {
        until.merge(hold.planDigest(), hold.active() ? nowMs : hold.leaseUntilMs(), Math::max);
        begins.merge(hold.planDigest(), hold.active(), Boolean::logicalOr);
      }
    }
    for (Map.Entry<String, Long> each : until.entrySet()) {
      String digest = each.getKey();
      boolean there = sql.run("UPDATE policies SET used = greatest(used, ?) WHERE digest = ?", each.getValue(), digest) > 0;
      if (Boolean.TRUE.equals(begins.get(digest))) {
        if (!there) {
          sql.run("INSERT INTO policies (digest, canonical, activated, used) VALUES (?, ?, ?, ?)", digest, shelf.bytes(digest), 0L, each.getValue());
        }
        if (digest.equals(current)) {
          sql.run("UPDATE writers SET plan = ? WHERE id = ?", digest, replica);
        }
      }
    }
  }

  /** Takes away what nothing names any more. */
  void drop(long nowMs) throws SQLException {
    List<String> over = new ArrayList<>();
    sql.each(
        NAMED,
        r -> {
          if (LateEvidence.mayDrop(r.getBoolean(3), r.getLong(2), nowMs)) {
            over.add(r.getString(1));
          }
        },
        LedgerCore.LEASE_MS);
    if (!over.isEmpty()) {
      long before = nowMs - LateEvidence.AWAITED_MS;
      // who was away for so long sees in its row that it has none; who writes just now keeps it, here or in the next statement
      sql.run("UPDATE writers SET plan = NULL WHERE plan = ANY(?) AND time <= ?", Column.text(over), before - LedgerCore.LEASE_MS);
      sql.run("DELETE FROM policies p WHERE digest = ANY(?) AND used <= ? AND NOT EXISTS (SELECT 1 FROM writers w WHERE w.plan = p.digest)", Column.text(over), before);
    }
  }
}
