package dev.exchequer.server.store.postgres;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** As much of JDBC as the ledger's writer calls, over a {@link FakeSession}. */
final class FakeJdbc {
  private static final Object[] SETTINGS = {"on", "on", "on", false, "off", 180_000, "18", "UTF8"};

  private FakeJdbc() {}

  static Connection connection(FakeSession session) {
    return proxy(
        Connection.class,
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "prepareStatement" -> prepared(session, (String) arguments[0]);
              case "createStatement" -> plain(session);
              case "createArrayOf" -> array(new FakeCall.Many((String) arguments[0], (Object[]) arguments[1]));
              case "commit" -> {
                session.commit();
                yield null;
              }
              case "rollback" -> {
                session.rollback();
                yield null;
              }
              case "close" -> {
                session.close();
                yield null;
              }
              case "setAutoCommit", "setTransactionIsolation" -> null;
              default -> throw new AssertionError("not simulated: Connection." + method.getName());
            });
  }

  private static Statement plain(FakeSession session) {
    return proxy(
        Statement.class,
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "execute" -> true;
              case "executeQuery" -> {
                session.alive();
                yield result(List.<@Nullable Object[]>of(SETTINGS));
              }
              case "close" -> null;
              default -> throw new AssertionError("not simulated: Statement." + method.getName());
            });
  }

  private static PreparedStatement prepared(FakeSession session, String sql) {
    FakeCall call = new FakeCall(sql);
    return proxy(
        PreparedStatement.class,
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "setLong", "setInt", "setBytes", "setString" -> call.set((Integer) arguments[0], arguments[1]);
              case "setNull" -> call.set((Integer) arguments[0], null);
              case "setArray" -> call.set((Integer) arguments[0], ((Array) arguments[1]).getArray());
              case "executeQuery" -> result(session.query(call));
              case "executeUpdate" -> session.update(call);
              case "close" -> null;
              default -> throw new AssertionError("not simulated: PreparedStatement." + method.getName());
            });
  }

  private static Array array(FakeCall.Many values) {
    return proxy(Array.class, (proxy, method, arguments) -> values);
  }

  private static ResultSet result(List<@Nullable Object[]> rows) {
    int[] at = {-1};
    return proxy(
        ResultSet.class,
        (proxy, method, arguments) -> {
          if (method.getName().equals("next")) {
            return ++at[0] < rows.size();
          }
          if (method.getName().equals("close")) {
            return null;
          }
          Object value = rows.get(at[0])[(Integer) arguments[0] - 1];
          return switch (method.getName()) {
            case "getString" -> value == null ? null : value.toString();
            case "getLong" -> value == null ? 0L : ((Number) value).longValue();
            case "getInt" -> value == null ? 0 : ((Number) value).intValue();
            case "getBoolean" -> value != null && (Boolean) value;
            case "getBytes" -> value;
            default -> throw new SQLException("not simulated: ResultSet." + method.getName());
          };
        });
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(FakeJdbc.class.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
