package dev.exchequer.server.store.postgres;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.postgresql.PGConnection;

/** Sessions whose next COMMIT goes wrong in a way that a test chooses. */
final class FlakySessions implements Sessions {
  private final Sessions real;
  private final String url;
  private final AtomicReference<Fault> next = new AtomicReference<>(Fault.NONE);
  private final CountDownLatch paused = new CountDownLatch(1);
  private final CountDownLatch woken = new CountDownLatch(1);

  enum Fault {
    NONE,
    /** The server commits, and dies before it can say so. */
    ANSWER_LOST,
    /** The session is ended before COMMIT arrives. */
    COMMIT_LOST,
    /** The process stops before it sends COMMIT, until {@link #wake}. */
    PAUSE
  }

  FlakySessions(String url, String replica) {
    this.url = url;
    this.real = Sessions.of(PostgresServer.settings(url, replica), "writer");
  }

  void next(Fault fault) {
    next.set(fault);
  }

  void awaitPause() throws InterruptedException {
    if (!paused.await(30, TimeUnit.SECONDS)) {
      throw new AssertionError("no COMMIT came");
    }
  }

  void wake() {
    woken.countDown();
  }

  @Override
  public Connection open() throws SQLException {
    Connection connection = real.open();
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("commit")) {
                commit(connection);
                return null;
              }
              try {
                return method.invoke(connection, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private void commit(Connection connection) throws SQLException, InterruptedException {
    int backend = connection.unwrap(PGConnection.class).getBackendPID();
    switch (next.getAndSet(Fault.NONE)) {
      case NONE -> connection.commit();
      case ANSWER_LOST -> {
        connection.commit();
        kill(backend);
        throw new SQLException("the answer to COMMIT never came", "08006");
      }
      case COMMIT_LOST -> {
        kill(backend);
        connection.commit();
      }
      case PAUSE -> {
        paused.countDown();
        woken.await();
        connection.commit();
      }
    }
  }

  private void kill(int backend) {
    PostgresServer.execute(url, "SELECT pg_terminate_backend(" + backend + ", 5000)");
  }
}
