package dev.exchequer.server.store.postgres;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.ledger.World;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** A pooler between the gateway and a real server, which is a few sessions that clients share. */
class PoolerIT {
  private final String url = PostgresServer.shared().database();
  private final Sessions real = Sessions.of(PostgresServer.settings(url, "one"), "writer");
  private final List<Connection> opened = new ArrayList<>();

  @AfterEach
  void close() throws SQLException {
    for (Connection connection : opened) {
      connection.close();
    }
  }

  private Connection server() throws SQLException {
    Connection connection = real.open();
    opened.add(connection);
    return connection;
  }

  /** As PgBouncer does it: the session that was free last goes to the next transaction, whosever it is. */
  private final class SharingSessions implements Sessions {
    private final Deque<Connection> free = new ArrayDeque<>();

    @Override
    public Connection open() throws SQLException {
      if (free.isEmpty()) {
        free.push(server());
      }
      @Nullable Connection[] inTransaction = {null};
      return client(
          (method, arguments) -> {
            switch (method.getName()) {
              case "setAutoCommit" -> {
                inTransaction[0] = free.isEmpty() ? server() : free.pop();
                return null;
              }
              case "close" -> {
                if (inTransaction[0] != null) {
                  free.push(inTransaction[0]);
                }
                return null;
              }
              default -> {
                if (free.isEmpty()) {
                  free.push(server());
                }
                return method.invoke(inTransaction[0] == null ? free.peek() : inTransaction[0], arguments);
              }
            }
          });
    }
  }

  private interface Call {
    @Nullable Object of(Method method, @Nullable Object @Nullable [] arguments) throws ReflectiveOperationException, SQLException;
  }

  /** What a client sees: a connection of its own, with a process id that no process of the server has. */
  private static Connection client(Call call) {
    PGConnection pooled = (PGConnection) Proxy.newProxyInstance(PGConnection.class.getClassLoader(), new Class<?>[] {PGConnection.class}, (proxy, method, arguments) -> -1);
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              try {
                return method.getName().equals("unwrap") ? pooled : call.of(method, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void sessionsThatAreSharedByTransactionAreRefusedBeforeAnythingIsMade() {
    assertThatThrownBy(() -> PostgresServer.open(url, "one", new World(), new SharingSessions()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("gives each transaction another session")
        .hasMessageContaining("set pool_mode=session");
    org.assertj.core.api.Assertions.assertThat(PostgresServer.number(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).isZero();
  }

  @Test
  void aPoolerThatKeepsASessionForItsClientIsTaken() {
    Sessions keeping = () -> {
      Connection own = server();
      return client((method, arguments) -> method.invoke(own, arguments));
    };
    assertThatCode(() -> {
      try (Connection connection = keeping.open()) {
        Pooler.check(connection, keeping);
      }
    }).doesNotThrowAnyException();
  }
}
