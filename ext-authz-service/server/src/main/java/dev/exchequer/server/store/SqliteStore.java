package dev.exchequer.server.store;

import dev.exchequer.budget.Bucket;
import dev.exchequer.budget.BucketKey;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Account;
import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.Envelope;
import dev.exchequer.ledger.Command.JournalPosition;
import dev.exchequer.ledger.GrantTerms;
import dev.exchequer.ledger.Hold;
import dev.exchequer.ledger.LedgerState;
import dev.exchequer.ledger.Purse;
import dev.exchequer.ledger.RunningRequest;
import dev.exchequer.policy.Policy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Function;

/**
 * The embedded store: SQLite in WAL mode with synchronous=FULL, so that what was committed survives a crash of the process, the machine and the power.
 * One connection writes; checkpoints are made beside it so that no commit waits for one.
 */
public final class SqliteStore implements LedgerStore {
  private final SqliteFiles files;
  private final Connection connection;
  private final SqliteWriter writer;
  private final StoredJson json = new StoredJson();
  private final SqlitePolicies policies;
  /** Asked by every admission: prepared once. */
  private final PreparedStatement endedHold;

  private SqliteStore(SqliteFiles files, Connection connection, Function<byte[], Policy> decode) throws SQLException {
    this.files = files;
    this.connection = connection;
    this.policies = new SqlitePolicies(connection, decode);
    this.writer = new SqliteWriter(connection, json, policies);
    this.endedHold = connection.prepareStatement("SELECT body FROM holds WHERE request = ? AND attempt = ?");
  }

  /**
   * Opens or makes DATA/ledger.db and takes the folder's lock.
   *
   * @param decode reads a policy from its canonical bytes
   * @throws IllegalStateException with what to do, if another process has the ledger or its folder is on a network file system
   */
  public static SqliteStore open(Path data, Function<byte[], Policy> decode) {
    SqliteFiles files = SqliteFiles.open(data);
    try {
      return new SqliteStore(files, files.connect(false), decode);
    } catch (SQLException e) {
      files.close();
      throw new IllegalStateException("cannot open the ledger in " + data + ": " + e.getMessage(), e);
    }
  }

  /** A policy's bytes, to be stored when it is activated. */
  public void remember(String digest, byte[] policy) {
    policies.remember(digest, policy);
  }

  SqliteFiles files() {
    return files;
  }

  @Override
  public long lastTimeMs() {
    try (Statement s = connection.createStatement(); ResultSet r = s.executeQuery("SELECT value FROM meta WHERE name = 'time'")) {
      return r.next() ? r.getLong(1) : 0;
    } catch (SQLException e) {
      throw new LedgerLane.LedgerUnavailable("the ledger cannot be read", e);
    }
  }

  @Override
  public void commit(Collection<Change> changes, long nowMs) {
    files.turn().lock();
    try {
      // What was read to decide is an old picture as soon as somebody else wrote (who prunes), and SQLite writes nothing after one.
      SqliteTransaction.anew(connection);
      files.place().check();
      writer.commit(changes, nowMs);
      files.place().check();
    } catch (SQLException e) {
      throw new LedgerLane.LedgerUnavailable("the ledger cannot commit: " + e.getMessage(), e);
    } finally {
      files.turn().unlock();
    }
  }

  @Override
  public LedgerState load(long nowMs) {
    LedgerState state = new LedgerState(Math.max(nowMs, lastTimeMs()), this::endedHold);
    try {
      loadMoney(state);
      policies.load(state::apply);
      each("SELECT body FROM requests", r -> state.apply(new Change.RequestChanged(json.read(r.getString(1), RunningRequest.class))));
      each("SELECT body FROM holds WHERE state = 'ACTIVE'", r -> state.apply(new Change.HoldChanged(json.read(r.getString(1), Hold.class))));
      each(
          "SELECT api_key, key, request, until FROM idempotency",
          r -> state.apply(new Change.KeyTaken(new Change.IdempotencyKey(ObjectName.parse(r.getString(1)), r.getString(2), r.getString(3), r.getLong(4)))));
      each(
          "SELECT file, inode, generation, offset FROM journal",
          r -> state.apply(new Change.JournalRead(new JournalPosition(r.getString(1), r.getLong(2), r.getLong(3), r.getLong(4)))));
    } catch (SQLException e) {
      throw new LedgerLane.LedgerUnavailable("the ledger cannot be read", e);
    }
    return state;
  }

  private void loadMoney(LedgerState state) throws SQLException {
    each(
        "SELECT name, unit, posted, held, sequence, purse FROM accounts",
        r -> {
          Account plain = new Account(ObjectName.parse(r.getString(1)), r.getString(2), r.getLong(3), r.getLong(4), r.getLong(5));
          String purse = r.getString(6);
          state.apply(new Change.AccountChanged(purse == null ? plain : plain.with(json.read(purse, Purse.class))));
        });
    each(
        "SELECT budget, value, unit, window_start, window_end, spent, held, last_used, alerted, alerted_limit FROM buckets",
        r -> {
          BucketKey key = new BucketKey(ObjectName.parse(r.getString(1)), r.getString(2), r.getString(3), r.getLong(4));
          state.apply(new Change.BucketChanged(new Bucket(key, r.getLong(5), r.getLong(6), r.getLong(7), r.getLong(8), r.getInt(9), r.getLong(10))));
        });
    each("SELECT body FROM tasks", r -> state.apply(new Change.EnvelopeChanged(json.read(r.getString(1), Envelope.class))));
    each(
        "SELECT key, content, balance, sequence, before, after, terms FROM grants",
        r -> {
          ObjectName balance = ObjectName.parse(r.getString(3));
          GrantTerms terms = r.getString(7) == null ? null : json.read(r.getString(7), GrantTerms.class);
          state.apply(new Change.GrantRecorded(new Change.GrantRecord(r.getString(1), r.getString(2), balance, r.getLong(4), r.getLong(5), r.getLong(6), terms)));
        });
  }

  private Optional<Hold> endedHold(HoldId id) {
    try {
      endedHold.setString(1, id.request());
      endedHold.setInt(2, id.attempt());
      try (ResultSet r = endedHold.executeQuery()) {
        return r.next() ? Optional.of(json.read(r.getString(1), Hold.class)) : Optional.empty();
      }
    } catch (SQLException e) {
      throw new LedgerLane.LedgerUnavailable("the ledger cannot be read", e);
    }
  }

  private interface Row {
    void read(ResultSet row) throws SQLException;
  }

  private void each(String query, Row row) throws SQLException {
    try (Statement s = connection.createStatement(); ResultSet r = s.executeQuery(query)) {
      while (r.next()) {
        row.read(r);
      }
    }
  }

  @Override
  public void close() {
    try {
      writer.close();
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException("closing the ledger", e);
    } finally {
      files.close();
    }
  }
}
