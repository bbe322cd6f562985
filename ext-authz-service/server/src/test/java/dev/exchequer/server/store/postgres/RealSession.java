package dev.exchequer.server.store.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** A session of a real PostgreSQL that does what a simulated one does, and sees that it answers the same. */
final class RealSession implements FakeMirror {
  /** In words of the server: its own clock. */
  private static final String CLOCK = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

  private static final long PATIENCE_S = 20;
  private static final String CANCELLED = "57014";

  private final RealServer server;
  private final Connection connection;
  private final int backend;
  private String last = "";
  private boolean ordered;
  private boolean gone;
  private CompletableFuture<Object> answer = CompletableFuture.completedFuture(0);

  RealSession(RealServer server, Connection connection) throws SQLException {
    this.server = server;
    this.connection = connection;
    this.backend = connection.unwrap(PGConnection.class).getBackendPID();
  }

  @Override
  public void sent(FakeCall call, long serverMicros) {
    last = call.toString();
    ordered = call.sql().contains(" ORDER BY ") && !call.sql().contains(" LIMIT "); // "the first 200" by a column that is not unique
    String words = call.sql().replace(CLOCK, Long.toString(serverMicros));
    answer = CompletableFuture.supplyAsync(() -> {
      try (PreparedStatement statement = call.prepared(connection, words)) {
        return statement.execute() ? rows(statement.getResultSet()) : statement.getUpdateCount();
      } catch (SQLException e) {
        throw new CompletionException(e);
      }
    }, server.threads);
  }

  private static List<String> rows(ResultSet r) throws SQLException {
    List<String> rows = new ArrayList<>();
    while (r.next()) {
      List<String> row = new ArrayList<>();
      for (int i = 1; i <= r.getMetaData().getColumnCount(); i++) {
        row.add(RealServer.plain(r.getObject(i)));
      }
      rows.add(row.toString());
    }
    return rows;
  }

  @Override
  public void waits(FakeMirror holder) {
    RealSession other = (RealSession) holder;
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (!blockers(backend).contains(other.backend)) {
      if (answer.isDone()) {
        throw new AssertionError("it does not wait in PostgreSQL: " + last + ": " + outcome());
      }
      if (System.nanoTime() - until > 0) {
        throw new AssertionError("in PostgreSQL it waits for " + blockers(backend) + " and not for " + other.backend + ": " + last);
      }
    }
    server.agreed("waits");
  }

  private List<Integer> blockers(int of) {
    try {
      return server.blockers(of);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Rows, a count or an error. */
  private Object outcome() {
    try {
      return answer.get(PATIENCE_S, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("PostgreSQL still waits, for " + blockers(backend) + ": " + last, e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } catch (java.util.concurrent.ExecutionException e) {
      return java.util.Objects.requireNonNull(e.getCause());
    }
  }

  @Override
  public void rows(List<@Nullable Object[]> rows) {
    List<String> simulated = new ArrayList<>();
    for (@Nullable Object[] row : rows) {
      List<String> plain = new ArrayList<>();
      for (Object value : row) {
        plain.add(RealServer.plain(value));
      }
      simulated.add(plain.toString());
    }
    Object real = outcome();
    if (!simulated.equals(real) && (ordered || !sorted(simulated).equals(sorted(real)))) {
      throw new AssertionError("other rows: PostgreSQL " + told(real) + ", simulated " + simulated + ": " + last);
    }
    server.agreed("queries");
  }

  private static Object sorted(Object rows) {
    return rows instanceof List<?> list ? list.stream().map(Object::toString).sorted().toList() : rows;
  }

  private static String told(Object outcome) {
    return outcome instanceof SQLException e ? e.getSQLState() + " " + e.getMessage() : outcome.toString();
  }

  @Override
  public void written(int rows) {
    Object real = outcome();
    if (!Integer.valueOf(rows).equals(real) && !last.startsWith("SET ")) {
      throw new AssertionError("another count: PostgreSQL " + told(real) + ", simulated " + rows + ": " + last);
    }
    server.agreed("writes");
  }

  /** Who waits too long, or in a circle, is seen to do so, and cancelled in place of the server's own timeouts: they do not run in simulated time. */
  @Override
  public void failed(SQLException error) {
    String state = error.getSQLState();
    boolean timeout = "55P03".equals(state);
    if (timeout || "40P01".equals(state)) {
      if (blockers(backend).isEmpty() || !timeout && !circle()) {
        throw new AssertionError("PostgreSQL sees no " + state + ", it waits for " + blockers(backend) + ": " + last);
      }
      try {
        server.run("SELECT pg_cancel_backend(" + backend + ")");
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
      state = CANCELLED;
    }
    Object real = outcome();
    if (!(real instanceof SQLException e) || !e.getSQLState().equals(state)) {
      throw new AssertionError("PostgreSQL says " + told(real) + ", simulated " + error.getSQLState() + " " + error.getMessage() + ": " + last);
    }
    server.agreed("errors " + error.getSQLState());
  }

  /** Whether it waits for somebody who waits, one way or another, for it. */
  private boolean circle() {
    List<Integer> reached = new ArrayList<>(blockers(backend));
    for (int i = 0; i < reached.size(); i++) {
      if (reached.get(i) == backend) {
        return true;
      }
      blockers(reached.get(i)).stream().filter(next -> !reached.contains(next)).forEach(reached::add);
    }
    return false;
  }

  @Override
  public void committed() {
    try {
      connection.commit();
      server.agreed("commits");
    } catch (SQLException e) {
      throw new AssertionError("PostgreSQL does not commit: " + e.getSQLState() + " " + e.getMessage() + " after " + last, e);
    }
  }

  @Override
  public void rolledBack() {
    try {
      connection.rollback();
      server.agreed("rollbacks");
    } catch (SQLException e) {
      throw new AssertionError("PostgreSQL does not roll back: " + e.getMessage(), e);
    }
  }

  @Override
  public void terminated() {
    if (gone) {
      return;
    }
    gone = true;
    try {
      server.run("SELECT pg_terminate_backend(" + backend + ", 5000)");
      connection.close();
      server.agreed("ended sessions");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
