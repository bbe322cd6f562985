package dev.exchequer.server.store.postgres;

import dev.exchequer.server.sim.Faults;
import dev.exchequer.server.sim.Fiber;
import dev.exchequer.server.sim.Gateway;
import dev.exchequer.server.sim.Truth;
import dev.exchequer.server.store.postgres.FakeTables.Place;
import dev.exchequer.server.store.postgres.FakeTables.Transaction;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One session of the database: READ COMMITTED, row locks that are waited for in turn, a transaction that is there as a whole or not at all. What goes wrong with
 * it is drawn at each statement and at each COMMIT.
 */
public final class FakeSession {
  private static final long LOCK_TIMEOUT_MS = 3_000;

  private final FakeDatabase database;
  private final Gateway gateway;
  private final int life;
  private Transaction transaction = new Transaction();
  private boolean begun;
  private boolean broken;

  FakeSession(FakeDatabase database, Gateway gateway) {
    this.database = database;
    this.gateway = gateway;
    this.life = gateway.life();
  }

  private static SQLException gone() {
    return new SQLException("the connection is gone", "08006");
  }

  void alive() throws SQLException {
    if (broken || gateway.life() != life) {
      throw gone();
    }
  }

  /** Each statement: time passes, others come in between, the session may break. */
  private void begin() throws SQLException {
    alive();
    if (!begun) {
      begun = true;
      transaction = new Transaction();
      gateway.recorder().clear();
    }
    gateway.sleep(gateway.faults().statementMs());
    alive();
    if (gateway.faults().sessionBreaks()) {
      terminate();
      throw gone();
    }
  }

  List<@Nullable Object[]> query(String sql, List<@Nullable Object> values) throws SQLException {
    begin();
    return new FakeStatement(this, database.tables(), transaction).query(sql, values);
  }

  int update(String sql, List<@Nullable Object> values) throws SQLException {
    begin();
    return new FakeStatement(this, database.tables(), transaction).update(sql, values);
  }

  long serverMicros() {
    return gateway.scheduler().nowMs() * 1_000;
  }

  void tookOver(long epoch) {
    database.tookOver(this, epoch);
  }

  /** Waits until no other transaction has this row. */
  void lock(Place place) throws SQLException {
    long until = gateway.scheduler().nowMs() + LOCK_TIMEOUT_MS;
    while (true) {
      alive();
      Transaction holder = database.tables().lock(transaction, place);
      if (holder == null) {
        transaction.waitsFor = null;
        return;
      }
      database.waited();
      for (Transaction next = holder; next != null; next = next.waitsFor) {
        if (next == transaction) {
          throw new SQLException("deadlock detected", "40P01");
        }
      }
      long left = until - gateway.scheduler().nowMs();
      if (left <= 0) {
        throw new SQLException("canceling statement due to lock timeout", "55P03");
      }
      transaction.waitsFor = holder;
      holder.waiters.add(gateway.waker());
      gateway.sleep(left);
      transaction.waitsFor = null;
    }
  }

  /** As the server does it: at once, later, or never; and the process hears of it, or not. */
  void commit() throws SQLException {
    alive();
    if (!begun) {
      return;
    }
    gateway.point("written, COMMIT not sent");
    Truth.Batch batch = gateway.truth().batch(gateway);
    Transaction mine = transaction;
    Faults.Commit fault = gateway.faults().commit();
    switch (fault) {
      case WELL -> well(mine, batch);
      case LOST -> {
        terminate();
        throw gone();
      }
      case ANSWER_LOST -> {
        broken = true;
        begun = false;
        boolean arrives = gateway.faults().arrives();
        Runnable there = () -> {
          if (arrives) {
            database.commit(this, mine, batch);
          } else {
            database.tables().end(mine);
          }
        };
        long later = gateway.faults().serverMs();
        if (later < 0) {
          there.run();
        } else {
          database.later(later, there);
        }
        throw gone();
      }
    }
  }

  private void well(Transaction mine, Truth.Batch batch) throws SQLException {
    try {
      gateway.sleep(gateway.faults().statementMs());
    } catch (Fiber.Killed killed) {
      if (gateway.faults().coin() && !mine.over) {
        database.commit(this, mine, batch);
      }
      throw killed;
    }
    alive();
    begun = false;
    database.commit(this, mine, batch);
    gateway.point("committed, nobody was answered");
  }

  void rollback() throws SQLException {
    alive();
    if (begun) {
      begun = false;
      database.tables().end(transaction);
      gateway.recorder().clear();
    }
  }

  /** The server ends it. */
  void terminate() {
    broken = true;
    if (begun) {
      begun = false;
      database.tables().end(transaction);
    }
  }

  void close() {
    if (!broken) {
      terminate();
    }
  }

  /** A transaction is open, and nothing comes. */
  boolean idles() {
    return begun && !broken;
  }

  boolean of(Gateway other) {
    return gateway == other;
  }

  Gateway gateway() {
    return gateway;
  }
}
