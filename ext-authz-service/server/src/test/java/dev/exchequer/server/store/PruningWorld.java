package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.fallback.Ending;
import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.policy.Budget;
import dev.exchequer.selection.RequestFacts;
import dev.exchequer.server.store.chain.Hash;
import dev.exchequer.server.store.chain.PruningSum;
import dev.exchequer.server.store.checkpoint.Checkpoint;
import dev.exchequer.server.store.proof.LedgerProof;
import dev.exchequer.server.store.proof.Misfit;
import dev.exchequer.server.store.prune.Pruner;
import dev.exchequer.server.store.prune.Pruning;
import dev.exchequer.server.store.prune.SqlPruner;
import dev.exchequer.server.summary.Dimension;
import dev.exchequer.server.summary.Granularity;
import dev.exchequer.server.summary.UsageReport;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A ledger of some days whose details may go, what is compared before and after, and what who owns the database can do to it: for {@link PruningCases}, on either store. */
public abstract class PruningWorld {
  protected static final long DAY = Duration.ofDays(1).toMillis();
  protected static final long NOW = 1_800_000_000_000L;
  protected static final String ACTOR = "the retention of 90d";

  protected final SetClock clock = new SetClock(NOW);

  protected abstract OpenLedger open(World world, Clock at);

  protected final LedgerProof.Fits proof() throws Exception {
    return proof(Map.of());
  }

  protected abstract LedgerProof.Fits proof(Map<String, Checkpoint> checkpoints) throws Exception;

  /** As who owns the database. */
  protected abstract Connection connect() throws SQLException;

  /** Changes the rows as who owns the database can. */
  protected abstract void tamper(String sql) throws Exception;

  /** Changes the rows as the program could. */
  protected abstract void edit(String sql) throws SQLException;

  /** What the store's own pruner uses. */
  protected abstract SqlPruner.Door door(OpenLedger ledger);

  protected abstract String receiptsByTime();

  protected static World world() {
    World world = new World();
    world.credit = "60";
    world.wallet = "40";
    world.concurrency = 1_000;
    world.costSheet = World.costSheet("USD");
    world.budgets.add(world.budget("users", Budget.Per.END_USER, "CREDIT", "50", 3));
    return world;
  }

  protected static RequestFacts facts(OpenLedger ledger, String id) {
    RequestFacts f = ledger.world.facts(id, "nightly", null);
    return new RequestFacts(
        f.id(), f.timeMs(), f.apiKey(), f.keyLabel(), f.project(), f.owner(), f.task(), "ada@example", "client-" + id, f.idempotencyKey(), f.endpoint(), "modell \u00e4 \ud800", f.route(),
        f.routeGeneration(), f.fallbackDigest(), f.planDigest(), f.streamed(), f.narrowedTo(), f.demand());
  }

  /** Requests of one day: some that are charged, one that is refused, one that failed. */
  protected final void day(OpenLedger ledger, String name, int requests) {
    ledger.world.now = clock.millis();
    for (int i = 0; i < requests; i++) {
      String id = name + String.format("%03d", i);
      assertThat(ledger.lane.submit(new Command.Admit(facts(ledger, id), ProviderView.ALL_WELL)).join()).isInstanceOf(Result.Held.class);
      ledger.lane.submit(new Command.Settle(new HoldId(id, 1), i == 1 ? World.status(400) : World.ok(20 + i, 10), ProviderView.ALL_WELL)).join();
    }
    ledger.lane.submit(new Command.Deny(facts(ledger, name + "x"), Ending.of(400, "bad_request", "secret text", new Ending.Retry.No()))).join();
  }

  protected final void threeDays(OpenLedger ledger, int requests) {
    day(ledger, "a", requests);
    ledger.lane.submit(new Command.Refund("a000", 1, 1_000, "jane", "it was bad", "k")).join();
    clock.forward(DAY);
    day(ledger, "b", requests);
    clock.forward(DAY);
    day(ledger, "c", requests);
  }

  protected static List<Object> reports(LedgerHome home) {
    List<Object> reports = new ArrayList<>();
    for (Dimension dimension : Dimension.values()) {
      UsageReport.of(home.history(), new UsageReport.Query(List.of(dimension), Granularity.DAY, ZoneOffset.UTC, NOW - DAY, NOW + 9 * DAY))
          .forEach(
              row ->
                  reports.add(
                      List.of(
                          row.startMs(), String.valueOf(row.group()), row.sum().requests(), row.sum().attempts(), row.sum().measured(), row.sum().estimated(), row.sum().meters(),
                          row.sum().charges(), row.sum().costs(), row.sum().margins(), row.sum().costUnknown())));
    }
    YearMonth month = YearMonth.from(Instant.ofEpochMilli(NOW).atZone(ZoneOffset.UTC));
    reports.add(dev.exchequer.server.summary.Statement.of(home.history(), World.CREDIT, month, ZoneOffset.UTC).orElseThrow());
    reports.addAll(home.history().houseAccounts());
    reports.addAll(home.reads().balances());
    reports.addAll(home.reads().budgets());
    return reports;
  }

  protected final Pruning pruned(Pruner pruner, long beforeMs) {
    try (Pruner.Run run = pruner.begin(ACTOR, beforeMs).orElseThrow()) {
      return run.toEnd(() -> false);
    }
  }

  /** A ledger of which a and b have no details any more, but for `open`, which nobody pruned. */
  protected final void tampered(String sql, String named) throws Exception {
    try (OpenLedger ledger = open(world(), clock)) {
      threeDays(ledger, 3);
      pruned(ledger.home.pruner(), NOW + 1);
      clock.forward(DAY);
      day(ledger, "d", 1);
      pruned(ledger.home.pruner(), NOW + DAY + 1);
    }
    assertThat(proof().pruned()).isEqualTo(8);
    tamper(sql);
    assertThatThrownBy(this::proof).isInstanceOf(Misfit.class).hasMessageContaining(named);
  }

  /** Makes the hashes of all prunings anew. */
  protected final void rehash() throws SQLException {
    try (Connection c = connect(); Statement s = c.createStatement(); Statement t = c.createStatement(); PreparedStatement u = c.prepareStatement("UPDATE prunings SET hash = ? WHERE id = ?")) {
      String ledger;
      try (ResultSet r = s.executeQuery("SELECT id FROM ledger")) {
        r.next();
        ledger = r.getString(1);
      }
      Hash before = null;
      try (ResultSet p = s.executeQuery("SELECT id, actor, begun, before FROM prunings ORDER BY id")) {
        while (p.next()) {
          PruningSum sum = new PruningSum(PruningSum.start(ledger, before, p.getLong(1), p.getString(2), p.getLong(3), p.getLong(4)));
          try (ResultSet r = t.executeQuery("SELECT id, digest, body FROM receipts WHERE pruning = " + p.getLong(1) + " ORDER BY time, id")) {
            while (r.next()) {
              sum.add(r.getString(1), Hash.of(r.getBytes(2)), r.getString(3));
            }
          }
          before = sum.hash();
          u.setBytes(1, before.bytes());
          u.setLong(2, p.getLong(1));
          u.addBatch();
        }
      }
      u.executeBatch();
    }
  }

  /** What the database itself refuses, whoever asks it with the program's rights. */
  protected final void refused(List<String> edits) throws Exception {
    try (OpenLedger ledger = open(world(), clock)) {
      threeDays(ledger, 3);
      pruned(ledger.home.pruner(), NOW + 1);
    }
    for (String sql : edits) {
      assertThatThrownBy(() -> edit(sql)).as(sql).isInstanceOf(SQLException.class).hasMessageContaining("never");
    }
    assertThat(proof().pruned()).isEqualTo(4);
  }
}
