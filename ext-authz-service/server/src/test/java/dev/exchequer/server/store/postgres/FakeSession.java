package dev.exchequer.server.store.postgres;

import dev.exchequer.server.sim.Faults;
import dev.exchequer.server.sim.Fiber;
import dev.exchequer.server.sim.Gateway;
import dev.exchequer.server.sim.Truth;
import dev.exchequer.server.store.postgres.FakeTables.Place;
import dev.exchequer.server.store.postgres.FakeTables.Transaction;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One session of the database: READ COMMITTED, row locks that are waited for in turn, a transaction that is there as a whole or not at all, and that is over with
 * the first error in it. What goes wrong with it is drawn at each statement and at each COMMIT.
 */
public final class FakeSession {
  private static final long LOCK_TIMEOUT_MS = 3_000;

  private final FakeDatabase database;
  private final Gateway gateway;
  private final int life;
  private final FakeMirror mirror;
  private Transaction transaction;
  private boolean begun;
  private boolean failed;
  private boolean waited;
  /** A COMMIT is on its way. */
  private boolean committing;
  private boolean broken;

  FakeSession(FakeDatabase database, Gateway gateway) {
    this.database = database;
    this.gateway = gateway;
    this.life = gateway.life();
    this.mirror = database.mirror();
    this.transaction = new Transaction(mirror);
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
  private void begin(FakeCall call) throws SQLException {
    alive();
    if (!begun) {
      begun = true;
      failed = false;
      transaction = new Transaction(mirror);
      gateway.recorder().clear();
    }
    gateway.sleep(gateway.faults().statementMs());
    alive();
    if (gateway.faults().sessionBreaks()) {
      terminate();
      throw gone();
    }
    waited = false;
    database.told(call);
    mirror.sent(call, serverMicros());
    if (failed) {
      throw refused(new SQLException("current transaction is aborted, commands ignored until end of transaction block", "25P02"));
    }
  }

  List<@Nullable Object[]> query(FakeCall call) throws SQLException {
    begin(call);
    List<@Nullable Object[]> rows;
    try {
      rows = new FakeStatement(this, database.tables(), transaction).query(call.sql(), call.values());
    } catch (SQLException e) {
      throw refused(e);
    }
    mirror.rows(rows);
    answer();
    return rows;
  }

  int update(FakeCall call) throws SQLException {
    begin(call);
    int written;
    try {
      written = new FakeStatement(this, database.tables(), transaction).update(call.sql(), call.values());
    } catch (SQLException e) {
      throw refused(e);
    }
    mirror.written(written);
    answer();
    return written;
  }

  /** The transaction is over with its first error, and its locks are free: what it wrote is undone, and all that it still takes is a rollback. */
  private SQLException refused(SQLException e) {
    if (!broken) {
      mirror.failed(e);
      failed = true;
      database.tables().end(transaction);
    }
    return e;
  }

  /** The server went on while it waited, whatever became of the process: that hears of it when it can, and others come first. */
  private void answer() throws SQLException {
    if (waited) {
      gateway.sleep(0);
      alive();
    }
  }

  long serverMicros() {
    return gateway.scheduler().nowMs() * 1_000;
  }

  void tookOver(long epoch) {
    database.tookOver(this, epoch);
  }

  /** Waits until no other transaction has this row. */
  void lock(Place place) throws SQLException {
    wait(place, () -> database.tables().lock(transaction, place));
  }

  /** Waits until no other transaction is making, changing or deleting this row. */
  void claim(Place place) throws SQLException {
    wait(place, () -> database.tables().claim(transaction, place));
  }

  private void wait(Place place, Supplier<@Nullable Transaction> turn) throws SQLException {
    long until = gateway.scheduler().nowMs() + LOCK_TIMEOUT_MS;
    while (true) {
      serving();
      Transaction holder = turn.get();
      if (holder == null) {
        return;
      }
      waited = true;
      database.waited();
      transaction.waitsAt = place;
      transaction.waitsFor = holder;
      mirror.waits(holder.session);
      for (Transaction next = holder; next != null; next = next.waitsFor) {
        if (next == transaction) {
          throw new SQLException("deadlock detected", "40P01");
        }
      }
      long left = until - gateway.scheduler().nowMs();
      if (left <= 0) {
        throw new SQLException("canceling statement due to lock timeout", "55P03");
      }
      holder.waiters.add(gateway.serverWaker());
      gateway.serverSleep(left);
      transaction.waitsAt = null;
      transaction.waitsFor = null;
    }
  }

  /** A server that carries out a statement does not know whether its client still runs. */
  private void serving() throws SQLException {
    if (broken) {
      throw gone();
    }
  }

  /** As the server does it: at once, later, or never; and the process hears of it, or not. */
  void commit() throws SQLException {
    alive();
    if (!begun) {
      return;
    }
    if (failed) {
      begun = false;
      gateway.recorder().clear();
      mirror.rolledBack();
      throw new SQLException("The database returned ROLLBACK, so the transaction cannot be committed.", "25P02");
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
            mirror.terminated();
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

  /** The server commits when it gets to it, whether its client still runs or not. */
  private void well(Transaction mine, Truth.Batch batch) {
    begun = false;
    committing = true;
    try {
      gateway.serverSleep(gateway.faults().statementMs());
    } catch (Fiber.Killed killed) {
      if (gateway.faults().coin()) {
        database.commit(this, mine, batch);
      } else {
        mirror.terminated();
        database.tables().end(mine);
      }
      throw killed;
    }
    committing = false;
    database.commit(this, mine, batch);
    if (gateway.frozen()) {
      gateway.sleep(0);
    }
    gateway.point("committed, nobody was answered");
  }

  void rollback() throws SQLException {
    alive();
    if (begun) {
      begun = false;
      mirror.rolledBack();
      database.tables().end(transaction);
      gateway.recorder().clear();
    }
  }

  /** The server ends it. */
  void terminate() {
    boolean open = !broken && !committing;
    broken = true;
    if (open) {
      mirror.terminated();
    }
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

  FakeMirror mirror() {
    return mirror;
  }

  Gateway gateway() {
    return gateway;
  }
}
