package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A ledger whose large rows stood in tables WITHOUT ROWID: it has the same rows, rules and ways to find them afterwards. */
final class SqliteRowidsTest {
  private static final String ROWS =
      """
      SELECT json_array(id, time, api_key, project, route, model, status, task, end_user, body, chain, number, hex(hash)) FROM receipts UNION ALL
      SELECT json_array(request, attempt, state, body) FROM holds UNION ALL
      SELECT json_array(id, body) FROM requests UNION ALL
      SELECT json_array(balance, sequence, before, after, receipt, attempt) FROM entries ORDER BY 1
      """;
  private static final String AROUND = "SELECT type || ' ' || name || ' ' || sql FROM sqlite_schema WHERE tbl_name IN ('receipts', 'holds', 'requests') AND type <> 'table' AND sql IS NOT NULL";

  @TempDir Path data;
  private String url = "";

  @BeforeEach
  void old() throws SQLException {
    url = "jdbc:sqlite:" + data.resolve("ledger.db");
    migrate("10");
    execute(
        """
        INSERT INTO receipts (id, time, api_key, project, route, model, status, task, end_user, body, chain, number, hash)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
        SELECT printf('r%05d', i), i, 'a/key', 'a/project', NULL, 'm', 'Succeeded', iif(i % 3, NULL, 't'), NULL, json_object('id', i, 'text', hex(zeroblob(i * 9))), 2, 2 * i, randomblob(32) FROM n
        """,
        "INSERT INTO holds SELECT id, 1, iif(number % 7, 'SETTLED', 'ACTIVE'), body FROM receipts",
        "INSERT INTO requests SELECT id, body FROM receipts WHERE number % 7 = 0",
        """
        INSERT INTO entries (balance, sequence, time, kind, amount, before, after, receipt, attempt, chain, number, hash)
        SELECT 'a/credit', number / 2, time, 'Charge', -1, 1 - number / 2, -(number / 2), id, 1, 2, number - 1, randomblob(32) FROM receipts ORDER BY id
        """);
  }

  private void migrate(String version) {
    OldSqlite.migrate(url, version);
  }

  private void execute(String... statements) throws SQLException {
    try (Connection c = DriverManager.getConnection(url); Statement s = c.createStatement()) {
      for (String sql : statements) {
        s.execute(sql);
      }
    }
  }

  private List<String> texts(String sql) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (Connection c = DriverManager.getConnection(url); Statement s = c.createStatement(); ResultSet r = s.executeQuery(sql)) {
      while (r.next()) {
        texts.add(r.getString(1));
      }
    }
    return texts;
  }

  @Test
  void rowsIndexesAndTriggersStayAsTheyAre() throws SQLException {
    execute("CREATE TRIGGER of_a_later_version BEFORE INSERT ON holds WHEN new.state = 'NONE' BEGIN SELECT raise(ABORT, 'no state'); END");
    List<String> rows = texts(ROWS);
    List<String> around = texts(AROUND);
    assertThat(rows).hasSizeGreaterThan(900);
    assertThat(texts("SELECT name FROM sqlite_schema WHERE sql LIKE '%WITHOUT ROWID%' AND name IN ('receipts', 'holds', 'requests')")).hasSize(3);

    migrate("latest");

    assertThat(texts("SELECT name FROM sqlite_schema WHERE sql LIKE '%WITHOUT ROWID%' AND name IN ('receipts', 'holds', 'requests')")).isEmpty();
    assertThat(texts(ROWS)).isEqualTo(rows);
    assertThat(texts(AROUND)).containsExactlyInAnyOrderElementsOf(around);
    assertThat(texts("PRAGMA integrity_check")).containsExactly("ok");
  }

  @Test
  void theDatabaseStillRefuses() {
    migrate("latest");
    refused("UPDATE receipts SET body = '{}' WHERE id = 'r00001'", "receipts are never edited");
    refused("DELETE FROM receipts", "receipts are never deleted");
    refused("INSERT INTO receipts (id, time, api_key, project, status, body, number) SELECT id, 1, 'k', 'p', 's', '{}', 9 FROM receipts WHERE id = 'r00001'", "UNIQUE constraint failed: receipts.id");
    refused("INSERT INTO receipts (id, time, api_key, project, status, body, number) VALUES (NULL, 1, 'k', 'p', 's', '{}', 9)", "NOT NULL constraint failed: receipts.id");
    refused("INSERT INTO holds SELECT * FROM holds WHERE request = 'r00001'", "UNIQUE constraint failed: holds.request, holds.attempt");
    refused("INSERT INTO holds VALUES ('x', NULL, 'ACTIVE', '{}')", "NOT NULL constraint failed: holds.attempt");
    refused("INSERT INTO requests SELECT * FROM requests", "UNIQUE constraint failed: requests.id");
  }

  @Test
  void anEntryFollowsTheLastOneOfItsBalanceAndAnAttemptIsChargedOnce() throws SQLException {
    String entry = "INSERT INTO entries (balance, sequence, time, kind, amount, before, after, receipt, attempt, chain, number, hash) VALUES ";
    String follow = "an entry does not follow the last one of its balance";
    refused(entry + "('a/credit', 302, 0, 'Grant', 1, -300, -299, NULL, NULL, 2, 900, x'00')", follow);
    refused(entry + "('a/credit', 301, 0, 'Grant', 1, -299, -298, NULL, NULL, 2, 900, x'00')", follow);
    refused(entry + "('a/credit', 0, 0, 'Grant', 1, 0, 1, NULL, NULL, 2, 900, x'00')", follow);
    refused(entry + "('a/other', 1, 0, 'Grant', 1, 5, 6, NULL, NULL, 2, 900, x'00')", follow);
    refused(entry + "('a/other', 2, 0, 'Grant', 1, 0, 1, NULL, NULL, 2, 900, x'00')", follow);
    refused(entry + "('a/credit', 1, 0, 'Grant', 1, 0, 1, NULL, NULL, 2, 900, x'00')", "UNIQUE constraint failed: entries.balance, entries.sequence");
    refused(entry + "('a/credit', 300, 0, 'Charge', -1, -299, -300, 'r00007', 2, 2, 900, x'00')", "UNIQUE constraint failed: entries.balance, entries.sequence");
    refused(entry + "('a/credit', 301, 0, 'Charge', -1, -300, -301, 'r00007', 1, 2, 900, x'00')", "one_charge_an_attempt");
    refused(entry + "('a/other', 1, 0, 'Charge', -1, 0, -1, 'r00007', 1, 2, 900, x'00')", "one_charge_an_attempt");
    execute(
        entry + "('a/credit', 301, 0, 'Charge', -1, -300, -301, 'r00007', 2, 2, 901, x'00')",
        entry + "('a/credit', 302, 0, 'Correction', 1, -301, -300, 'r00007', 1, 2, 902, x'00')",
        entry + "('a/credit', 303, 0, 'Refund', 1, -300, -299, 'r00007', 1, 2, 903, x'00')",
        entry + "('a/credit', 304, 0, 'Refund', 1, -299, -298, 'r00007', 1, 2, 904, x'00')");
    assertThat(texts("SELECT kind FROM entries WHERE receipt = 'r00007' ORDER BY attempt, sequence")).containsExactly("Charge", "Correction", "Refund", "Refund", "Charge");
  }

  private void refused(String sql, String message) {
    assertThatThrownBy(() -> execute(sql)).isInstanceOf(SQLException.class).hasMessageContaining(message);
  }
}
