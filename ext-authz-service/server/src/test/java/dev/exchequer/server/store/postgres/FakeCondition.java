package dev.exchequer.server.store.postgres;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The WHERE clauses of the ledger's statements: comparisons with values, lists of keys, AND, OR, brackets. What it does not know is an error. */
final class FakeCondition {
  private static final Pattern TOKEN = Pattern.compile("\\s*(ANY\\(\\?\\)|SELECT \\* FROM unnest\\([^)]*\\)|<=|>=|<>|[a-z_.]+|[A-Z]+|'[^']*'|\\d+|[=<>(),?])");

  private static final ConcurrentMap<String, List<String>> READ = new ConcurrentHashMap<>();

  private final Deque<String> tokens;
  private final Deque<Object> values;

  /** @param values of the placeholders, taken from the front */
  private FakeCondition(String text, Deque<Object> values) {
    this.tokens = new ArrayDeque<>(READ.computeIfAbsent(text, FakeCondition::read));
    this.values = values;
  }

  private static List<String> read(String text) {
    List<String> tokens = new ArrayList<>();
    Matcher token = TOKEN.matcher(text);
    int at = 0;
    while (token.find(at) && token.start() == at) {
      tokens.add(token.group(1));
      at = token.end();
    }
    if (at != text.length()) {
      throw new AssertionError("the simulated database does not understand: " + text.substring(at));
    }
    return tokens;
  }

  static Predicate<Map<String, Object>> of(String text, Deque<Object> values) {
    FakeCondition condition = new FakeCondition(text, values);
    Predicate<Map<String, Object>> whole = condition.either();
    if (!condition.tokens.isEmpty()) {
      throw new AssertionError("the simulated database does not understand the end of: " + text);
    }
    return whole;
  }

  private Predicate<Map<String, Object>> either() {
    Predicate<Map<String, Object>> left = both();
    while ("OR".equals(tokens.peek())) {
      tokens.poll();
      Predicate<Map<String, Object>> first = left;
      Predicate<Map<String, Object>> second = both();
      left = row -> first.test(row) || second.test(row);
    }
    return left;
  }

  private Predicate<Map<String, Object>> both() {
    Predicate<Map<String, Object>> left = one();
    while ("AND".equals(tokens.peek())) {
      tokens.poll();
      Predicate<Map<String, Object>> first = left;
      Predicate<Map<String, Object>> second = one();
      left = row -> first.test(row) && second.test(row);
    }
    return left;
  }

  private Predicate<Map<String, Object>> one() {
    if (!"(".equals(tokens.peek())) {
      return comparison(tokens.poll());
    }
    tokens.poll();
    String column = tokens.poll();
    if (!",".equals(tokens.peek())) {
      tokens.push(column);
      Predicate<Map<String, Object>> inner = either();
      expect(")");
      return inner;
    }
    List<String> columns = new ArrayList<>(List.of(column));
    while (",".equals(tokens.peek())) {
      tokens.poll();
      columns.add(tokens.poll());
    }
    expect(")");
    expect("IN");
    expect("(");
    tokens.poll(); // SELECT * FROM unnest(...)
    expect(")");
    return among(columns);
  }

  private Predicate<Map<String, Object>> among(List<String> columns) {
    List<Object[]> given = new ArrayList<>();
    columns.forEach(column -> given.add((Object[]) values.poll()));
    Set<List<Object>> keys = new HashSet<>();
    for (int i = 0; i < given.get(0).length; i++) {
      List<Object> key = new ArrayList<>();
      for (Object[] column : given) {
        key.add(FakeStatement.stored(column[i]));
      }
      keys.add(key);
    }
    return row -> {
      List<Object> key = new ArrayList<>();
      columns.forEach(column -> key.add(row.get(column)));
      return keys.contains(key);
    };
  }

  private Predicate<Map<String, Object>> comparison(String column) {
    String operator = tokens.poll();
    String operand = tokens.poll();
    if (operand.startsWith("ANY")) {
      Set<Object> any = new HashSet<>();
      for (Object value : (Object[]) values.poll()) {
        any.add(FakeStatement.stored(value));
      }
      return row -> any.contains(row.get(column));
    }
    Object value = operand.equals("?") ? values.poll() : operand.startsWith("'") ? operand.substring(1, operand.length() - 1) : Long.valueOf(operand);
    return row -> row.get(column) != null && holds(operator, FakeTables.compare(row.get(column), value));
  }

  private static boolean holds(String operator, int order) {
    return switch (operator) {
      case "=" -> order == 0;
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      case ">=" -> order >= 0;
      default -> throw new AssertionError("the simulated database does not know " + operator);
    };
  }

  private void expect(String token) {
    String next = tokens.poll();
    if (!token.equals(next)) {
      throw new AssertionError("the simulated database expected " + token + " and not " + next);
    }
  }
}
