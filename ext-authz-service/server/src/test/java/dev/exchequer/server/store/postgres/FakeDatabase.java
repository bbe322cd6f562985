package dev.exchequer.server.store.postgres;

import dev.exchequer.ledger.Books;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.sim.Gateway;
import dev.exchequer.server.sim.Home;
import dev.exchequer.server.sim.Scheduler;
import dev.exchequer.server.sim.Truth;
import dev.exchequer.server.store.SteppedLane;
import dev.exchequer.server.store.postgres.FakeTables.Transaction;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** The database that the gateways of a simulation share, with the real {@link SharedLedger}, {@link WriterSession}, {@link RowLocks} and {@link BatchWriter} on it. */
public final class FakeDatabase implements Home {
  private static final long IDLE_IN_TRANSACTION_MS = 5_000;

  private final FakeTables tables = new FakeTables();
  private final Scheduler scheduler;
  private final Function<byte[], Policy> decode;
  private final List<FakeSession> sessions = new ArrayList<>();
  private final Map<Gateway, Long> epochs = new HashMap<>();
  private final Supplier<FakeMirror> mirrors;
  private final Consumer<FakeCall> listener;
  private long waits;

  public FakeDatabase(Scheduler scheduler, Function<byte[], Policy> decode) {
    this(scheduler, decode, () -> FakeMirror.NONE, call -> {});
  }

  /**
   * @param mirrors who stands beside each new session
   * @param listener hears each statement
   */
  FakeDatabase(Scheduler scheduler, Function<byte[], Policy> decode, Supplier<FakeMirror> mirrors, Consumer<FakeCall> listener) {
    this.scheduler = scheduler;
    this.decode = decode;
    this.mirrors = mirrors;
    this.listener = listener;
  }

  FakeMirror mirror() {
    return mirrors.get();
  }

  void told(FakeCall call) {
    listener.accept(call);
  }

  FakeTables tables() {
    return tables;
  }

  @Override
  public Opened open(Gateway gateway) {
    Taken taken = Taken.over(sessions(gateway), gateway.name(), decode, gateway.clock(), gateway.recorder(), change -> {});
    gateway.startedAt(Books.startedAt(taken.loaded()));
    SteppedLane lane = SteppedLane.over(taken.ledger(), gateway::nanos, gateway::answer);
    return new Opened(lane, taken.loaded(), taken.policies()::remember, () -> taken.session().ended().isPresent());
  }

  Sessions sessions(Gateway gateway) {
    return new Sessions() {
      @Override
      public Connection open() throws SQLException {
        gateway.sleep(gateway.faults().statementMs());
        if (gateway.faults().databaseAway()) {
          throw new SQLException("connection refused", "08001");
        }
        FakeSession session = new FakeSession(FakeDatabase.this, gateway);
        sessions.removeIf(other -> !other.idles() && other.of(gateway));
        sessions.add(session);
        return FakeJdbc.connection(session);
      }

      @Override
      public long nanos() {
        return gateway.nanos();
      }

      @Override
      public void pause(long nanos) {
        gateway.sleep(Math.max(1, nanos / 1_000_000));
      }
    };
  }

  void tookOver(FakeSession session, long epoch) {
    epochs.put(session.gateway(), epoch);
  }

  void waited() {
    waits++;
  }

  @Override
  public long waits() {
    return waits;
  }

  void later(long ms, Runnable what) {
    scheduler.after(ms, what);
  }

  /** Durable from here on. A process that was taken over commits nothing. */
  void commit(FakeSession session, Transaction transaction, Truth.Batch batch) {
    boolean writes = transaction.writes.keySet().stream().anyMatch(place -> !place.table().equals("writers") && !place.table().equals("chains"));
    for (FakeRow row : tables.committed("writers")) {
      if (writes && row.value("id").equals(session.gateway().name())) {
        Books.check(row.value("epoch").equals(epochs.get(session.gateway())), () -> "who was taken over writes no more: " + session.gateway().name());
      }
    }
    tables.commit(transaction);
    session.mirror().committed();
    session.gateway().truth().committed(batch);
    tables.end(transaction);
  }

  @Override
  public void died(Gateway gateway) {
    List.copyOf(sessions).stream().filter(session -> session.of(gateway)).forEach(FakeSession::terminate);
    sessions.removeIf(session -> session.of(gateway));
  }

  @Override
  public void stopped(Gateway gateway) {
    scheduler.after(IDLE_IN_TRANSACTION_MS, () -> {
      if (gateway.frozen()) {
        List.copyOf(sessions).stream().filter(session -> session.of(gateway) && session.idles()).forEach(FakeSession::terminate);
      }
    });
  }

  @Override
  public void compare(Truth truth) {
    FakeRows.compare(tables, truth.books());
  }
}
