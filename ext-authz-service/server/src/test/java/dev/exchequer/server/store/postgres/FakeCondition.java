package dev.exchequer.server.store.postgres;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
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

  static Predicate<FakeRow> of(String text, Deque<Object> values) {
    FakeCondition condition = new FakeCondition(text, values);
    Predicate<FakeRow> whole = condition.either();
    if (!condition.tokens.isEmpty()) {
      throw new AssertionError("the simulated database does not understand the end of: " + text);
    }
    return whole;
  }

  private Predicate<FakeRow> either() {
    Predicate<FakeRow> left = both();
    while ("OR".equals(tokens.peek())) {
      tokens.remove();
      Predicate<FakeRow> first = left;
      Predicate<FakeRow> second = both();
      left = row -> first.test(row) || second.test(row);
    }
    return left;
  }

  private Predicate<FakeRow> both() {
    Predicate<FakeRow> left = one();
    while ("AND".equals(tokens.peek())) {
      tokens.remove();
      Predicate<FakeRow> first = left;
      Predicate<FakeRow> second = one();
      left = row -> first.test(row) && second.test(row);
    }
    return left;
  }

  private Predicate<FakeRow> one() {
    if (!"(".equals(tokens.peek())) {
      return comparison(tokens.remove());
    }
    tokens.remove();
    String column = tokens.remove();
    if (!",".equals(tokens.peek())) {
      tokens.push(column);
      Predicate<FakeRow> inner = either();
      expect(")");
      return inner;
    }
    List<String> columns = new ArrayList<>(List.of(column));
    while (",".equals(tokens.peek())) {
      tokens.remove();
      columns.add(tokens.remove());
    }
    expect(")");
    expect("IN");
    expect("(");
    tokens.remove(); // SELECT * FROM unnest(...)
    expect(")");
    return among(columns);
  }

  private Predicate<FakeRow> among(List<String> columns) {
    List<Object[]> given = new ArrayList<>();
    columns.forEach(column -> given.add((Object[]) values.remove()));
    Set<List<Object>> keys = new HashSet<>();
    for (int i = 0; i < given.get(0).length; i++) {
      List<Object> key = new ArrayList<>();
      for (Object[] column : given) {
        key.add(FakeStatement.known(column[i]));
      }
      keys.add(key);
    }
    return row -> {
      List<Object> key = new ArrayList<>();
      columns.forEach(column -> key.add(row.value(column)));
      return keys.contains(key);
    };
  }

  private Predicate<FakeRow> comparison(String column) {
    String operator = tokens.remove();
    String operand = tokens.remove();
    if (operator.equals("IS") && operand.equals("NULL")) {
      return row -> row.get(column) == null;
    }
    if (operand.startsWith("ANY")) {
      Set<Object> any = new HashSet<>();
      for (Object value : (Object[]) values.remove()) {
        any.add(FakeStatement.known(value));
      }
      return row -> any.contains(row.value(column));
    }
    Object value = operand.equals("?") ? values.remove() : operand.startsWith("'") ? operand.substring(1, operand.length() - 1) : Long.valueOf(operand);
    return row -> {
      Object there = row.get(column);
      return there != null && holds(operator, FakeTables.compare(there, value));
    };
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
    String next = tokens.remove();
    if (!token.equals(next)) {
      throw new AssertionError("the simulated database expected " + token + " and not " + next);
    }
  }
}
