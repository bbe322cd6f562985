package dev.exchequer.server.store.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A real PostgreSQL beside the simulated database: each of its sessions has one here, which does the same at the same moments. */
final class RealServer implements AutoCloseable {
  /** What every ledger of the simulation calls itself. */
  private static final String LEDGER = "the ledger of the simulation";

  private final String url;
  private final Connection admin;
  final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<RealSession> sessions = new ArrayList<>();

  /** How often each kind of answer was the same. */
  final TreeMap<String, Long> agreed = new TreeMap<>();

  /** @param lifts statements that take away what the simulated database does not promise */
  RealServer(PostgresServer server, List<String> lifts) throws SQLException {
    this.url = server.database();
    Schema.migrate(PostgresServer.settings(url, "mirror"));
    this.admin = DriverManager.getConnection(url);
    run("UPDATE ledger SET id = '" + LEDGER + "'");
    for (String lift : lifts) {
      run(lift);
    }
  }

  /** A session of its own; how long it waits for a row is the simulated one's affair. */
  FakeMirror session() {
    try {
      Connection connection = DriverManager.getConnection(url);
      try (var statement = connection.createStatement()) {
        statement.execute("SET deadlock_timeout = '1h'");
        statement.execute("SET enable_seqscan = off");
      }
      connection.setAutoCommit(false);
      RealSession session = new RealSession(this, connection);
      sessions.add(session);
      return session;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  void agreed(String what) {
    agreed.merge(what, 1L, Long::sum);
  }

  void run(String sql) throws SQLException {
    try (var statement = admin.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Backends that this one waits for. */
  List<Integer> blockers(int backend) throws SQLException {
    List<Integer> blockers = new ArrayList<>();
    try (PreparedStatement statement = admin.prepareStatement("SELECT unnest(pg_blocking_pids(?))")) {
      statement.setInt(1, backend);
      try (ResultSet r = statement.executeQuery()) {
        while (r.next()) {
          blockers.add(r.getInt(1));
        }
      }
    }
    return blockers;
  }

  /** Whether both have the same rows in every table, in every column. */
  void compare(FakeTables fake) throws SQLException {
    for (String table : FakeTables.KEYS.keySet()) {
      TreeSet<String> real = new TreeSet<>();
      List<String> columns = new ArrayList<>();
      try (var statement = admin.createStatement(); ResultSet r = statement.executeQuery("SELECT * FROM " + table)) {
        for (int i = 1; i <= r.getMetaData().getColumnCount(); i++) {
          columns.add(r.getMetaData().getColumnName(i));
        }
        while (r.next()) {
          real.add(row(r, columns));
        }
      }
      TreeSet<String> simulated = new TreeSet<>();
      fake.committed(table).forEach(row -> simulated.add(String.join(", ", columns.stream().map(column -> column + "=" + plain(row.get(column))).toList())));
      if (!real.equals(simulated)) {
        TreeSet<String> only = new TreeSet<>(real);
        only.removeAll(simulated);
        simulated.removeAll(real);
        throw new AssertionError("other rows of " + table + ": PostgreSQL " + only + ", simulated " + simulated);
      }
      agreed.merge("rows", (long) real.size(), Long::sum);
    }
  }

  private static String row(ResultSet r, List<String> columns) throws SQLException {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      values.add(columns.get(i) + "=" + plain(r.getObject(i + 1)));
    }
    return String.join(", ", values);
  }

  static String plain(@Nullable Object value) {
    return value instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : String.valueOf(value);
  }

  @Override
  public void close() throws SQLException {
    for (RealSession session : sessions) {
      session.terminated();
    }
    threads.shutdownNow();
    admin.close();
  }
}
