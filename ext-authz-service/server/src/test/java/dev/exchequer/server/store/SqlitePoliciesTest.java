package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.api.v1.AccountingPolicy;
import dev.exchequer.api.v1.Route;
import dev.exchequer.ledger.Change;
import dev.exchequer.policy.GatewayRules;
import dev.exchequer.policy.Policy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqlitePoliciesTest {
  private final SqliteFiles files;
  private final AccountingPolicy.Builder policy = AccountingPolicy.newBuilder().setSchema(1);
  private Connection connection;
  private SqlitePolicies policies;

  SqlitePoliciesTest(@TempDir Path data) throws SQLException {
    files = SqliteFiles.open(data);
    connection = files.connect(false);
    policies = new SqlitePolicies(connection, SqlitePoliciesTest::named);
    for (int i = 0; i < 200; i++) {
      policy.addRoutes(Route.newBuilder().setName("default/route-" + (100 + i)).addModels("a-model-of-some-length-" + i));
    }
  }

  private void reopen() throws SQLException {
    connection.close();
    connection = files.connect(false);
    policies = new SqlitePolicies(connection, SqlitePoliciesTest::named);
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
    files.close();
  }

  /** A policy that says no more than its bytes. */
  private static Policy named(byte[] bytes) {
    return Policy.of(dev.exchequer.server.policyfeed.FromAccountingPolicy.digestOf(bytes), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), GatewayRules.NONE);
  }

  private String activate(byte[] bytes, long atMs) throws SQLException {
    String digest = named(bytes).digest();
    policies.remember(digest, bytes);
    policies.activated(digest, atMs);
    connection.commit();
    policies.committed(digest);
    return digest;
  }

  private byte[] changed(int route, long generation) {
    return policy.setRoutes(route, policy.getRoutes(route).toBuilder().setGeneration(generation)).build().toByteArray();
  }

  private List<String> loaded() throws SQLException {
    List<String> digests = new ArrayList<>();
    policies.load(change -> digests.add(((Change.PolicyActivated) change).policy().digest()));
    return digests;
  }

  private long number(String query) throws SQLException {
    try (Statement s = connection.createStatement(); ResultSet r = s.executeQuery(query)) {
      r.next();
      return r.getLong(1);
    }
  }

  @Test
  void aChangeOfOneRouteIsStoredAsWhatIsDifferent() throws SQLException {
    String first = activate(changed(0, 1), 1);
    String second = activate(changed(150, 7), 2);
    assertThat(number("SELECT length(bytes) FROM policy_bytes WHERE base IS NOT NULL")).isLessThan(300);
    assertThat(loaded()).containsExactly(first, second);
    reopen();
    assertThat(loaded()).as("another process reads the same").containsExactly(first, second);
    assertThat(activate(changed(150, 7), 3)).isEqualTo(second);
    assertThat(number("SELECT count(*) FROM policy_bytes")).as("it is there").isEqualTo(2);
  }

  @Test
  void whatOthersAreMadeOfStays() throws SQLException {
    String first = activate(changed(0, 1), 1);
    String second = activate(changed(1, 2), 2);
    policies.dropped(first);
    assertThat(loaded()).containsExactly(second);
    assertThat(number("SELECT count(*) FROM policy_bytes")).isEqualTo(2);
    String third = activate(changed(2, 3), 3);
    policies.dropped(second);
    assertThat(loaded()).containsExactly(third);
    String whole = activate(AccountingPolicy.newBuilder().setSchema(1).build().toByteArray(), 4);
    policies.dropped(third);
    assertThat(loaded()).containsExactly(whole);
    assertThat(number("SELECT count(*) FROM policy_bytes")).isOne();
  }

  @Test
  void whatWasRolledBackIsNothingToStartFrom() throws SQLException {
    byte[] first = changed(0, 1);
    policies.remember(named(first).digest(), first);
    policies.activated(named(first).digest(), 1);
    connection.rollback();
    policies.rolledBack();
    String second = activate(changed(1, 2), 2);
    assertThat(loaded()).containsExactly(second);
    assertThat(number("SELECT count(*) FROM policy_bytes WHERE base IS NULL")).isOne();
  }

  @Test
  void anyHistoryIsReadAsItWasWritten() throws SQLException {
    Random random = new Random(11);
    Map<String, Boolean> kept = new LinkedHashMap<>();
    for (int i = 1; i <= 300; i++) {
      byte[] bytes = random.nextInt(20) == 0 ? AccountingPolicy.newBuilder().setSchema(i).build().toByteArray() : changed(random.nextInt(200), i);
      String digest = activate(bytes, i);
      kept.remove(digest);
      kept.put(digest, true);
      for (String old : List.copyOf(kept.keySet())) {
        if (!old.equals(digest) && random.nextInt(3) == 0) {
          policies.dropped(old);
          kept.remove(old);
        }
      }
      if (random.nextInt(10) == 0) {
        connection.commit();
        reopen();
      }
      assertThat(loaded()).containsExactlyElementsOf(kept.keySet());
    }
  }

  @Test
  void bytesThatSaySomethingElseAreRefused() throws SQLException {
    activate(changed(0, 1), 1);
    try (Statement s = connection.createStatement()) {
      s.executeUpdate("UPDATE policy_bytes SET bytes = x'0801'");
    }
    assertThatThrownBy(this::loaded).hasMessageContaining("is not what its bytes say");
  }
}
