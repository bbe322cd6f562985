package dev.exchequer.server.store.postgres;

import dev.exchequer.ledger.World;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.store.GroupCommitLane;
import dev.exchequer.server.store.OpenLedger;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A real PostgreSQL with the settings that a ledger needs, on loopback. */
final class PostgresServer implements AutoCloseable {
  private static final AtomicInteger DATABASES = new AtomicInteger();
  private static final Map<String, Policy> POLICIES = new ConcurrentHashMap<>();
  private static @Nullable PostgresServer shared;

  private final EmbeddedPostgres server;

  private PostgresServer(EmbeddedPostgres server) {
    this.server = server;
  }

  /** The one of this JVM; it ends with it. */
  static synchronized PostgresServer shared() {
    PostgresServer running = shared;
    if (running == null) {
      running = start(safe(EmbeddedPostgres.builder()));
      shared = running;
    }
    return running;
  }

  /**
   * One that a test stops and starts.
   *
   * @param data kept; initialised if it is empty
   * @param port 0 = any free one
   */
  static PostgresServer in(Path data, int port, Map<String, String> settings) {
    EmbeddedPostgres.Builder builder = safe(EmbeddedPostgres.builder()).setDataDirectory(data).setCleanDataDirectory(false);
    settings.forEach(builder::setServerConfig);
    return start(port == 0 ? builder : builder.setPort(port));
  }

  /** It turns these off unless it is told otherwise. */
  private static EmbeddedPostgres.Builder safe(EmbeddedPostgres.Builder builder) {
    return builder.setServerConfig("fsync", "on").setServerConfig("full_page_writes", "on").setServerConfig("synchronous_commit", "on");
  }

  private static PostgresServer start(EmbeddedPostgres.Builder builder) {
    try {
      return new PostgresServer(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** kill -9 of the postmaster; returns when its children have noticed and are gone too. Close it afterwards. */
  static void kill(Path data) throws IOException {
    long pid = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).getFirst().strip());
    ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
    List<ProcessHandle> all = Stream.concat(Stream.of(postmaster), postmaster.children()).toList();
    postmaster.destroyForcibly();
    all.forEach(process -> process.onExit().orTimeout(30, TimeUnit.SECONDS).join());
  }

  int port() {
    return server.getPort();
  }

  /** The URL of a new, empty database. */
  String database() {
    String name = "ledger" + DATABASES.incrementAndGet();
    execute(url("postgres"), "CREATE DATABASE " + name);
    return url(name);
  }

  String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port() + "/" + database + "?user=postgres";
  }

  static void execute(String url, String sql) {
    try (Connection c = DriverManager.getConnection(url); Statement s = c.createStatement()) {
      s.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  static long number(String url, String sql) {
    long[] number = {0};
    try (Connection c = DriverManager.getConnection(url)) {
      new Sql(c).each(sql, r -> number[0] = r.getLong(1));
      return number[0];
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  static PostgresSettings settings(String url, String replica) {
    return new PostgresSettings(url, null, null, replica);
  }

  static OpenLedger open(String url, String replica, World world) {
    return open(url, replica, world, Sessions.of(settings(url, replica), "writer"));
  }

  /** @param writing what its lane writes by */
  static OpenLedger open(String url, String replica, World world, Sessions writing) {
    return open(url, replica, world, writing, Clock.systemUTC());
  }

  static OpenLedger open(String url, String replica, World world, Sessions writing, Clock clock) {
    Policy policy = world.policy();
    POLICIES.put(url + policy.digest(), policy);
    // a policy's bytes are its digest here
    Function<byte[], Policy> decode = bytes -> Objects.requireNonNull(POLICIES.get(url + new String(bytes, StandardCharsets.UTF_8)));
    PostgresHome home = PostgresHome.open(settings(url, replica), decode, clock, GroupCommitLane.Observer.NONE, writing);
    return new OpenLedger(home, world, policy);
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
