package dev.exchequer.server.store.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;

/** Opens sessions of the database. The seam where tests break them. */
interface Sessions {
  /** @throws SQLException if the database cannot be reached, or does not let us in */
  Connection open() throws SQLException;

  /** As System.nanoTime: how long an answer of the database is waited for. */
  default long nanos() {
    return System.nanoTime();
  }

  /** A while, before it is asked again. */
  default void pause(long nanos) {
    LockSupport.parkNanos(nanos);
  }

  /** What a database or role may have as a default, and would break off what takes long. transaction_timeout is of PostgreSQL 17. */
  String PATIENCE =
      "SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')";

  /** With timeouts: nothing here waits for ever for a server, and no server for us. */
  static Sessions of(PostgresSettings settings, String role) {
    return () -> {
      Properties properties = properties(settings, role);
      properties.setProperty("socketTimeout", "15");
      Connection connection = DriverManager.getConnection(settings.url(), properties);
      try (Statement s = connection.createStatement()) {
        s.execute(PATIENCE);
        // A process that stops inside a transaction must not keep its locks.
        s.execute("SET idle_in_transaction_session_timeout = '5s'");
        s.execute("SET lock_timeout = '3s'");
        s.execute("SET statement_timeout = '10s'");
        return connection;
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    };
  }

  /** For reading all of a ledger, as one commit left it, for as long as it takes. */
  static Sessions patient(PostgresSettings settings, String role) {
    return () -> {
      Connection connection = DriverManager.getConnection(settings.url(), properties(settings, role));
      try (Statement s = connection.createStatement()) {
        s.execute(PATIENCE);
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
      connection.setReadOnly(true);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      return connection;
    };
  }

  private static Properties properties(PostgresSettings settings, String role) {
    Properties properties = new Properties();
    if (settings.user() != null) {
      properties.setProperty("user", settings.user());
    }
    if (settings.password() != null) {
      properties.setProperty("password", settings.password());
    }
    properties.setProperty("ApplicationName", "exchequer " + settings.replica() + " " + role);
    properties.setProperty("connectTimeout", "5");
    properties.setProperty("loginTimeout", "10");
    properties.setProperty("tcpKeepAlive", "true");
    return properties;
  }
}
