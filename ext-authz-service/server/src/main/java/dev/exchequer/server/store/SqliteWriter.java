package dev.exchequer.server.store;

import dev.exchequer.ledger.Change;
import dev.exchequer.server.store.chain.Place;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes batches, each in one transaction. What a large one consists of is made on another thread while its first rows are written. */
final class SqliteWriter implements AutoCloseable {
  /** Fewer changes are made faster than handed over. */
  private static final int LARGE = 48;

  private final Connection connection;
  private final StoredJson json;
  private final SqlitePolicies policies;
  private final MadeAhead<Step> ahead = new MadeAhead<>("ledger-encoder");
  private final Map<String, PreparedStatement> prepared = new HashMap<>();
  /** Where the chain ends for certain; null = to be read again. */
  private @Nullable Place head;

  private sealed interface Step {}

  @SuppressWarnings("ArrayRecordComponent") // nobody compares two of these
  private record Put(String sql, @Nullable Object[] values) implements Step {}

  private record OfPolicy(Change change) implements Step {}

  SqliteWriter(Connection connection, StoredJson json, SqlitePolicies policies) {
    this.connection = connection;
    this.json = json;
    this.policies = policies;
  }

  void commit(Collection<Change> changes, long nowMs) {
    try {
      SqliteBatch batch = new SqliteBatch(changes, nowMs, json, head == null ? SqliteChain.head(connection) : head);
      ahead.each(each -> batch.tell(steps(each)), this::take, changes.size() >= LARGE);
      connection.commit();
      head = batch.head();
      changes.forEach(this::committed);
    } catch (SQLException | RuntimeException e) {
      rollback(e);
      throw new LedgerLane.LedgerUnavailable("the ledger cannot commit: " + e.getMessage(), e);
    }
  }

  private static SqliteBatch.Steps steps(Consumer<Step> each) {
    return new SqliteBatch.Steps() {
      @Override
      public void put(String sql, @Nullable Object... values) {
        for (int i = 0; i < values.length; i++) {
          values[i] = bound(values[i]);
        }
        each.accept(new Put(sql, values));
      }

      @Override
      public void policy(Change change) {
        each.accept(new OfPolicy(change));
      }
    };
  }

  private static @Nullable Object bound(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Long number -> number;
      case Integer number -> number;
      case byte[] bytes -> bytes;
      case Object text -> text.toString();
    };
  }

  private void take(Step step) throws SQLException {
    switch (step) {
      case Put put -> run(put.sql, put.values);
      case OfPolicy(Change.PolicyActivated c) -> policies.activated(c.policy().digest(), c.atMs());
      case OfPolicy(Change.PolicyDropped c) -> policies.dropped(c.digest());
      case OfPolicy other -> throw new IllegalStateException("not of a policy: " + other.change);
    }
  }

  private void run(String sql, @Nullable Object[] values) throws SQLException {
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
      SqliteTransaction.anew(connection);
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public void close() {
    ahead.close();
  }
}
