package dev.exchequer.server.store.postgres;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The form of a statement that the ledger's writer makes, read once. One that has another form is an error of the simulation, never of the ledger.
 *
 * @param columns that are read, or given
 * @param sets what becomes of each column of a row that is there, by column
 * @param where null = every row
 * @param order null = by key
 */
record FakeForm(Kind kind, String table, List<String> columns, Map<String, Set> sets, @Nullable String where, @Nullable String order, int limit, boolean locks, boolean mayConflict) {
  private static final Pattern SELECT = Pattern.compile("SELECT (.+?) FROM (\\w+)(?: WHERE (.+?))?(?: ORDER BY (.+?))?(?: LIMIT (\\d+))?( FOR UPDATE)?");
  private static final Pattern INSERT =
      Pattern.compile(
          "INSERT INTO (\\w+) \\(([^)]*)\\) (?:SELECT \\* FROM unnest\\([^)]*\\) ORDER BY 1, 2|SELECT unnest\\([^)]*\\) ORDER BY 1|VALUES \\([?, ]+\\))"
              + "( ON CONFLICT(?: \\([^)]*\\))? DO (?:NOTHING|UPDATE SET (.+)))?");
  private static final Pattern UPDATE_MANY = Pattern.compile("UPDATE (\\w+) t SET (.+) FROM unnest\\([^)]*\\) AS w\\(([^)]*)\\) WHERE (.+)");
  private static final Pattern DELETE_MANY = Pattern.compile("DELETE FROM (\\w+) t USING unnest\\([^)]*\\) AS w\\(([^)]*)\\) WHERE (.+)");
  private static final Pattern UPDATE = Pattern.compile("UPDATE (\\w+) SET (.+?) WHERE (.+)");
  private static final ConcurrentMap<String, FakeForm> READ = new ConcurrentHashMap<>();

  /** In place of a column: the number. */
  static final String ZERO = "0";

  enum Kind {
    SELECT,
    INSERT,
    UPDATE_MANY,
    DELETE_MANY,
    UPDATE
  }

  /**
   * @param of the given column that it comes from
   * @param added it is more of what is there
   * @param greatest the greater of the two
   * @param zeroIsNull nullif(?, 0)
   */
  record Set(String of, boolean added, boolean greatest, boolean zeroIsNull) {}

  static FakeForm of(String sql) {
    return READ.computeIfAbsent(sql, FakeForm::read);
  }

  private static FakeForm read(String sql) {
    Matcher m = SELECT.matcher(sql);
    if (m.matches()) {
      return new FakeForm(Kind.SELECT, m.group(2), names(m.group(1)), Map.of(), m.group(3), m.group(4), m.group(5) == null ? Integer.MAX_VALUE : Integer.parseInt(m.group(5)), m.group(6) != null, false);
    }
    m = INSERT.matcher(sql);
    if (m.matches()) {
      return form(Kind.INSERT, m.group(1), m.group(2), m.group(4), null, m.group(3) != null);
    }
    m = UPDATE_MANY.matcher(sql);
    if (m.matches()) {
      return form(Kind.UPDATE_MANY, m.group(1), m.group(3), m.group(2), null, false);
    }
    m = DELETE_MANY.matcher(sql);
    if (m.matches()) {
      return form(Kind.DELETE_MANY, m.group(1), m.group(2), null, null, false);
    }
    m = UPDATE.matcher(sql);
    if (m.matches()) {
      Map<String, Set> values = new LinkedHashMap<>();
      sets(m.group(2)).forEach((column, set) -> values.put(column, new Set(set.of.endsWith(" = 0") ? ZERO : column, false, set.greatest, set.zeroIsNull)));
      return new FakeForm(Kind.UPDATE, m.group(1), List.of(), values, m.group(3), null, Integer.MAX_VALUE, true, false);
    }
    throw new AssertionError("the simulated database does not know this statement: " + sql);
  }

  private static FakeForm form(Kind kind, String table, String columns, @Nullable String sets, @Nullable String where, boolean mayConflict) {
    return new FakeForm(kind, table, names(columns), sets(sets), where, null, Integer.MAX_VALUE, true, mayConflict);
  }

  private static List<String> names(String columns) {
    return Arrays.asList(columns.split(", "));
  }

  private static Map<String, Set> sets(@Nullable String text) {
    Map<String, Set> sets = new LinkedHashMap<>();
    if (text != null) {
      for (String set : text.split(", (?=\\w+ =)")) {
        sets.put(set.substring(0, set.indexOf(" = ")), new Set(set.substring(set.lastIndexOf('.') + 1), set.contains(" + "), set.contains("greatest("), set.endsWith("= nullif(?, 0)")));
      }
    }
    return sets;
  }
}
