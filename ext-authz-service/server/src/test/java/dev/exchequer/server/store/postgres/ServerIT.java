package dev.exchequer.server.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.server.store.LedgerLane;
import dev.exchequer.server.store.OpenLedger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server itself: what it must be set to, and what happens when it goes away. */
class ServerIT {
  @TempDir Path folder;

  private static World world() {
    World world = new World();
    world.withConsent = false;
    return world;
  }

  private static String refusal(String url) {
    try (OpenLedger ledger = PostgresServer.open(url, "one", world())) {
      return "opened " + ledger.loaded();
    } catch (IllegalStateException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "synchronous_commit = off | has synchronous_commit=off and acknowledges what is not durable: set synchronous_commit=on",
        "default_transaction_read_only = on | is read-only here: set default_transaction_read_only=off"
      })
  void aDatabaseThatIsSetUnsafeIsRefused(String setting, String message) {
    String url = PostgresServer.shared().database();
    String name = url.substring(url.lastIndexOf('/') + 1, url.indexOf('?'));
    PostgresServer.execute(url, "ALTER DATABASE " + name + " SET " + setting);
    assertThat(refusal(url)).contains(message);
    assertThat(PostgresServer.number(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).as("nothing was made").isZero();
  }

  /** Settings change without a reconnect; once a minute they are looked at again. */
  @Test
  void aSettingThatChangesWhileConnectedIsNoticed() throws SQLException {
    String url = PostgresServer.shared().database();
    PostgresServer.open(url, "one", world()).close();
    try (WriterSession session = WriterSession.takeOver(Sessions.of(PostgresServer.settings(url, "one"), "writer"), "one")) {
      session.look();
      session.recheck();
      session.sql().run("SET synchronous_commit = off");
      assertThatThrownBy(session::recheck).isInstanceOf(LedgerLane.LedgerUnavailable.class).hasMessageContaining("has synchronous_commit=off");
      session.look();
      session.recheck();
    }
  }

  @Test
  void anotherEncodingIsRefused() {
    PostgresServer server = PostgresServer.shared();
    PostgresServer.execute(server.url("postgres"), "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
    assertThat(refusal(server.url("latin"))).contains("has the encoding LATIN1: make a database with ENCODING 'UTF8'");
  }

  @Test
  void aLedgerOfANewerProgramIsRefusedAndLeftAsItIs() {
    String url = PostgresServer.shared().database();
    PostgresServer.open(url, "one", world()).close();
    long epoch = PostgresServer.number(url, "SELECT epoch FROM writers");
    PostgresServer.execute(
        url,
        "INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success) "
            + "VALUES (99, '99', 'the future', 'SQL', 'V99__the_future.sql', 1, 'x', 1, true)");
    assertThat(refusal(url)).contains("was written by a newer version of this program (its schema 99 is not known here)").contains("Nothing was changed");
    assertThat(PostgresServer.number(url, "SELECT epoch FROM writers")).as("nobody took over").isEqualTo(epoch);
  }

  @Test
  void theIdOfALedgerIsReadBeforeAnythingIsMade() {
    String url = PostgresServer.shared().database();
    assertThat(PostgresHome.ledgerIn(PostgresServer.settings(url, "one"))).isEmpty();
    assertThat(PostgresServer.number(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).as("nothing was made").isZero();
    PostgresServer.open(url, "one", world()).close();
    java.util.Optional<String> id = PostgresHome.ledgerIn(PostgresServer.settings(url, "two"));
    assertThat(id).isPresent();
    PostgresServer.open(url, "one", world()).close();
    assertThat(PostgresHome.ledgerIn(PostgresServer.settings(url, "one"))).isEqualTo(id);
    String elsewhere = url + "&options=-c%20search_path=nowhere";
    assertThat(PostgresHome.ledgerIn(PostgresServer.settings(elsewhere, "one"))).as("another search_path sees none").isEmpty();
  }

  /** What a database's owner set for other applications breaks off no batch and no proof. */
  @Test
  void timeoutsThatADatabaseHasAreNotOurs() throws SQLException {
    String url = PostgresServer.shared().database();
    String name = url.substring(url.lastIndexOf('/') + 1, url.indexOf('?'));
    List<String> timeouts = List.of("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "transaction_timeout");
    for (String timeout : timeouts) {
      PostgresServer.execute(PostgresServer.shared().url("postgres"), "ALTER DATABASE " + name + " SET " + timeout + " = '30s'");
    }
    assertThat(set(Sessions.of(PostgresServer.settings(url, "one"), "writer"), timeouts)).containsExactly("10s", "3s", "5s", "0");
    assertThat(set(Sessions.patient(PostgresServer.settings(url, "one"), "proof"), timeouts)).containsExactly("0", "0", "0", "0");
  }

  /** Nor is bringing a large ledger up to date, which may take long and would begin anew at each start. */
  @Test
  void aMigrationTakesAsLongAsItTakes() throws Exception {
    String url = PostgresServer.shared().database();
    String name = url.substring(url.lastIndexOf('/') + 1, url.indexOf('?'));
    Flyway.configure().dataSource(url, null, null).locations("classpath:db/postgres").javaMigrations(PostgresChain.genesis()).target("5").load().migrate();
    for (String timeout : List.of("statement_timeout", "lock_timeout")) {
      PostgresServer.execute(PostgresServer.shared().url("postgres"), "ALTER DATABASE " + name + " SET " + timeout + " = '500ms'");
    }
    try (Connection slow = DriverManager.getConnection(url);
        Statement s = slow.createStatement();
        ExecutorService other = Executors.newSingleThreadExecutor()) {
      slow.setAutoCommit(false);
      s.execute("LOCK TABLE house_entries");
      Future<?> migrated = other.submit(() -> Schema.migrate(PostgresServer.settings(url, "one")));
      assertThatThrownBy(() -> migrated.get(2, TimeUnit.SECONDS)).as("it waits").isInstanceOf(TimeoutException.class);
      slow.rollback();
      migrated.get(30, TimeUnit.SECONDS);
    }
    PostgresServer.open(url, "one", world()).close();
  }

  private static List<String> set(Sessions sessions, List<String> names) throws SQLException {
    List<String> values = new ArrayList<>();
    try (Connection connection = sessions.open()) {
      for (String name : names) {
        new Sql(connection).each("SELECT current_setting(?)", r -> values.add(r.getString(1)), name);
      }
    }
    return values;
  }

  @Test
  void whatGoesWrongIsSaidWithoutThePassword() {
    String port = ":" + PostgresServer.shared().port();
    String url = "jdbc:postgresql://127.0.0.1" + port + "/nowhere?user=postgres&password=hunter2";
    assertThat(refusal(url)).contains("nowhere").doesNotContain("hunter2");
    assertThat(new PostgresSettings(url, "me", "hunter3", "one").toString()).doesNotContain("hunter").contains("//127.0.0.1" + port + "/nowhere");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://me:hunter2@[broken", "jdbc:postgresql://me:hunter2@host/db", "jdbc:postgresql://host:99999/db?password=hunter2", "jdbc:postgresql:?password=hunter2",
        "jdbc:sqlite:hunter2", "postgresql://host/hunter2", "jdbc:postgresql://host?password=hunter2"
      })
  void aUrlThatIsNoneIsRefusedBeforeTheDriverSeesIt(String url) {
    assertThatThrownBy(() -> new PostgresSettings(url, null, null, "one"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("EXCHEQUER_STORE_PASSWORD")
        .hasMessageNotContaining("hunter2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"jdbc:postgresql://host/db", "jdbc:postgresql://a:5432,b:65000/db?targetServerType=primary", "jdbc:postgresql://[::1]:1/db?user=x"})
  void aUrlThatIsOneIsTaken(String url) {
    assertThat(new PostgresSettings(url, null, null, "one").place()).startsWith("//").doesNotContain("?");
  }

  /** fsync and full_page_writes are the server's: its own one. Then it goes away and comes back, and last it is a standby. */
  @Test
  void aServerThatIsSetUnsafeStoppedStartedAndMadeAStandby() throws IOException {
    Path data = folder.resolve("data");
    Files.createDirectory(data);
    int port;
    String url;
    try (PostgresServer server = PostgresServer.in(data, 0, Map.of())) {
      port = server.port();
      url = server.database();
    }
    for (String setting : new String[] {"fsync", "full_page_writes"}) {
      try (PostgresServer server = PostgresServer.in(data, port, Map.of(setting, "off"))) {
        assertThat(server.port()).isEqualTo(port);
        assertThat(refusal(url)).contains("has " + setting + "=off").contains("set " + setting + "=on in postgresql.conf and reload");
      }
    }
    OpenLedger ledger;
    try (PostgresServer server = PostgresServer.in(data, port, Map.of())) {
      assertThat(server.port()).isEqualTo(port);
      ledger = PostgresServer.open(url, "one", world());
      assertThat(ledger.admit("before").join()).isInstanceOf(Result.Held.class);
    }
    try {
      assertThatThrownBy(() -> ledger.admit("meanwhile").join()).hasCauseInstanceOf(LedgerLane.LedgerUnavailable.class);
      assertThatThrownBy(() -> ledger.reads.balances()).isInstanceOf(LedgerLane.LedgerUnavailable.class);
      try (PostgresServer server = PostgresServer.in(data, port, Map.of())) {
        assertThat(server.port()).isEqualTo(port);
        assertThat(((Result.Settled) ledger.settle("before").join()).known()).isTrue();
        assertThat(ledger.reads.receipt("before")).isPresent();
        assertThat(((Result.Settled) ledger.settle("meanwhile").join()).known()).isFalse();
      }
      Files.createFile(data.resolve("standby.signal"));
      try (PostgresServer standby = PostgresServer.in(data, port, Map.of())) {
        assertThat(standby.port()).isEqualTo(port);
        assertThatThrownBy(() -> ledger.admit("at a standby").join())
            .hasCauseInstanceOf(LedgerLane.LedgerUnavailable.class)
            .hasMessageContaining("is a standby (pg_is_in_recovery): give the primary");
        assertThat(refusal(url)).contains("is a standby");
      }
    } finally {
      ledger.close();
    }
  }
}
