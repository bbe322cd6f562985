package dev.exchequer.server.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.server.sim.Databases;
import dev.exchequer.server.sim.Gateway;
import dev.exchequer.server.sim.Scripts;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jspecify.annotations.Nullable;

/**
 * What the simulator's database promises is what PostgreSQL does: every statement of every session is carried out by both, at the same moments, and rows, counts,
 * errors, who waits for whom, and in the end every table are the same. `-Dmirror.seeds=N` runs so many of each.
 */
class FakeDatabaseIT {
  private static final int SEEDS = Integer.getInteger("mirror.seeds", 10);

  /** The simulated database has no triggers and checks, and of the chains' uniqueness it promises nothing. */
  private static final List<String> LIFTS =
      List.of(
          "DROP TRIGGER entries_are_gapless ON entries", "DROP INDEX entries_in_chain", "DROP INDEX receipts_in_chain", "ALTER TABLE chains DROP CONSTRAINT chains_writer_epoch_key",
          "ALTER TABLE anchors DROP CONSTRAINT anchors_running_check");

  @TempDir private static Path data;
  private static @Nullable PostgresServer server;

  private final Map<String, Long> agreed = new TreeMap<>();

  @BeforeAll
  static void start() {
    // nothing is to outlive this server: it need not sync
    server = PostgresServer.in(data.resolve("pg"), 0, Map.of("fsync", "off", "full_page_writes", "off", "synchronous_commit", "off"));
  }

  @AfterAll
  static void stop() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  /** A database of both, for one run. */
  private static final class Both implements Databases {
    final RealServer real;
    final List<FakeCall> calls;
    private @Nullable FakeDatabase fake;

    Both(List<String> lifts, List<FakeCall> calls) throws SQLException {
      this.real = new RealServer(java.util.Objects.requireNonNull(server), lifts);
      this.calls = calls;
    }

    @Override
    public FakeDatabase make(dev.exchequer.server.sim.Scheduler scheduler, Function<byte[], dev.exchequer.policy.Policy> decode) {
      FakeDatabase made = new FakeDatabase(scheduler, decode, real::session, calls::add);
      fake = made;
      return made;
    }

    FakeDatabase fake() {
      return java.util.Objects.requireNonNull(fake);
    }
  }

  private void agreed(Both both) throws SQLException {
    both.real.compare(both.fake().tables());
    both.real.agreed.forEach((what, times) -> agreed.merge(what, times, Long::sum));
    both.real.close();
  }

  /** Two gateways with everything that goes wrong with them, as the simulator runs them. */
  @Test
  void theSimulatorsRunsAreThoseOfPostgres() throws Exception {
    for (long seed = 1; seed <= SEEDS; seed++) {
      Both both = new Both(List.of(), new ArrayList<>());
      Databases.run(seed, 30, both);
      agreed(both);
    }
    System.out.println("as PostgreSQL, simulated runs: " + agreed);
    assertThat(agreed).containsKeys("queries", "writes", "waits", "commits", "rollbacks", "ended sessions", "rows");
  }

  /** The same statements out of their order: rows that are there already, or not, or locked the other way round; transactions that fail and go on. */
  @Test
  void statementsInAnyOrderAreThoseOfPostgres() throws Exception {
    for (long seed = 1; seed <= SEEDS; seed++) {
      List<FakeCall> tape = new ArrayList<>();
      Databases.run(1_000 + seed, 30, (scheduler, decode) -> new FakeDatabase(scheduler, decode, () -> FakeMirror.NONE, tape::add));
      tape.removeIf(call -> call.sql().contains("chains") || call.sql().contains("ledger"));
      Random random = new Random(seed);
      Both both = new Both(LIFTS, new ArrayList<>());
      Scripts.run(seed, 2, both, gateway -> script(both.fake(), gateway, tape, random));
      agreed(both);
    }
    System.out.println("as PostgreSQL, statements in any order: " + agreed);
    assertThat(agreed)
        .containsKeys("queries", "writes", "waits", "commits", "rollbacks", "ended sessions", "rows")
        .containsKeys("errors 23505", "errors 25P02", "errors 40P01", "errors 55P03");
  }

  private static void script(FakeDatabase database, Gateway gateway, List<FakeCall> tape, Random random) {
    Sessions sessions = database.sessions(gateway);
    int near = 0;
    Connection connection = null;
    for (int step = 0; step < 150; step++) {
      try {
        if (connection == null) {
          connection = sessions.open();
        }
        int dice = random.nextInt(100);
        if (dice < 80) {
          // mostly about the same rows
          near = random.nextInt(60) == 0 ? random.nextInt(tape.size()) : near;
          run(connection, tape.get((near + random.nextInt(25)) % tape.size()));
        } else if (dice < 90) {
          connection.commit();
        } else if (dice < 94) {
          connection.rollback();
        } else if (dice < 99) {
          gateway.sleep(random.nextInt(10) == 0 ? random.nextInt(5_000) : random.nextInt(20));
        } else {
          connection.close();
          connection = null;
        }
      } catch (SQLException e) {
        if (e.getSQLState().startsWith("08")) {
          connection = null;
          gateway.sleep(3_000); // a COMMIT that is on its way arrives: of three who want a row that is being made, nobody knows who is next
        } else if (random.nextInt(3) > 0) {
          back(java.util.Objects.requireNonNull(connection));
        }
      }
    }
  }

  private static void run(Connection connection, FakeCall call) throws SQLException {
    try (var statement = call.prepared(connection, call.sql())) {
      if (call.sql().startsWith("SELECT") || call.sql().contains(" RETURNING ")) {
        statement.executeQuery();
      } else {
        statement.executeUpdate();
      }
    }
  }

  private static void back(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      // its session broke meanwhile: the next statement says so
    }
  }
}
